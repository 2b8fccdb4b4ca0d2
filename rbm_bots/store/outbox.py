"""The outbox: every operator call is a row before it is a call.

Only the owner of an application (its lease's fencing number) takes rows; ``attempting`` is committed before the call,
and what came of it is written with a journal row in the same commit, so the ledger can be folded from the journal
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, case, func, literal_column, or_, select, tuple_, update

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.leases import Lease, require
from rbm_bots.store.tables import JournalRow, OutboxRow

__all__ = [
    "Applied",
    "Outcome",
    "Queued",
    "Receipt",
    "Refusal",
    "add",
    "apply_receipts",
    "attempting",
    "attempts_since",
    "counts",
    "decide_unknown",
    "mark_attempting",
    "refuse",
    "settle",
    "still_queued",
    "strand",
    "take",
]

_outbox = table(OutboxRow)
_journal = table(JournalRow)
_GIVEN_UP = "given_up"
_UNDER_WAY = ("attempting", "unknown")
_IS_UNDER_WAY = [_outbox.c.state == state for state in _UNDER_WAY]  # a list of values does not go with many rows
_IS_WAITING = [_outbox.c.state == state for state in ("queued", "held")]
_REPORTED = ("delivered", "failed")


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """A row the owner may send. ``logical_id``: the saga it is a leg of; ``attempt``, ``part``: of an SMS leg.

    ``created_at``: when it was queued (ms).
    """

    message_id: str
    application: str
    bot: str
    brand: str
    contact_id: str
    via: str
    operation: str
    message_class: str
    body: bytes | None
    attempts: int
    campaign: str | None = None
    logical_id: str | None = None
    attempt: int = 0
    part: int = 0
    expires_at: int | None = None
    created_at: int | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one attempt: ``accepted``, ``rejected``, ``unknown``, or ``queued`` until ``not_before`` (ms).

    ``told``: what a refusal says besides: the person is not there, or how far a message is that was to be revoked.
    ``basic``: a text that may be priced as plain.
    """

    row: Queued
    state: str
    at_ms: int
    platform_id: str | None = None
    reason: str | None = None
    not_before: int = 0
    told: Literal["unreachable", "delivered", "revoked"] | None = None
    basic: bool = False


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row does not leave: our own rule, in which rule set, until when (ms).

    ``state``: ``refused`` for good; ``skipped`` where an SMS takes its place; ``queued`` until ``until``.
    """

    row: Queued
    rule: str
    rule_set: str | None = None
    until: int | None = None
    state: Literal["refused", "skipped", "queued"] = "refused"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt of the operator for one of our messages; ``contact_id``: in whose conversation it came."""

    bot: str
    contact_id: str
    platform_id: str
    status: str
    reason: str | None = None


def add(connection: Connection, rows: Sequence[OutboxRow]) -> None:
    """Queue rows; a message id that is there already changes nothing."""
    if rows:
        connection.execute(insert_new(connection, _outbox), [row.model_dump(exclude={"seq"}) for row in rows])


def take(
    connection: Connection, application: str, *, now_ms: int, most: int, without: Collection[tuple[str, str]] = ()
) -> list[Queued]:
    """The next rows of an application: by lane, then in order. Only its owner asks, so nothing is locked.

    A row that was put back until later holds the person's younger rows of its lane back with it, so that a bot's
    messages keep their order. ``without``: the (bot, contact) whose rows are passed over.
    """
    earlier = _outbox.alias("earlier")
    held_back = (
        select(earlier.c.seq)
        .where(
            earlier.c.not_before > literal_column("0"),  # as the index of these few rows has it
            earlier.c.not_before > now_ms,
            earlier.c.application == application,
            earlier.c.state == "queued",
            earlier.c.bot == _outbox.c.bot,
            earlier.c.contact_id == _outbox.c.contact_id,
            earlier.c.lane == _outbox.c.lane,
            earlier.c.seq < _outbox.c.seq,
        )
        .exists()
    )
    others = [tuple_(_outbox.c.bot, _outbox.c.contact_id).not_in(sorted(without))] if without else []
    due = (_outbox.c.application == application, _outbox.c.state == "queued", _outbox.c.not_before <= now_ms)
    wanted = select(_outbox).where(*due, ~held_back, *others).order_by(_outbox.c.lane, _outbox.c.seq)
    rows = connection.execute(wanted.limit(most))
    return [_queued(row) for row in rows]


def _queued(row: Row[Any]) -> Queued:
    return Queued(**{name: getattr(row, name) for name in Queued.__struct_fields__})


def still_queued(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which of these rows are queued; they are locked until the transaction ends."""
    if not ids:
        return set()
    wanted = select(_outbox.c.message_id).where(_outbox.c.message_id.in_(sorted(ids)), _outbox.c.state == "queued")
    return set(connection.execute(wanted.with_for_update()).scalars())


def mark_attempting(connection: Connection, lease: Lease, ids: Sequence[str], *, now_ms: int) -> set[str]:
    """Commit that these calls are about to be made. Raises ``LeaseLost`` for an owner of the past."""
    require(connection, lease)
    marked = connection.execute(
        update(_outbox)
        .where(_outbox.c.message_id.in_(ids), _outbox.c.state == "queued")
        .values(
            state="attempting",
            attempted_at=now_ms,
            answered_at=None,
            fence=lease.fence,
            attempts=_outbox.c.attempts + 1,
        )
        .returning(_outbox.c.message_id)
    )
    return set(marked.scalars())


def settle(connection: Connection, application: str, fence: int, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Write what came of attempts, each with its journal row; which of them counted.

    A row that its attempt no longer owns is left alone. A report that came before the answer stands.
    """
    owned = connection.execute(
        select(_outbox.c.message_id)
        .where(
            _outbox.c.message_id.in_([outcome.row.message_id for outcome in outcomes]),
            _outbox.c.fence == fence,
            _outbox.c.state.in_(_UNDER_WAY) | (_outbox.c.state.in_(_REPORTED) & _outbox.c.answered_at.is_(None)),
        )
        .with_for_update()
    )
    mine = set(owned.scalars())
    moved = [outcome for outcome in outcomes if outcome.row.message_id in mine]
    if not moved:
        return []
    statement = (
        update(_outbox)
        .where(_outbox.c.message_id == bindparam("b_message"))
        .values(
            state=case((or_(*_IS_UNDER_WAY), bindparam("b_state")), else_=_outbox.c.state),
            answered_at=bindparam("b_at"),
            platform_id=bindparam("b_platform_id"),
            reason=bindparam("b_reason"),
            not_before=bindparam("b_not_before"),
        )
    )
    connection.execute(statement, [_moved(outcome) for outcome in moved])
    _journal_sends(connection, application, [outcome for outcome in moved if outcome.state != "queued"])
    return moved


def _moved(outcome: Outcome) -> dict[str, object]:
    return {
        "b_message": outcome.row.message_id,
        "b_state": outcome.state,
        "b_at": outcome.at_ms,
        "b_platform_id": outcome.platform_id,
        "b_reason": outcome.reason,
        "b_not_before": outcome.not_before,
    }


def _journal_sends(connection: Connection, application: str, outcomes: Sequence[Outcome]) -> None:
    if outcomes:
        connection.execute(insert_new(connection, _journal), [_journalled(application, one) for one in outcomes])


def _journalled(application: str, outcome: Outcome) -> dict[str, object]:
    row = outcome.row
    return {
        "source": f"outbox:{application}",
        "at": outcome.at_ms,
        "source_id": f"{row.message_id}|{outcome.state}",
        "kind": row.operation if row.operation != "message" else "sent",
        "bot": row.bot,
        "contact_id": row.contact_id,
        "via": row.via,
        "message_id": outcome.platform_id,
        "status": outcome.state,
        "message_class": row.message_class,
        "logical_id": row.logical_id,
        "brand": row.brand,
        "campaign": row.campaign,
        "sender": row.application.removeprefix("sms:") if row.operation == "sms" else None,
        "basic": outcome.basic,
        "received_at": outcome.at_ms,
    }


def refuse(connection: Connection, application: str, refusals: Sequence[Refusal], *, now_ms: int) -> None:
    """Our own rules said no, or not now, as these messages wanted to leave. A row that has left stays as it is."""
    if not refusals:
        return
    statement = (
        update(_outbox)
        .where(_outbox.c.message_id == bindparam("b_message"), or_(*_IS_WAITING))
        .values(
            state=bindparam("b_state"),
            reason=bindparam("b_rule"),
            rule_set=bindparam("b_rule_set"),
            rule_until=bindparam("b_until"),
            answered_at=bindparam("b_at"),
            not_before=bindparam("b_not_before"),
        )
    )
    connection.execute(statement, [_refused(one, now_ms) for one in refusals])
    ended = [
        Outcome(row=one.row, state=one.state, at_ms=now_ms, reason=one.rule)
        for one in refusals
        if one.state != "queued"
    ]
    _journal_sends(connection, application, ended)


def _refused(refusal: Refusal, now_ms: int) -> dict[str, object]:
    waits = refusal.state == "queued"
    return {
        "b_message": refusal.row.message_id,
        "b_state": refusal.state,
        "b_rule": refusal.rule,
        "b_rule_set": refusal.rule_set,
        "b_until": refusal.until,
        "b_at": None if waits else now_ms,
        "b_not_before": refusal.until or 0 if waits else 0,
    }


def strand(connection: Connection, application: str, lease: Lease, *, now_ms: int) -> list[Outcome]:
    """At take-over: attempts of earlier owners have an unknown end. Which."""
    require(connection, lease)
    rows = connection.execute(
        select(_outbox).where(
            and_(_outbox.c.application == application, _outbox.c.state == "attempting", _outbox.c.fence < lease.fence)
        )
    ).all()
    stranded: list[Outcome] = []
    for row in rows:
        outcome = Outcome(row=_queued(row), state="unknown", at_ms=now_ms, reason="owner_lost")
        stranded += settle(connection, application, row.fence, [outcome])
    return stranded


def attempts_since(connection: Connection, application: str, since_ms: int) -> list[int]:
    """When calls since then were answered (or attempted, when no answer is known), oldest first, milliseconds."""
    when = func.coalesce(_outbox.c.answered_at, _outbox.c.attempted_at)
    found = connection.execute(
        select(when).where(_outbox.c.application == application, _outbox.c.attempted_at >= since_ms).order_by(when)
    )
    return [int(at) for at in found.scalars()]


def attempting(connection: Connection, applications: Iterable[str]) -> set[tuple[str, str]]:
    """The (bot, contact) whose message is with the operator at this instant, its platform id not known yet."""
    found = connection.execute(
        select(_outbox.c.bot, _outbox.c.contact_id).where(
            _outbox.c.application.in_(set(applications)), _outbox.c.state == "attempting"
        )
    )
    return {(row.bot, row.contact_id) for row in found}


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """``unmatched``: the (bot, platform id) of no message we know of (yet). ``legs``: what sagas have to hear."""

    unmatched: set[tuple[str, str]]
    legs: list[tuple[str, Receipt]]


def apply_receipts(
    connection: Connection, receipts: Sequence[Receipt], move: Callable[[str, str], str | None]
) -> Applied:
    """Move messages forward. ``move(state, status)`` gives the next state, ``None`` when the receipt changes nothing.

    A leg's saga hears also of what changes nothing here: a delivery after a revoke is one of its facts.
    """
    keys = {(receipt.bot, receipt.platform_id) for receipt in receipts}
    found = connection.execute(
        select(
            _outbox.c.seq, _outbox.c.bot, _outbox.c.platform_id, _outbox.c.state, _outbox.c.reason, _outbox.c.logical_id
        )
        .where(tuple_(_outbox.c.bot, _outbox.c.platform_id).in_(list(keys)))
        .order_by(_outbox.c.seq)
        .with_for_update()
    ).all()
    rows = {(row.bot, row.platform_id): row for row in found}
    now = {key: (row.state, row.reason) for key, row in rows.items()}
    legs: list[tuple[str, Receipt]] = []
    for receipt in receipts:
        key = receipt.bot, receipt.platform_id
        if key not in now:
            continue
        state, reason = now[key]
        wanted = move(state, receipt.status)
        if wanted is not None:
            now[key] = wanted, receipt.reason or reason
        if rows[key].logical_id is not None:
            legs.append((rows[key].logical_id, receipt))
    moved = [
        {"b_seq": row.seq, "b_state": now[key][0], "b_reason": now[key][1]}
        for key, row in rows.items()
        if now[key][0] != row.state
    ]
    if moved:
        statement = update(_outbox).where(_outbox.c.seq == bindparam("b_seq"))
        connection.execute(statement.values(state=bindparam("b_state"), reason=bindparam("b_reason")), moved)
    return Applied(unmatched=keys - rows.keys(), legs=legs)


def decide_unknown(connection: Connection, message_id: str, *, again: bool, now_ms: int) -> bool:
    """A person decided about an unknown send: it is sent again, or given up, which the journal says too.

    False when there is no such send, or when its fallback decides.
    """
    wanted = select(_outbox).where(
        _outbox.c.message_id == message_id, _outbox.c.state == "unknown", _outbox.c.logical_id.is_(None)
    )
    row = connection.execute(wanted.with_for_update()).one_or_none()
    if row is None:
        return False
    decided = update(_outbox).where(_outbox.c.message_id == message_id)
    if again:
        connection.execute(decided.values(state="queued"))
        return True
    connection.execute(decided.values(state="rejected", reason=_GIVEN_UP))
    given_up = Outcome(row=_queued(row), state="rejected", at_ms=now_ms, reason=_GIVEN_UP)
    _journal_sends(connection, row.application, [given_up])
    return True


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """How many rows stand in each state, by application."""
    rows = connection.execute(
        select(_outbox.c.application, _outbox.c.state, func.count()).group_by(_outbox.c.application, _outbox.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for application, state, count in rows:
        found.setdefault(application, {})[state] = count
    return found
