"""The outbox rows of one logical message: its RCS leg, its revoke, the parts of its SMS."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

import msgspec
from sqlalchemy import Connection, select, update

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.outbox import Queued, Refusal, refuse
from rbm_bots.store.tables import JournalRow, OutboxRow

__all__ = [
    "Awaited",
    "Call",
    "Reported",
    "awaited",
    "cancel_queued",
    "messages",
    "part_of",
    "platform_ids",
    "queued_parts",
    "report",
    "show",
]

_outbox = table(OutboxRow)
_journal = table(JournalRow)


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What a centre says of the part ``message_id``; ``at_ms`` and ``source_id`` are the report's, for the journal."""

    message_id: str
    status: Literal["accepted", "delivered", "failed"]
    at_ms: int
    source_id: str
    reason: str | None = None


class Awaited(msgspec.Struct, frozen=True, kw_only=True):
    """A part that a centre took and has not reported, and whose it is; ``sent_ms``: when it took it."""

    message_id: str
    contact_id: str
    via: str
    reference: str
    sent_ms: int


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a message for people to look at. Instants in ms."""

    message_id: str
    application: str
    operation: str
    state: str
    reason: str | None
    rule_set: str | None
    rule_until: int | None
    not_before: int
    attempted_at: int | None


def show(connection: Connection, message_id: str) -> list[Call]:
    """Every call that was made or planned for a logical message, in order."""
    rows = connection.execute(
        select(_outbox)
        .where((_outbox.c.message_id == message_id) | (_outbox.c.logical_id == message_id))
        .order_by(_outbox.c.seq)
    )
    return [Call(**{name: getattr(row, name) for name in Call.__struct_fields__}) for row in rows]


def messages(connection: Connection, ids: Collection[str]) -> dict[str, tuple[bytes, str]]:
    """The sealed body of each of these messages, and by which identity its person is written to."""
    if not ids:
        return {}
    rows = connection.execute(
        select(_outbox.c.message_id, _outbox.c.body, _outbox.c.via).where(_outbox.c.message_id.in_(sorted(ids)))
    )
    return {row.message_id: (row.body, row.via) for row in rows if row.body is not None}


def platform_ids(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """The platform's ids of these messages, as far as they are known."""
    if not ids:
        return {}
    rows = connection.execute(
        select(_outbox.c.message_id, _outbox.c.platform_id).where(
            _outbox.c.message_id.in_(sorted(ids)), _outbox.c.platform_id.is_not(None)
        )
    )
    return {row.message_id: row.platform_id for row in rows}


def cancel_queued(connection: Connection, ids: Collection[str], *, reason: str, now_ms: int) -> list[Queued]:
    """Take back those of these rows that have not left, with ``reason`` as the rule; which."""
    if not ids:
        return []
    wanted = (
        select(_outbox)
        .where(_outbox.c.message_id.in_(sorted(ids)), _outbox.c.state.in_(("queued", "held")))
        .with_for_update()
    )
    rows = [
        Queued(**{name: getattr(row, name) for name in Queued.__struct_fields__}) for row in connection.execute(wanted)
    ]
    for application in {row.application for row in rows}:
        mine = [Refusal(row=row, rule=reason) for row in rows if row.application == application]
        refuse(connection, application, mine, now_ms=now_ms)
    return rows


def queued_parts(connection: Connection, logical_id: str, attempt: int) -> list[str] | None:
    """The parts of one try of an SMS while none of them has left; ``None`` as soon as one has."""
    rows = connection.execute(
        select(_outbox.c.message_id, _outbox.c.state)
        .where(_outbox.c.logical_id == logical_id, _outbox.c.operation == "sms", _outbox.c.attempt == attempt)
        .with_for_update()
    ).all()
    return [row.message_id for row in rows] if all(row.state == "queued" for row in rows) else None


def report(
    connection: Connection, reported: Reported, *, source: str, move: Callable[[str, str], str | None], now_ms: int
) -> Queued | None:
    """Move the part as its centre says, with a journal row; the part, ``None`` when it is none of ours.

    The part comes back also where the report changes nothing: its saga judges that itself.
    """
    row = connection.execute(
        select(_outbox).where(_outbox.c.message_id == reported.message_id).with_for_update()
    ).one_or_none()
    if row is None:
        return None
    wanted = move(row.state, reported.status)
    if wanted is not None:
        changed = update(_outbox).where(_outbox.c.message_id == reported.message_id)
        connection.execute(changed.values(state=wanted, reason=reported.reason or row.reason))
    fact = {
        "source": source, "at": reported.at_ms, "source_id": reported.source_id, "kind": "messageStatus",
        "bot": row.bot, "contact_id": row.contact_id, "via": row.via, "message_id": reported.message_id,
        "status": reported.status, "message_class": row.message_class, "logical_id": row.logical_id,
        "brand": row.brand, "campaign": row.campaign, "sender": row.application.removeprefix("sms:"),
        "received_at": now_ms,
    }  # fmt: skip
    connection.execute(insert_new(connection, _journal), fact)
    return Queued(**{name: getattr(row, name) for name in Queued.__struct_fields__})


def awaited(connection: Connection, application: str, *, since_ms: int) -> list[Awaited]:
    """The parts of a short code that its centre took since then and has not reported."""
    rows = connection.execute(
        select(
            _outbox.c.message_id, _outbox.c.contact_id, _outbox.c.via, _outbox.c.platform_id, _outbox.c.answered_at
        ).where(_outbox.c.application == application, _outbox.c.state == "accepted", _outbox.c.answered_at >= since_ms)
    )
    return [
        Awaited(
            message_id=row.message_id,
            contact_id=row.contact_id,
            via=row.via,
            reference=row.platform_id or "",
            sent_ms=row.answered_at,
        )
        for row in rows
    ]


def part_of(connection: Connection, application: str, bots: Collection[str], reference: str) -> str | None:
    """The id of the part that a centre took under its own ``reference``; ``None``: none of these bots' parts."""
    return connection.execute(
        select(_outbox.c.message_id)
        .where(
            _outbox.c.bot.in_(sorted(bots)), _outbox.c.platform_id == reference, _outbox.c.application == application
        )
        .limit(1)
    ).scalar_one_or_none()
