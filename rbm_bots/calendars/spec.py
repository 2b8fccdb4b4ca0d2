"""One calendar of a bot, complete: what its file says of it, and the zone and country in which that holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rbm_bots.botfile.hours import Hours
from rbm_bots.botfile.model import Bot

__all__ = ["CalendarSpec", "specs_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSpec:
    """A calendar that gives the actions ``NAME.free``, ``NAME.book``, ``NAME.move`` and ``NAME.cancel``.

    ``source``: ``builtin``, only its own bookings count; ``ics``, also what stands in another calendar, read from
    ``url`` (https) or ``file`` (in the bot's folder). ``slot``: how long an appointment is, and how far apart two
    begin, in whole minutes. ``capacity``: how many people may have the same one. ``notice``: the least time before it
    begins. ``days``: how many days ahead it may be. ``hours`` count in ``timezone``; public holidays of ``country`` are
    closed (those of Alsace-Moselle too with ``alsace_moselle``), unless the hours are ``always``.
    """

    name: str
    source: Literal["builtin", "ics"] = "builtin"
    url: str | None = None
    file: str | None = None
    hours: Hours
    slot: timedelta = timedelta(minutes=30)
    capacity: int = 1
    notice: timedelta = timedelta(hours=2)
    days: int = 30
    timezone: ZoneInfo
    country: str = "FR"
    alsace_moselle: bool = False


def specs_of(bot: Bot) -> dict[str, CalendarSpec]:
    """The calendars of a bot by name."""
    return {
        name: CalendarSpec(
            name=name,
            source=calendar.source,
            url=calendar.url,
            file=calendar.file,
            hours=calendar.hours,
            slot=calendar.slot,
            capacity=calendar.capacity,
            notice=calendar.notice,
            days=calendar.days,
            timezone=bot.timezone,
            country=bot.country,
        )
        for name, calendar in bot.calendars.items()
    }
