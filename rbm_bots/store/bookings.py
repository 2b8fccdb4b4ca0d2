"""Bookings: appointments in a built-in calendar. Every change counts what is there under :func:`.lock_instants`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, Row, select, update

from rbm_bots.errors import StoreError
from rbm_bots.store import holds
from rbm_bots.store.base import insert_new, table
from rbm_bots.store.diaries import Diary, lock_instants, overlapping
from rbm_bots.store.tables import BookingRow

__all__ = ["Booked", "Moved", "book", "cancel", "made", "move"]

_booking = table(BookingRow)
_columns = [column for column in _booking.c if column.name != "call_id"]

Moved = Literal["moved", "taken", "unknown"]


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment as it stands. ``start`` in milliseconds; ``details`` are sealed."""

    ref: str
    bot: str
    calendar: str
    start: int
    contact_id: str
    details: bytes | None = None
    cancelled: bool = False


def book(
    connection: Connection,
    diary: Diary,
    *,
    refs: Sequence[str],
    start: int,
    contact_id: str,
    call_id: str,
    details: bytes | None,
    now_ms: int,
) -> Booked | None:
    """Book ``start`` under the first of ``refs`` that nobody has; the person's hold ends. ``None``: there is no room.

    The same ``call_id`` again gives the booking that it made. Raises ``StoreError`` when every ref is in use.
    """
    lock_instants(connection, diary.bot)
    again = made(connection, call_id)
    if again is not None:
        return again
    if overlapping(connection, diary, start, contact_id=contact_id, now_ms=now_ms) >= diary.capacity:
        return None
    row = {"bot": diary.bot, "calendar": diary.calendar, "start": start, "contact_id": contact_id, "call_id": call_id}
    row |= {"details": details, "created_at": now_ms, "changed_at": now_ms}
    for ref in refs:
        if connection.execute(insert_new(connection, _booking), {**row, "ref": ref}).rowcount:
            holds.release(connection, diary.bot, contact_id=contact_id)
            return made(connection, call_id)
    raise StoreError("every number for a booking is in use")


def move(connection: Connection, diary: Diary, *, ref: str, start: int, contact_id: str, now_ms: int) -> Moved:
    """Move this person's booking to ``start``, all or nothing; the person's hold ends."""
    lock_instants(connection, diary.bot)
    if not _is_theirs(_find(connection, ref), diary, contact_id, cancelled=False):
        return "unknown"
    if overlapping(connection, diary, start, contact_id=contact_id, now_ms=now_ms, but_ref=ref) >= diary.capacity:
        return "taken"
    connection.execute(update(_booking).where(_booking.c.ref == ref).values(start=start, changed_at=now_ms))
    holds.release(connection, diary.bot, contact_id=contact_id)
    return "moved"


def cancel(connection: Connection, diary: Diary, *, ref: str, contact_id: str, now_ms: int) -> bool:
    """Cancel this person's booking; one that is cancelled stays so. False: they have none of that number."""
    found = _find(connection, ref)
    if _is_theirs(found, diary, contact_id, cancelled=True):
        return True
    if not _is_theirs(found, diary, contact_id, cancelled=False):
        return False
    connection.execute(update(_booking).where(_booking.c.ref == ref).values(cancelled_at=now_ms, changed_at=now_ms))
    return True


def made(connection: Connection, call_id: str) -> Booked | None:
    """The booking that this call made, cancelled or not."""
    row = connection.execute(select(*_columns).where(_booking.c.call_id == call_id)).one_or_none()
    return _read(row) if row is not None else None


def _find(connection: Connection, ref: str) -> Booked | None:
    row = connection.execute(select(*_columns).where(_booking.c.ref == ref)).one_or_none()
    return _read(row) if row is not None else None


def _is_theirs(found: Booked | None, diary: Diary, contact_id: str, *, cancelled: bool) -> bool:
    return found is not None and (found.bot, found.calendar, found.contact_id, found.cancelled) == (
        diary.bot,
        diary.calendar,
        contact_id,
        cancelled,
    )


def _read(row: Row[tuple[object, ...]]) -> Booked:
    return Booked(
        ref=row.ref,
        bot=row.bot,
        calendar=row.calendar,
        start=row.start,
        contact_id=row.contact_id,
        details=row.details,
        cancelled=row.cancelled_at is not None,
    )
