"""Room in a calendar: one count of bookings and holds, and the lock under which it may be relied on.

Theory of operation. Whether an instant has room is a count over two tables, and an empty instant has no row that could
be locked. So whoever takes an instant first takes a lock that stands for all instants of the bot, and counts after it.
On PostgreSQL that is an advisory lock which ends with the transaction; under READ COMMITTED the statement after it sees
what the owner before has committed. SQLite has one writer anyway. A transaction holds the lock for a few milliseconds.
"""

from __future__ import annotations

from collections import Counter

import msgspec
from sqlalchemy import ColumnElement, Connection, func, or_, select

from rbm_bots.store.base import table
from rbm_bots.store.tables import BookingRow, HoldRow

__all__ = ["Diary", "lock_instants", "occupied", "overlapping"]

_booking = table(BookingRow)
_hold = table(HoldRow)


class Diary(msgspec.Struct, frozen=True, kw_only=True):
    """The instants of one calendar of one bot.

    An empty ``calendar`` is the bot's own Python: an instant that anybody of this bot holds is then held, wherever it
    was found. ``slot_ms``: how long an appointment lasts; two that overlap share the ``capacity``.
    """

    bot: str
    calendar: str = ""
    slot_ms: int = 1
    capacity: int = 1


def lock_instants(connection: Connection, bot: str) -> None:
    """Be the only one who takes instants of this bot, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"instants of {bot}", 0))))


def occupied(
    connection: Connection, diary: Diary, *, contact_id: str, since: int, until: int, now_ms: int
) -> Counter[int]:
    """Start (ms) to how many have booked it, or hold it and are not this person; from ``since`` up to ``until``."""
    counts: Counter[int] = Counter()
    booked = select(_booking.c.start).where(*_booked(diary), _booking.c.start >= since, _booking.c.start < until)
    held = select(_hold.c.start).where(*_held(diary, contact_id, now_ms), _hold.c.start >= since, _hold.c.start < until)
    for query in (booked, held):
        counts.update(connection.execute(query).scalars())
    return counts


def overlapping(
    connection: Connection, diary: Diary, start: int, *, contact_id: str, now_ms: int, but_ref: str = ""
) -> int:
    """How many bookings (but the one called ``but_ref``) and holds of others an appointment at ``start`` would meet."""
    low, high = start - diary.slot_ms, start + diary.slot_ms
    booked = select(func.count()).where(
        *_booked(diary), _booking.c.start > low, _booking.c.start < high, _booking.c.ref != but_ref
    )
    held = select(func.count()).where(*_held(diary, contact_id, now_ms), _hold.c.start > low, _hold.c.start < high)
    return int(connection.execute(booked).scalar_one()) + int(connection.execute(held).scalar_one())


def _booked(diary: Diary) -> tuple[ColumnElement[bool], ...]:
    return (
        _booking.c.bot == diary.bot,
        _booking.c.calendar == diary.calendar,
        _booking.c.cancelled_at.is_(None),
    )


def _held(diary: Diary, contact_id: str, now_ms: int) -> tuple[ColumnElement[bool], ...]:
    anywhere: tuple[ColumnElement[bool], ...] = (
        _hold.c.bot == diary.bot,
        _hold.c.contact_id != contact_id,
        _hold.c.until > now_ms,
    )
    return (
        anywhere if not diary.calendar else (*anywhere, or_(_hold.c.calendar == diary.calendar, _hold.c.calendar == ""))
    )
