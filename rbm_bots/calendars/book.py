"""The appointment book: what every keeper of bookings and holds owes the calendars.

Two stand behind it: :class:`~rbm_bots.calendars.stored.StoredBook` in the database, and
:class:`~rbm_bots.calendars.memory.MemoryBook` for conversations that nobody stores. One contract is tested on both.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from rbm_bots.store.bookings import Moved
from rbm_bots.store.diaries import Diary

__all__ = ["AppointmentBook", "Booking", "new_refs"]

_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # neither 0 and O nor 1 and I: people read them to each other
_LENGTH: Final = 6
_CANDIDATES: Final = 5


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment: its number, its start (UTC), and what the bot told of it, in stored form."""

    ref: str
    start: datetime
    details: Mapping[str, Any]
    cancelled: bool = False


class AppointmentBook(Protocol):
    """Bookings and holds. A hold counts for everybody but the person who has it. Instants are aware."""

    async def occupied(
        self, diary: Diary, *, contact: str, since: datetime, until: datetime, now: datetime
    ) -> Mapping[datetime, int]:
        """Start (UTC) to how many have booked it or, other people than ``contact``, hold it."""
        ...

    async def book(
        self, diary: Diary, *, at: datetime, contact: str, call: str, details: Mapping[str, Any], now: datetime
    ) -> Booking | None:
        """Book for ``contact``, whose hold ends; ``None`` when there is no room. The same ``call`` books once."""
        ...

    async def move(self, diary: Diary, *, ref: str, at: datetime, contact: str, now: datetime) -> Moved:
        """Move a booking of ``contact``, all or nothing; their hold ends."""
        ...

    async def cancel(self, diary: Diary, *, ref: str, contact: str, now: datetime) -> bool:
        """Cancel a booking of ``contact``, once or more often; false when they have none of that number."""
        ...

    async def hold(self, diary: Diary, *, at: datetime, until: datetime, contact: str, now: datetime) -> bool:
        """Keep an instant for ``contact`` instead of what they held; false when there is no room."""
        ...

    async def made(self, call: str) -> Booking | None:
        """The booking that ``call`` made, as it stands."""
        ...


def new_refs() -> list[str]:
    """Numbers for a booking, to be tried in order: ``R-`` and six letters or digits, random (30 bits)."""
    return ["R-" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(_CANDIDATES)]
