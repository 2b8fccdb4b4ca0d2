"""Holds: an instant that a person has chosen and not yet booked is kept for them for some minutes."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert

from rbm_bots.store.base import table
from rbm_bots.store.diaries import Diary, lock_instants, overlapping
from rbm_bots.store.tables import HoldRow

__all__ = ["hold", "release"]

_hold = table(HoldRow)


def hold(connection: Connection, diary: Diary, *, start: int, contact_id: str, until_ms: int, now_ms: int) -> bool:
    """Keep ``start`` for this person until ``until_ms``, instead of what they held. False: it has no room.

    What they held before stays theirs when it is false.
    """
    lock_instants(connection, diary.bot)
    connection.execute(delete(_hold).where(_hold.c.bot == diary.bot, _hold.c.until <= now_ms))
    if overlapping(connection, diary, start, contact_id=contact_id, now_ms=now_ms) >= diary.capacity:
        return False
    release(connection, diary.bot, contact_id=contact_id)
    row = {"bot": diary.bot, "contact_id": contact_id, "calendar": diary.calendar, "start": start, "until": until_ms}
    connection.execute(insert(_hold), row)
    return True


def release(connection: Connection, bot: str, *, contact_id: str) -> None:
    """Forget what this person holds."""
    connection.execute(delete(_hold).where(_hold.c.bot == bot, _hold.c.contact_id == contact_id))
