"""Who holds which instant: the action ``rbm.hold``, and offers without what others hold (bot language 6.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from rbm_bots.actions import Actions, ActionSpec, Context
from rbm_bots.calendars.book import AppointmentBook
from rbm_bots.calendars.faults import SlotTaken
from rbm_bots.calendars.spec import CalendarSpec
from rbm_bots.clock import require_aware
from rbm_bots.store.diaries import Diary
from rbm_bots.values import Slot

__all__ = ["HOLD", "SlotKeeper", "diary_of"]

HOLD: Final = "rbm.hold"
"""The built-in action that a ``rendezvous`` calls once a person has chosen: ``at``, ``until``, ``find``."""

_MOMENT: Final = timedelta(milliseconds=1)


class SlotKeeper:
    """One per bot. ``specs``: its calendars by name.

    An instant that ``NAME.free`` of a calendar found has that calendar's capacity; any other is one person's.
    """

    def __init__(self, bot: str, book: AppointmentBook, specs: Mapping[str, CalendarSpec]) -> None:
        self._bot = bot
        self._book = book
        self._specs = specs
        register = Actions()

        @register.action(HOLD, errors={"slot_taken": SlotTaken})
        async def hold(ctx: Context, at: datetime, until: datetime, find: str | None = None) -> None:
            await self.hold(contact=ctx.contact, at=at, until=until, find=find or "", now=ctx.now)

        self._actions = register.actions

    def get(self, name: str, /) -> ActionSpec | None:
        """The action ``rbm.hold``."""
        return self._actions.get(name)

    async def hold(self, *, contact: str, at: datetime, until: datetime, find: str, now: datetime) -> None:
        """Keep ``at`` (found by the action ``find``) for ``contact`` until ``until``, instead of what they held.

        Raises :class:`SlotTaken` when there is no room. The same again is fine, and moves ``until``.
        """
        if not await self._book.hold(self._diary(find), at=at, until=until, contact=contact, now=now):
            raise SlotTaken

    async def offered(self, *, contact: str, slots: Sequence[Slot], find: str, now: datetime) -> list[Slot]:
        """``slots`` without those that other people hold, or that are full in the calendar they come from."""
        if not slots:
            return []
        diary = self._diary(find)
        starts = [require_aware(slot.start) for slot in slots]
        reach = timedelta(milliseconds=diary.slot_ms)
        taken = await self._book.occupied(
            diary, contact=contact, since=min(starts) - reach, until=max(starts) + _MOMENT, now=now
        )
        return [slot for slot, start in zip(slots, starts, strict=True) if taken.get(start, 0) < diary.capacity]

    def _diary(self, find: str) -> Diary:
        spec = self._specs.get(find.removesuffix(".free")) if find.endswith(".free") else None
        return diary_of(self._bot, spec) if spec is not None else Diary(bot=self._bot)


def diary_of(bot: str, spec: CalendarSpec) -> Diary:
    """The instants of a calendar, as the store counts them."""
    return Diary(bot=bot, calendar=spec.name, slot_ms=spec.slot // timedelta(milliseconds=1), capacity=spec.capacity)
