"""Timers: rows that become journal rows when they are due, in one transaction, so none fires twice or never."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select, tuple_

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import InboxRow, JournalRow, TimerRow

__all__ = ["clear", "fire_due", "next_due", "set_timers"]

_timer = table(TimerRow)
_journal = table(JournalRow)
_inbox = table(InboxRow)


def set_timers(connection: Connection, timers: Sequence[TimerRow]) -> None:
    """Arm timers; one of the same name is replaced."""
    if timers:
        clear(connection, [(timer.bot, timer.contact_id, timer.name) for timer in timers])
        connection.execute(insert_new(connection, _timer), [timer.model_dump() for timer in timers])


def clear(connection: Connection, keys: Sequence[tuple[str, str, str]]) -> None:
    """Forget timers by (bot, contact, name)."""
    if keys:
        connection.execute(delete(_timer).where(tuple_(_timer.c.bot, _timer.c.contact_id, _timer.c.name).in_(keys)))


def fire_due(connection: Connection, *, now_ms: int, most: int = 200) -> int:
    """Turn due timers into journal rows for their conversations; how many fired."""
    due = (
        select(_timer)
        .where(_timer.c.due_at <= now_ms)
        .order_by(_timer.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = list(connection.execute(due))
    for row in rows:
        whose = {"bot": row.bot, "contact_id": row.contact_id}
        key = {"source": f"timer:{row.bot}", "at": row.due_at, "source_id": f"{row.contact_id}|{row.name}"}
        made = connection.execute(
            insert_new(connection, _journal).returning(_journal.c.seq),
            {**key, **whose, "kind": "timer", "status": row.name, "received_at": now_ms},
        ).scalar_one_or_none()
        if made is not None:
            connection.execute(_inbox.insert(), {**whose, "seq": made, "due_at": 0})
    clear(connection, [(row.bot, row.contact_id, row.name) for row in rows])
    return len(rows)


def next_due(connection: Connection) -> int | None:
    """When the next timer fires, milliseconds; ``None`` when there is none."""
    found = connection.execute(select(func.min(_timer.c.due_at))).scalar_one()
    return int(found) if found is not None else None
