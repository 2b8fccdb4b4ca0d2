"""The people of campaigns: added in batches, taken in order, and what came of them, read where it stands.

The outcome of a recipient is not kept here a second time: it is that of its saga, or of its message in the outbox
(``Outcome``). What stands here is only what never became a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from rbm_bots.store.base import table
from rbm_bots.store.bulk import insert_many
from rbm_bots.store.tables import CampaignRecipientRow, OutboxRow, SagaRow

__all__ = [
    "Added",
    "Outcome",
    "Recipient",
    "Told",
    "add",
    "counts",
    "doubtful_counts",
    "message_counts",
    "move",
    "outcomes",
    "postpone",
    "queue",
    "saga_counts",
    "settle_scenes",
    "unsettled",
    "waiting",
]

_recipient = table(CampaignRecipientRow)
_outbox = table(OutboxRow)
_saga = table(SagaRow)

_UNDER_WAY: Final = ("queued", "held", "attempting")
_CARRIES: Final = ("message", "sms")  # calls that bring something to a phone
_ADDED: Final = (
    "campaign_id", "contact_id", "line", "variant", "state", "reason", "fields", "tries", "not_before"
)  # fmt: skip


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """A person to add, ``waiting`` or ``held_out``; ``fields``: what the campaign says of them, sealed."""

    contact_id: str
    line: int
    variant: str
    state: str
    fields: bytes


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who waits for their message."""

    seq: int
    contact_id: str
    variant: str
    fields: bytes
    tries: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a scene: ``sent`` with its first message, ``skipped``, ``busy`` or ``refused`` with its reason."""

    campaign: str
    contact_id: str
    outcome: str
    reason: str = ""
    message_id: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient for the report. ``state`` is the outbox's word, ``outcome`` the saga's; ``at`` in milliseconds.

    ``in_doubt``: of one of the calls for the message nobody knows whether it arrived.
    """

    contact_id: str
    line: int
    variant: str
    recipient: str
    fields: bytes
    message_id: str | None
    state: str | None
    outcome: str | None
    reason: str
    left_by: str | None
    at: int | None
    in_doubt: bool


def add(connection: Connection, campaign: str, people: Sequence[Added]) -> int:
    """Add people, in this order; one who is there already is left alone. How many were new."""
    rows = [(campaign, one.contact_id, one.line, one.variant, one.state, "", one.fields, 0, 0) for one in people]
    return insert_many(connection, _recipient, _ADDED, rows)


def waiting(connection: Connection, campaign: str, *, now_ms: int, most: int) -> list[Recipient]:
    """The next people of a campaign, those who were busy after the others; locked until the transaction ends."""
    rows = connection.execute(
        select(_recipient.c.seq, _recipient.c.contact_id, _recipient.c.variant, _recipient.c.fields, _recipient.c.tries)
        .where(
            _recipient.c.campaign_id == campaign,
            _recipient.c.state == "waiting",
            _recipient.c.not_before <= now_ms,
        )
        .order_by(_recipient.c.not_before, _recipient.c.seq)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [Recipient(**row._mapping) for row in rows]  # noqa: SLF001 - the public name of a row's columns


def queue(connection: Connection, people: Iterable[tuple[int, str | None]], *, now_ms: int) -> None:
    """Mark people as ``queued``: (seq, the id of their message; ``None`` while a scene has not said anything)."""
    rows = [{"b_seq": seq, "b_message": message} for seq, message in people]
    if rows:
        statement = update(_recipient).where(_recipient.c.seq == bindparam("b_seq"))
        values = {"state": "queued", "message_id": bindparam("b_message"), "queued_at": now_ms}
        connection.execute(statement.values(**values, tries=_recipient.c.tries + 1), rows)


def move(connection: Connection, seqs: Sequence[int], *, state: str, reason: str) -> None:
    """Take people out of the queue for a reason."""
    if seqs:
        wanted = update(_recipient).where(_recipient.c.seq.in_(seqs))
        connection.execute(wanted.values(state=state, reason=reason))


def postpone(connection: Connection, seqs: Sequence[int], *, until_ms: int) -> None:
    """Let people wait longer."""
    if seqs:
        connection.execute(update(_recipient).where(_recipient.c.seq.in_(seqs)).values(not_before=until_ms))


def settle_scenes(connection: Connection, told: Sequence[Told], *, again_at: int, most_tries: int) -> None:
    """Write what became of scenes. Who was busy waits until ``again_at`` (ms), ``most_tries`` times at most."""
    for one in told:
        whose = update(_recipient).where(
            _recipient.c.campaign_id == one.campaign,
            _recipient.c.contact_id == one.contact_id,
            _recipient.c.state == "queued",
        )
        if one.outcome == "sent":
            connection.execute(whose.values(message_id=one.message_id))
        elif one.outcome == "busy":
            again = whose.where(_recipient.c.tries < most_tries)
            if not connection.execute(again.values(state="waiting", not_before=again_at)).rowcount:
                connection.execute(whose.values(state="skipped", reason="busy"))
        else:
            connection.execute(whose.values(state=one.outcome, reason=one.reason))


def counts(connection: Connection, campaign: str) -> dict[str, int]:
    """How many people stand in each state."""
    return _counted(
        connection,
        select(_recipient.c.state, func.count())
        .where(_recipient.c.campaign_id == campaign)
        .group_by(_recipient.c.state),
    )


def message_counts(connection: Connection, campaign: str) -> dict[str, int]:
    """How many of its RCS messages stand in each state of the outbox."""
    return _counted(
        connection,
        select(_outbox.c.state, func.count())
        .where(_outbox.c.campaign == campaign, _outbox.c.operation == "message")
        .group_by(_outbox.c.state),
    )


def saga_counts(connection: Connection, campaign: str) -> dict[str, int]:
    """How many of its messages with a possible SMS have each outcome; those under way under ``""``."""
    return _counted(
        connection,
        select(func.coalesce(_saga.c.outcome, ""), func.count())
        .where(_saga.c.campaign == campaign)
        .group_by(_saga.c.outcome),
    )


def doubtful_counts(connection: Connection, campaign: str) -> dict[str, int]:
    """Those of :func:`saga_counts` that have a call of which nobody knows whether it arrived."""
    doubtful = select(_outbox.c.logical_id).where(
        _outbox.c.campaign == campaign, _outbox.c.operation.in_(_CARRIES), _outbox.c.state == "unknown"
    )
    return _counted(
        connection,
        select(func.coalesce(_saga.c.outcome, ""), func.count())
        .where(_saga.c.message_id.in_(doubtful))
        .group_by(_saga.c.outcome),
    )


def _counted(connection: Connection, statement: Select[Any, Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(statement)}


def unsettled(connection: Connection, campaign: str) -> bool:
    """Whether anybody still waits, or is on the way out of the outbox or of a scene that has said nothing yet."""
    waits = select(_recipient.c.seq).where(_recipient.c.campaign_id == campaign, _recipient.c.state == "waiting")
    leaves = select(_outbox.c.seq).where(
        _outbox.c.campaign == campaign, _outbox.c.operation == "message", _outbox.c.state.in_(_UNDER_WAY)
    )
    return any(connection.execute(one.limit(1)).first() is not None for one in (waits, leaves))


def outcomes(connection: Connection, campaign: str, *, after: str, most: int) -> list[Outcome]:
    """The recipients behind the contact ``after``, in the order of contact ids, each with what came of it."""
    leg = _outbox.alias("leg")
    doubtful = select(leg.c.seq).where(
        leg.c.logical_id == _recipient.c.message_id, leg.c.operation.in_(_CARRIES), leg.c.state == "unknown"
    )
    rows = connection.execute(
        select(
            _recipient.c.contact_id,
            _recipient.c.line,
            _recipient.c.variant,
            _recipient.c.state.label("recipient"),
            _recipient.c.reason.label("own_reason"),
            _recipient.c.fields,
            _recipient.c.message_id,
            _outbox.c.state.label("state"),
            _outbox.c.reason.label("reason"),
            _outbox.c.attempted_at,
            _saga.c.outcome,
            _saga.c.left_by,
            _saga.c.left_at,
            doubtful.exists().label("in_doubt"),
        )
        .outerjoin(_outbox, _outbox.c.message_id == _recipient.c.message_id)
        .outerjoin(_saga, _saga.c.message_id == _recipient.c.message_id)
        .where(_recipient.c.campaign_id == campaign, _recipient.c.contact_id > after)
        .order_by(_recipient.c.contact_id)
        .limit(most)
    )
    return [_outcome(row) for row in rows]


def _outcome(row: Row[Any, *tuple[Any, ...]]) -> Outcome:
    return Outcome(
        contact_id=row.contact_id,
        line=row.line,
        variant=row.variant,
        recipient=row.recipient,
        fields=row.fields or b"",
        message_id=row.message_id,
        state=row.state,
        outcome=row.outcome,
        reason=row.own_reason or row.reason or "",
        left_by=row.left_by or ("rcs" if row.attempted_at is not None else None),
        at=row.left_at or row.attempted_at,
        in_doubt=row.in_doubt,
    )
