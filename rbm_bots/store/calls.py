"""Calls: actions under way. Leased to one process at a time, run again when it died, finished with their result."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import CallRow, InboxRow, JournalRow

__all__ = ["TakenCall", "add", "finish", "open_count", "release", "release_all", "renew", "take"]

_call = table(CallRow)
_journal = table(JournalRow)
_inbox = table(InboxRow)


class TakenCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call this process runs now."""

    call_id: str
    bot: str
    contact_id: str
    action: str
    payload: bytes
    attempts: int


def add(connection: Connection, calls: Sequence[CallRow]) -> None:
    """Write calls that a turn wants."""
    if calls:
        connection.execute(insert(_call), [call.model_dump() for call in calls])


def take(connection: Connection, *, bots: Sequence[str], now_ms: int, lease_ms: int, most: int) -> list[TakenCall]:
    """Lease calls that nobody runs; a lease that ran out means its process died."""
    free = (
        select(_call)
        .where(_call.c.lease_until <= now_ms, _call.c.bot.in_(bots))
        .order_by(_call.c.created_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = list(connection.execute(free))
    if rows:
        connection.execute(
            update(_call)
            .where(_call.c.call_id.in_([row.call_id for row in rows]))
            .values(lease_until=now_ms + lease_ms, attempts=_call.c.attempts + 1)
        )
    return [
        TakenCall(
            call_id=row.call_id,
            bot=row.bot,
            contact_id=row.contact_id,
            action=row.action,
            payload=row.payload,
            attempts=row.attempts + 1,
        )
        for row in rows
    ]


def finish(connection: Connection, call: TakenCall, *, body: bytes, now_ms: int) -> bool:
    """Put the result into the journal and drop the call; false when another process finished it first."""
    gone = connection.execute(delete(_call).where(_call.c.call_id == call.call_id)).rowcount
    if not gone:
        return False
    key = {"source": f"call:{call.bot}", "at": now_ms, "source_id": call.call_id}
    seq = connection.execute(
        insert_new(connection, _journal).returning(_journal.c.seq),
        {**key, "kind": "call", "bot": call.bot, "contact_id": call.contact_id, "status": call.call_id, "received_at":
        now_ms, "body": body},
    ).scalar_one()  # fmt: skip
    connection.execute(_inbox.insert(), {"seq": seq, "bot": call.bot, "contact_id": call.contact_id, "due_at": 0})
    return True


def renew(connection: Connection, call_ids: Sequence[str], *, until_ms: int) -> None:
    """Keep calls that still run."""
    connection.execute(update(_call).where(_call.c.call_id.in_(call_ids)).values(lease_until=until_ms))


def release(connection: Connection, call_ids: Sequence[str]) -> None:
    """Give calls back that were broken off, so that the next process need not wait for their lease."""
    renew(connection, call_ids, until_ms=0)


def release_all(connection: Connection) -> int:
    """Give back every lease: at the start of the only process there is (SQLite)."""
    return connection.execute(update(_call).values(lease_until=0)).rowcount


def open_count(connection: Connection) -> int:
    """How many calls have no result yet."""
    return int(connection.execute(select(func.count()).select_from(_call)).scalar_one())
