"""Busy times of an iCalendar (RFC 5545).

Theory of operation. An event is busy time unless it is transparent (3.8.2.7) or cancelled (3.8.1.11). Events that recur
are unfolded by a library, with their exceptions and moved occurrences. A date without a time is a whole day of the
calendar's zone, and so is a time without a zone a time there. What cannot be understood makes the whole calendar
unreadable: an event that is left out would offer its time to somebody.

Limits: 5 MB, 20,000 events, 20,000 occurrences; no rule that repeats more often than daily. Unfolding runs in a thread,
which nobody can break off; it looks at ``stop`` between events.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from threading import Event as Stop
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from rbm_bots.calendars.faults import CalendarUnreadable
from rbm_bots.calendars.free import Busy

if TYPE_CHECKING:
    from icalendar import Calendar, Component, Event

__all__ = ["MOST_BYTES", "busy_times"]

MOST_BYTES: Final = 5 * 1024 * 1024
_MOST_EVENTS: Final = 20_000
_MOST_OCCURRENCES: Final = 20_000
_MOST_A_DAY: Final = 24
_NOT_DAILY: Final = frozenset({"HOURLY", "MINUTELY", "SECONDLY"})
_NEEDED: Final = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "RECURRENCE-ID"})


def busy_times(body: bytes, *, zone: ZoneInfo, start: datetime, end: datetime, stop: Stop) -> list[Busy]:
    """Busy times (UTC) that meet the span from ``start`` to ``end``, sorted.

    Raises :class:`CalendarUnreadable`; its message holds nothing of the calendar.
    """
    if len(body) > MOST_BYTES:
        raise CalendarUnreadable("it is larger than 5 MB")
    if body.upper().count(b"BEGIN:VEVENT") > _MOST_EVENTS:
        raise CalendarUnreadable(f"it holds more than {_MOST_EVENTS} events")
    try:
        return sorted(_busy(body, zone, start, end, stop))
    except CalendarUnreadable:
        raise
    except Exception as fault:  # the libraries raise whatever a malformed line leads them into
        raise CalendarUnreadable(f"it is malformed ({type(fault).__name__})") from None


def _busy(body: bytes, zone: ZoneInfo, start: datetime, end: datetime, stop: Stop) -> Iterator[Busy]:
    # 0.1 s to import: only bots with such a calendar pay
    from icalendar import Calendar

    calendars = Calendar.from_ical(body, multiple=True)
    if not calendars:
        raise CalendarUnreadable("it holds no calendar")
    seen = 0
    for calendar in calendars:
        for event in calendar.walk("VEVENT"):
            _require_sound(event)
        for event in _unfolded(calendar, start.astimezone(zone), end.astimezone(zone), stop):
            seen += 1
            if seen > _MOST_OCCURRENCES:
                raise CalendarUnreadable(f"it holds more than {_MOST_OCCURRENCES} occurrences")
            if _is_free(event):
                continue
            first, last = _instant(event.start, zone), _instant(event.end, zone)
            if first < last and first < end and last > start:
                yield first, last


def _unfolded(calendar: Calendar, start: datetime, end: datetime, stop: Stop) -> Iterator[Event]:
    import recurring_ical_events

    # a day more on either side: dates and floating times have no zone yet
    margin = timedelta(days=1)
    for series in recurring_ical_events.of(calendar).series:
        for occurrence in series.between(start - margin, end + margin):
            if stop.is_set():
                raise CalendarUnreadable("reading it takes too long")
            yield occurrence.as_component(keep_recurrence_attributes=False)


def _require_sound(event: Component) -> None:
    """Raise :class:`CalendarUnreadable` for a property that was dropped as malformed, and for rules that flood."""
    if "DTSTART" not in event or any(str(name).upper() in _NEEDED for name, _ in event.errors):
        raise CalendarUnreadable("the time of an event is malformed")
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = 1
        for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            often *= max(1, len(rule.get(part, [])))
        if often > _MOST_A_DAY or _NOT_DAILY & {str(word).upper() for word in rule.get("FREQ", [])}:
            raise CalendarUnreadable("an event repeats more often than daily")


def _is_free(event: Event) -> bool:
    return str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("STATUS", "")).upper() == "CANCELLED"


def _instant(when: date, zone: ZoneInfo) -> datetime:
    """A date, a floating time or a time with a zone, as an instant in UTC."""
    if isinstance(when, datetime):
        return (when if when.tzinfo is not None else when.replace(tzinfo=zone)).astimezone(UTC)
    return datetime.combine(when, time(), tzinfo=zone).astimezone(UTC)
