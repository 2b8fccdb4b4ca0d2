"""Sagas in the store: one row per logical message that an SMS may replace, changed by compare-and-swap.

A saga is locked before the outbox rows of its legs, so that two transactions never wait for each other. Whoever has the
lock reads the newest version and writes the next one with the fact that moved it, in the same commit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, select, tuple_, update

from rbm_bots.errors import StoreError
from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import SagaRow

__all__ = [
    "Kept", "Moved", "SagaOutrun", "Shown", "add", "due", "ended", "last_left", "lock", "move", "next_due", "open_of",
    "put_off", "show", "sms_count", "writers",
]  # fmt: skip

_saga = table(SagaRow)


class SagaOutrun(StoreError):
    """The saga was changed by somebody else in between."""

    code = "saga_outrun"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A saga as it stands in its row; ``state`` is empty until its first leg wants to leave. Instants in ms."""

    message_id: str
    application: str
    sms_code: str
    bot: str
    brand: str
    contact_id: str
    message_class: str
    campaign: str | None
    by_sms: bool
    starts_at: int
    expires_at: int | None
    version: int
    phase: str
    state: str | None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A saga for people to look at: where it stands, what came of it, its SMS leg's last refusal. Instants in ms."""

    message_id: str
    bot: str
    contact_id: str
    message_class: str
    campaign: str | None
    phase: str
    outcome: str | None
    due_at: int | None
    left_by: str | None
    rule: str | None
    rule_set: str | None
    rule_until: int | None
    created_at: int


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """The next value of a saga; ``was``: the version it was made from.

    ``left``: a leg left, by which channel and when (ms). ``refused``: rule, rule set and end of the SMS leg's refusal.
    """

    message_id: str
    was: int
    version: int
    phase: str
    state: str
    due_at: int | None
    outcome: str | None
    left: tuple[str, int] | None = None
    refused: tuple[str, str | None, int | None] | None = None


def add(connection: Connection, rows: Sequence[SagaRow]) -> None:
    """Begin sagas; one of this message that is there already changes nothing."""
    if rows:
        connection.execute(insert_new(connection, _saga), [row.model_dump() for row in rows])


def lock(connection: Connection, ids: Collection[str]) -> dict[str, Kept]:
    """Lock these sagas until the transaction ends, and read them."""
    if not ids:
        return {}
    wanted = select(_saga).where(_saga.c.message_id.in_(sorted(ids))).order_by(_saga.c.message_id).with_for_update()
    return {row.message_id: _kept(row) for row in connection.execute(wanted)}


def due(connection: Connection, *, now_ms: int, most: int) -> dict[str, Kept]:
    """Lock sagas whose timer is due; those that another process has locked are its own."""
    wanted = (
        select(_saga)
        .where(_saga.c.due_at <= now_ms)
        .order_by(_saga.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return {row.message_id: _kept(row) for row in connection.execute(wanted)}


def put_off(connection: Connection, *, now_ms: int, by_ms: int) -> str | None:
    """The saga that is due first waits some more: it could not go on. Its message."""
    first = next(iter(due(connection, now_ms=now_ms, most=1)), None)
    if first is not None:
        connection.execute(update(_saga).where(_saga.c.message_id == first).values(due_at=now_ms + by_ms))
    return first


def next_due(connection: Connection) -> int | None:
    """When the next timer fires, in milliseconds; ``None``: none is set."""
    found = connection.execute(select(func.min(_saga.c.due_at))).scalar_one()
    return int(found) if found is not None else None


def move(connection: Connection, moved: Sequence[Moved]) -> None:
    """Write the next values. Raises :class:`SagaOutrun` when one was made from an outdated version."""
    statement = (
        update(_saga)
        .where(_saga.c.message_id == bindparam("b_message"), _saga.c.version == bindparam("b_was"))
        .values(
            version=bindparam("b_version"),
            phase=bindparam("b_phase"),
            state=bindparam("b_state"),
            due_at=bindparam("b_due_at"),
            outcome=bindparam("b_outcome"),
            rule=func.coalesce(bindparam("b_rule"), _saga.c.rule),
            rule_set=func.coalesce(bindparam("b_rule_set"), _saga.c.rule_set),
            rule_until=func.coalesce(bindparam("b_rule_until"), _saga.c.rule_until),
            left_by=func.coalesce(bindparam("b_left_by"), _saga.c.left_by),
            left_at=func.coalesce(bindparam("b_left_at"), _saga.c.left_at),
        )
    )
    for one in moved:  # one by one: a driver does not say how many of several statements found their row
        if connection.execute(statement, _values(one)).rowcount != 1:
            raise SagaOutrun(where=one.message_id)


def _values(moved: Moved) -> dict[str, object]:
    left_by, left_at = moved.left or (None, None)
    rule, rule_set, rule_until = moved.refused or (None, None, None)
    return {
        "b_message": moved.message_id,
        "b_was": moved.was,
        "b_version": moved.version,
        "b_phase": moved.phase,
        "b_state": moved.state,
        "b_due_at": moved.due_at,
        "b_outcome": moved.outcome,
        "b_rule": rule,
        "b_rule_set": rule_set,
        "b_rule_until": rule_until,
        "b_left_by": left_by,
        "b_left_at": left_at,
    }


def last_left(connection: Connection, people: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """By which channel a message last left for each of these (bot, contact); those nobody wrote to are left out."""
    if not people:
        return {}
    rows = connection.execute(
        select(_saga.c.bot, _saga.c.contact_id, _saga.c.left_by)
        .where(tuple_(_saga.c.contact_id, _saga.c.bot).in_([(contact, bot) for bot, contact in people]))
        .where(_saga.c.left_at.is_not(None))
        .order_by(_saga.c.left_at)
    )
    return {(row.bot, row.contact_id): row.left_by for row in rows}


def sms_count(connection: Connection, contact_ids: Collection[str]) -> dict[str, int]:
    """How many messages left by SMS for each of these people; those without any are left out."""
    if not contact_ids:
        return {}
    rows = connection.execute(
        select(_saga.c.contact_id, func.count())
        .where(_saga.c.contact_id.in_(sorted(contact_ids)), _saga.c.left_by == "sms")
        .group_by(_saga.c.contact_id)
    )
    return {contact: int(count) for contact, count in rows}


def writers(connection: Connection, *, code: str, contact_id: str, since_ms: int) -> list[str]:
    """The bots that wrote to this person from a short code, the last first; since then, or else the last alone."""
    rows = connection.execute(
        select(_saga.c.bot, func.max(_saga.c.left_at).label("at"))
        .where(_saga.c.contact_id == contact_id, _saga.c.sms_code == code, _saga.c.left_by == "sms")
        .group_by(_saga.c.bot)
    ).all()
    newest = sorted(rows, key=lambda row: row.at, reverse=True)
    return [row.bot for row in newest if row.at > since_ms] or [row.bot for row in newest[:1]]


def open_of(connection: Connection, people: Collection[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """The sagas under way of these (brand, contact), by message id."""
    if not people:
        return {}
    rows = connection.execute(
        select(_saga.c.message_id, _saga.c.brand, _saga.c.contact_id).where(
            tuple_(_saga.c.contact_id, _saga.c.brand).in_([(contact, brand) for brand, contact in people]),
            _saga.c.outcome.is_(None),
        )
    )
    return {row.message_id: (row.brand, row.contact_id) for row in rows}


def show(connection: Connection, message_id: str) -> Shown | None:
    """One saga; ``None``: the message has none."""
    row = connection.execute(select(_saga).where(_saga.c.message_id == message_id)).one_or_none()
    return _shown(row) if row is not None else None


def ended(connection: Connection, *, outcome: str, most: int) -> list[Shown]:
    """Messages that came to ``outcome``, the newest first; ``DOUBLE``: those that reached a person twice."""
    wanted = select(_saga).where(_saga.c.outcome == outcome).order_by(_saga.c.created_at.desc()).limit(most)
    return [_shown(row) for row in connection.execute(wanted)]


def _shown(row: Row[tuple[object, ...]]) -> Shown:
    return Shown(**{name: getattr(row, name) for name in Shown.__struct_fields__})


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    return Kept(**{name: getattr(row, name) for name in Kept.__struct_fields__})
