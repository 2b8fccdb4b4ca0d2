"""Which instants of a calendar are free. Pure.

Theory of operation. A day's appointments form a grid: each span of opening hours, cut every ``slot`` from its
beginning, in wall time of the calendar's zone. The grid of a day depends on nothing but the calendar, so what was
offered a minute ago is on it still. Three things can strike an instant off:

- the clock change of spring: a wall time that is skipped names no instant. An appointment also lasts its real length,
  so one that begins before the one in front of it has ended is no appointment either;
- the clock change of autumn: a wall time that comes twice is the first;
- the closing time, counted in real time as well.

What is left is filtered by notice, days ahead, what people have booked or hold (up to the capacity), and busy times of
another calendar, which close an instant for everybody.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Final

from rbm_bots.calendars.spec import CalendarSpec
from rbm_bots.clock import require_aware
from rbm_bots.holidays import is_public_holiday
from rbm_bots.values import Slot

__all__ = ["MOST_OFFERED", "Busy", "free_instants", "is_offered", "last_instant"]

Busy = tuple[datetime, datetime]
"""A busy time, aware: from its start up to its end, the end not included."""

MOST_OFFERED: Final = 1000
"""More instants than this are never given at once; the rest comes with ``after``."""

_WHOLE_DAY: Final = ((0, 24 * 60),)


def free_instants(
    spec: CalendarSpec,
    *,
    now: datetime,
    after: datetime | None = None,
    until: datetime | None = None,
    taken: Mapping[datetime, int],
    busy: Sequence[Busy] = (),
) -> list[Slot]:
    """The free appointments, earliest first, with starts in the calendar's zone; at most :data:`MOST_OFFERED`.

    ``after``: only those that begin later than this. ``until``: only those that begin before this. ``taken``: start of
    a booked or held appointment to how many there are; one that overlaps counts, whether on the grid or not.
    """
    first = require_aware(now) + spec.notice
    latest = last_instant(spec, now=now)
    end = latest if until is None else min(latest, require_aware(until))
    since = first if after is None else max(first, require_aware(after))
    crowd, walls = _Crowd(spec, taken), _Walls(spec, busy)
    found = (
        Slot(start=start.astimezone(spec.timezone), minutes=int(spec.slot / timedelta(minutes=1)))
        for start in _grid(spec, since, end)
        if start >= first
        and (after is None or start > require_aware(after))
        and not crowd.is_full(start)
        and not walls.touch(start)
    )
    return list(islice(found, MOST_OFFERED))


def is_offered(spec: CalendarSpec, at: datetime, *, now: datetime, busy: Sequence[Busy] = ()) -> bool:
    """Whether this calendar has an appointment at ``at``, still to come, taken or not.

    The notice does not count here: it decides what is shown, and does not run out while a person makes up their mind.
    """
    at = require_aware(at)
    if not require_aware(now) <= at < last_instant(spec, now=now) or _Walls(spec, busy).touch(at):
        return False
    return at in _grid(spec, at, at + timedelta(microseconds=1))


def last_instant(spec: CalendarSpec, *, now: datetime) -> datetime:
    """Where offers end: the midnight after the last of ``days`` days from today on, today not counted."""
    today = require_aware(now).astimezone(spec.timezone).date()
    return _instant(spec, today + timedelta(days=spec.days + 1), 0)


def _grid(spec: CalendarSpec, since: datetime, end: datetime) -> Iterator[datetime]:
    """Every start from ``since`` on and before ``end``, in UTC."""
    day = since.astimezone(spec.timezone).date()
    last = end.astimezone(spec.timezone).date()
    while day <= last:
        yield from (start for start in _day(spec, day) if since <= start < end)
        day += timedelta(days=1)


def _day(spec: CalendarSpec, day: date) -> Iterator[datetime]:
    """The starts of one day, each after the real end of the one before."""
    free_from: datetime | None = None
    for opens, closes in _spans(spec, day):
        close = _instant(spec, day, closes)
        minute, step = opens, int(spec.slot / timedelta(minutes=1))
        while minute + step <= closes:
            start = _instant(spec, day, minute)
            if (
                _exists(spec, start, minute)
                and (free_from is None or start >= free_from)
                and start + spec.slot <= close
            ):
                yield start
                free_from = start + spec.slot
            minute += step


def _spans(spec: CalendarSpec, day: date) -> Sequence[tuple[int, int]]:
    if spec.hours.always:
        return _WHOLE_DAY
    if is_public_holiday(day, country=spec.country, alsace_moselle=spec.alsace_moselle):
        return ()
    return spec.hours.spans.get(day.weekday(), ())


def _instant(spec: CalendarSpec, day: date, minute: int) -> datetime:
    """The instant of a wall time, in UTC: the first of two; one that is skipped counts by the clock before it."""
    wall = datetime(day.year, day.month, day.day, tzinfo=spec.timezone) + timedelta(minutes=minute)
    return wall.astimezone(UTC)


def _exists(spec: CalendarSpec, start: datetime, minute: int) -> bool:
    """Whether the wall clock shows ``minute`` at ``start``: it does not for a time that the spring change skips."""
    wall = start.astimezone(spec.timezone)
    return (wall.hour * 60 + wall.minute) == minute % (24 * 60)


class _Crowd:
    """How many people there are at an instant: bookings and holds that overlap it."""

    def __init__(self, spec: CalendarSpec, taken: Mapping[datetime, int]) -> None:
        self._spec = spec
        self._counts = {require_aware(at): count for at, count in taken.items()}
        self._starts = sorted(self._counts)

    def is_full(self, start: datetime) -> bool:
        low = bisect_right(self._starts, start - self._spec.slot)
        high = bisect_left(self._starts, start + self._spec.slot)
        return sum(self._counts[at] for at in self._starts[low:high]) >= self._spec.capacity


class _Walls:
    """The busy times of another calendar, joined where they touch."""

    def __init__(self, spec: CalendarSpec, busy: Sequence[Busy]) -> None:
        self._slot = spec.slot
        self._joined: list[Busy] = []
        for start, end in sorted((require_aware(start), require_aware(end)) for start, end in busy):
            if self._joined and start <= self._joined[-1][1]:
                self._joined[-1] = (self._joined[-1][0], max(end, self._joined[-1][1]))
            else:
                self._joined.append((start, end))
        self._ends = [end for _, end in self._joined]

    def touch(self, start: datetime) -> bool:
        """Whether an appointment from ``start`` on meets a busy time."""
        at = bisect_right(self._ends, start)
        return at < len(self._joined) and self._joined[at][0] < start + self._slot
