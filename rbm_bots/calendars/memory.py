"""The appointment book in memory: for ``rbm talk`` and for tests of bots. It refuses what the stored one refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from rbm_bots.calendars.book import Booking, new_refs
from rbm_bots.clock import require_aware
from rbm_bots.store.bookings import Moved
from rbm_bots.store.diaries import Diary

__all__ = ["MemoryBook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    booking: Booking
    bot: str
    calendar: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hold:
    calendar: str
    at: datetime
    until: datetime


class MemoryBook:
    """An :class:`~rbm_bots.calendars.book.AppointmentBook` that is forgotten with its process.

    No method waits for anything, so each is one step that nobody comes between.
    """

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._calls: dict[str, str] = {}
        self._holds: dict[tuple[str, str], _Hold] = {}

    async def occupied(
        self, diary: Diary, *, contact: str, since: datetime, until: datetime, now: datetime
    ) -> Mapping[datetime, int]:
        """Start (UTC) to how many are there."""
        return Counter(at for at in self._starts(diary, contact, now) if since <= at < until)

    async def book(
        self, diary: Diary, *, at: datetime, contact: str, call: str, details: Mapping[str, Any], now: datetime
    ) -> Booking | None:
        """Book at once."""
        made = await self.made(call)
        if made is not None:
            return made
        if self._is_full(diary, at, contact, now):
            return None
        ref = next(ref for ref in new_refs() if ref not in self._entries)
        booking = Booking(ref=ref, start=require_aware(at), details=dict(details))
        self._entries[ref] = _Entry(booking=booking, bot=diary.bot, calendar=diary.calendar, contact=contact)
        self._calls[call] = ref
        self._holds.pop((diary.bot, contact), None)
        return booking

    async def move(self, diary: Diary, *, ref: str, at: datetime, contact: str, now: datetime) -> Moved:
        """Move at once."""
        entry = self._theirs(diary, ref, contact)
        if entry is None or entry.booking.cancelled:
            return "unknown"
        if self._is_full(diary, at, contact, now, but_ref=ref):
            return "taken"
        self._change(entry, start=require_aware(at))
        self._holds.pop((diary.bot, contact), None)
        return "moved"

    async def cancel(self, diary: Diary, *, ref: str, contact: str, now: datetime) -> bool:
        """Cancel at once."""
        del now  # the stored book notes when
        entry = self._theirs(diary, ref, contact)
        if entry is not None:
            self._change(entry, cancelled=True)
        return entry is not None

    async def hold(self, diary: Diary, *, at: datetime, until: datetime, contact: str, now: datetime) -> bool:
        """Hold at once."""
        if self._is_full(diary, at, contact, now):
            return False
        held = _Hold(calendar=diary.calendar, at=require_aware(at), until=until)
        self._holds[(diary.bot, contact)] = held
        return True

    async def made(self, call: str) -> Booking | None:
        """The booking that ``call`` made."""
        ref = self._calls.get(call)
        return self._entries[ref].booking if ref is not None else None

    def _theirs(self, diary: Diary, ref: str, contact: str) -> _Entry | None:
        entry = self._entries.get(ref)
        if entry is None or (entry.bot, entry.calendar, entry.contact) != (diary.bot, diary.calendar, contact):
            return None
        return entry

    def _change(self, entry: _Entry, *, start: datetime | None = None, cancelled: bool = False) -> None:
        old = entry.booking
        new = Booking(ref=old.ref, start=start or old.start, details=old.details, cancelled=cancelled)
        self._entries[old.ref] = replace(entry, booking=new)

    def _is_full(self, diary: Diary, at: datetime, contact: str, now: datetime, *, but_ref: str = "") -> bool:
        slot = timedelta(milliseconds=diary.slot_ms)
        near = [start for start in self._starts(diary, contact, now, but_ref=but_ref) if abs(start - at) < slot]
        return len(near) >= diary.capacity

    def _starts(self, diary: Diary, contact: str, now: datetime, *, but_ref: str = "") -> Iterator[datetime]:
        """The start of every booking of this calendar, and of every hold of others that counts for it."""
        for entry in self._entries.values():
            mine = (entry.bot, entry.calendar) == (diary.bot, diary.calendar)
            if mine and not entry.booking.cancelled and entry.booking.ref != but_ref:
                yield entry.booking.start
        for (bot, holder), hold in self._holds.items():
            counts = not diary.calendar or hold.calendar in (diary.calendar, "")
            if bot == diary.bot and holder != contact and hold.until > now and counts:
                yield hold.at
