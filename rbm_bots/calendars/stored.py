"""The appointment book in the database: details are sealed, instants are milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec

from rbm_bots.calendars.book import Booking, new_refs
from rbm_bots.clock import from_ms, to_ms
from rbm_bots.store import Store, bookings, holds
from rbm_bots.store.bookings import Booked, Moved
from rbm_bots.store.diaries import Diary, occupied
from rbm_bots.store.seal import Seal

__all__ = ["StoredBook"]

_DETAILS: Final = b"booking.details"


class StoredBook:
    """An :class:`~rbm_bots.calendars.book.AppointmentBook` on either engine."""

    def __init__(self, store: Store, seal: Seal) -> None:
        self._store = store
        self._seal = seal

    async def occupied(
        self, diary: Diary, *, contact: str, since: datetime, until: datetime, now: datetime
    ) -> Mapping[datetime, int]:
        """Start (UTC) to how many are there."""
        counting = partial(
            occupied, diary=diary, contact_id=contact, since=to_ms(since), until=to_ms(until), now_ms=to_ms(now)
        )
        return {from_ms(start): count for start, count in (await self._store.read(counting)).items()}

    async def book(
        self, diary: Diary, *, at: datetime, contact: str, call: str, details: Mapping[str, Any], now: datetime
    ) -> Booking | None:
        """Book in one transaction."""
        booked = await self._store.write(
            partial(
                bookings.book,
                diary=diary,
                refs=new_refs(),
                start=to_ms(at),
                contact_id=contact,
                call_id=call,
                details=self._seal.close(msgspec.json.encode(dict(details)), purpose=_DETAILS),
                now_ms=to_ms(now),
            )
        )
        return self._open(booked) if booked is not None else None

    async def move(self, diary: Diary, *, ref: str, at: datetime, contact: str, now: datetime) -> Moved:
        """Move in one transaction."""
        moving = partial(bookings.move, diary=diary, ref=ref, start=to_ms(at), contact_id=contact, now_ms=to_ms(now))
        return await self._store.write(moving)

    async def cancel(self, diary: Diary, *, ref: str, contact: str, now: datetime) -> bool:
        """Cancel in one transaction."""
        return await self._store.write(
            partial(bookings.cancel, diary=diary, ref=ref, contact_id=contact, now_ms=to_ms(now))
        )

    async def hold(self, diary: Diary, *, at: datetime, until: datetime, contact: str, now: datetime) -> bool:
        """Hold in one transaction."""
        holding = partial(
            holds.hold, diary=diary, start=to_ms(at), contact_id=contact, until_ms=to_ms(until), now_ms=to_ms(now)
        )
        return await self._store.write(holding)

    async def made(self, call: str) -> Booking | None:
        """The booking that ``call`` made. Raises ``SealBroken`` when it was written with other keys."""
        booked = await self._store.read(partial(bookings.made, call_id=call))
        return self._open(booked) if booked is not None else None

    def _open(self, booked: Booked) -> Booking:
        details = self._seal.open(booked.details, purpose=_DETAILS) if booked.details is not None else b"{}"
        return Booking(
            ref=booked.ref,
            start=from_ms(booked.start),
            details=msgspec.json.decode(details),
            cancelled=booked.cancelled,
        )
