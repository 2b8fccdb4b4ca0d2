"""The actions a calendar gives: ``NAME.free``, ``NAME.book``, ``NAME.move`` and ``NAME.cancel``.

Free is what the opening hours leave, less bookings, other people's holds and busy times of an ``ics`` calendar. It is
only an offer: ``book`` and ``move`` look again, and the store counts once more in the transaction that takes the place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp

from rbm_bots.actions import Actions, ActionSpec, Context
from rbm_bots.calendars.book import AppointmentBook
from rbm_bots.calendars.faults import SlotTaken, UnknownBooking
from rbm_bots.calendars.feed import BusyTimes, Feed
from rbm_bots.calendars.free import Busy, free_instants, is_offered, last_instant
from rbm_bots.calendars.keeper import diary_of
from rbm_bots.calendars.spec import CalendarSpec
from rbm_bots.dialogue.stored import store
from rbm_bots.values import Slot

__all__ = ["CalendarActions"]

_TIMEOUT_S: Final = 25.0  # fetching and unfolding another calendar have 10 s each


class CalendarActions:
    """One per bot: every action of its calendars. ``session`` fetches ``ics`` calendars (see ``outside_session``)."""

    def __init__(
        self,
        bot: str,
        book: AppointmentBook,
        specs: Mapping[str, CalendarSpec],
        *,
        folder: Path,
        session: aiohttp.ClientSession | None = None,
        allow_private: bool = False,
    ) -> None:
        self._actions: dict[str, ActionSpec] = {}
        for spec in specs.values():
            feed = (
                Feed(spec, folder=folder, session=session, allow_private=allow_private)
                if spec.source == "ics"
                else None
            )
            self._actions |= _Calendar(bot, book, spec, feed).actions()

    def get(self, name: str, /) -> ActionSpec | None:
        """The action of this name."""
        return self._actions.get(name)


class _Calendar:
    """One calendar and what it is asked."""

    def __init__(self, bot: str, book: AppointmentBook, spec: CalendarSpec, feed: BusyTimes | None) -> None:
        self._spec = spec
        self._book = book
        self._feed = feed
        self._diary = diary_of(bot, spec)

    def actions(self) -> Mapping[str, ActionSpec]:
        """The four actions under this calendar's name."""
        register, name = Actions(), self._spec.name
        taken, unknown = {"slot_taken": SlotTaken}, {"unknown_booking": UnknownBooking}
        register.action(f"{name}.free", timeout=_TIMEOUT_S)(self._free)
        register.action(f"{name}.book", timeout=_TIMEOUT_S, errors=taken)(self._make)
        register.action(f"{name}.move", timeout=_TIMEOUT_S, errors={**taken, **unknown})(self._move)
        register.action(f"{name}.cancel", timeout=_TIMEOUT_S, errors=unknown)(self._cancel)
        return register.actions

    async def _free(
        self, ctx: Context, after: datetime | None = None, days: int | None = None, **_details: object
    ) -> list[Slot]:
        """Free appointments: later than ``after`` (else than the last one shown), in the next ``days`` days."""
        end = last_instant(self._spec, now=ctx.now)
        until = end if days is None else min(end, ctx.now + timedelta(days=max(days, 0)))
        since = ctx.now - self._spec.slot
        occupied = await self._book.occupied(self._diary, contact=ctx.contact, since=since, until=until, now=ctx.now)
        return free_instants(
            self._spec,
            now=ctx.now,
            after=after or ctx.after,
            until=until,
            taken=occupied,
            busy=await self._busy(ctx.now),
        )

    async def _make(self, ctx: Context, when: datetime, **details: object) -> dict[str, Any]:
        """Book ``when``; ``details`` are kept with it, sealed."""
        made = await self._book.made(ctx.key)
        if made is not None:  # this very call, run again: by now another calendar may show it as busy
            return self._shown(made.ref, made.start)
        await self._require_offered(when, ctx)
        booking = await self._book.book(
            self._diary, at=when, contact=ctx.contact, call=ctx.key, details=store(details), now=ctx.now
        )
        if booking is None:
            raise SlotTaken
        return self._shown(booking.ref, booking.start)

    async def _move(self, ctx: Context, ref: str, when: datetime, **_details: object) -> dict[str, Any]:
        """Move the person's booking to ``when``."""
        await self._require_offered(when, ctx)
        moved = await self._book.move(self._diary, ref=ref, at=when, contact=ctx.contact, now=ctx.now)
        if moved == "unknown":
            raise UnknownBooking
        if moved == "taken":
            raise SlotTaken
        return self._shown(ref, when)

    async def _cancel(self, ctx: Context, ref: str, **_details: object) -> None:
        """Cancel the person's booking; twice is as good as once."""
        if not await self._book.cancel(self._diary, ref=ref, contact=ctx.contact, now=ctx.now):
            raise UnknownBooking

    async def _require_offered(self, when: datetime, ctx: Context) -> None:
        if not is_offered(self._spec, when, now=ctx.now, busy=await self._busy(ctx.now)):
            raise SlotTaken

    async def _busy(self, now: datetime) -> list[Busy]:
        return await self._feed.busy(now) if self._feed is not None else []

    def _shown(self, ref: str, at: datetime) -> dict[str, Any]:
        return {"ref": ref, "when": at.astimezone(self._spec.timezone)}
