"""Busy times of an iCalendar: what counts, what repeats, whose zone, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event as Stop

import pytest

from rbm_bots.calendars import CalendarUnreadable
from rbm_bots.calendars.free import Busy
from rbm_bots.calendars.ics import MOST_BYTES, busy_times
from tests.unit.calendars.specs import PARIS, paris

START, END = paris(2026, 3, 2), paris(2026, 4, 10)


def ics(*events: str, head: str = "") -> bytes:
    bodies = "".join(
        f"BEGIN:VEVENT\nUID:e{rank}\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT\n"
        for rank, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{head}{bodies}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    ).encode()


def busy(body: bytes, start: datetime = START, end: datetime = END) -> list[Busy]:
    return busy_times(body, zone=PARIS, start=start, end=end, stop=Stop())


def walls(found: list[Busy]) -> list[str]:
    return [f"{a.astimezone(PARIS):%d/%m %H:%M}-{b.astimezone(PARIS):%d/%m %H:%M}" for a, b in found]


def test_an_event_with_a_zone_in_utc_and_without_either() -> None:
    found = busy(
        ics(
            "DTSTART;TZID=America/New_York:20260310T100000\nDTEND;TZID=America/New_York:20260310T110000",
            "DTSTART:20260311T090000Z\nDURATION:PT45M",
            "DTSTART:20260312T090000\nDTEND:20260312T100000",
        )
    )
    assert walls(found) == ["10/03 15:00-10/03 16:00", "11/03 10:00-11/03 10:45", "12/03 09:00-12/03 10:00"]
    assert all(at.tzinfo is UTC for span in found for at in span)


def test_the_zone_of_the_whole_calendar_counts_for_floating_times() -> None:
    body = ics("DTSTART:20260312T090000Z\nDTEND:20260312T100000Z", head="X-WR-TIMEZONE:America/New_York\n")
    assert walls(busy(body)) == ["12/03 10:00-12/03 11:00"]


def test_a_day_without_a_time_is_that_whole_day_also_over_a_clock_change() -> None:
    body = ics("DTSTART;VALUE=DATE:20260317", "DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330\nSUMMARY:Closed")
    found = busy(body)
    assert walls(found) == ["17/03 00:00-18/03 00:00", "28/03 00:00-30/03 00:00"]
    assert found[1][1] - found[1][0] == timedelta(hours=47)


def test_transparent_cancelled_and_empty_events_are_free() -> None:
    body = ics(
        "DTSTART:20260311T090000Z\nDTEND:20260311T100000Z\nTRANSP:TRANSPARENT",
        "DTSTART:20260312T090000Z\nDTEND:20260312T100000Z\nSTATUS:CANCELLED",
        "DTSTART:20260313T090000Z",
        "DTSTART:20260314T090000Z\nDTEND:20260314T100000Z\nTRANSP:OPAQUE\nSTATUS:TENTATIVE",
    )
    assert walls(busy(body)) == ["14/03 10:00-14/03 11:00"]


def test_what_repeats_keeps_its_wall_time_over_a_clock_change() -> None:
    rule = (
        "DTSTART;TZID=Europe/Paris:20260105T090000\nDTEND;TZID=Europe/Paris:20260105T093000\nRRULE:FREQ=WEEKLY;BYDAY=MO"
    )
    assert walls(busy(ics(rule))) == [
        f"{day} 09:00-{day} 09:30" for day in ("02/03", "09/03", "16/03", "23/03", "30/03", "06/04")
    ]


def test_exceptions_more_dates_ends_and_moved_occurrences() -> None:
    series = (
        "DTSTART;TZID=Europe/Paris:20260309T090000\nDTEND;TZID=Europe/Paris:20260309T100000\n"
        "RRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Paris:20260310T090000\nRDATE;TZID=Europe/Paris:20260320T090000"
    )
    moved = (
        "DTSTART;TZID=Europe/Paris:20260311T150000\nDTEND;TZID=Europe/Paris:20260311T160000\n"
        "RECURRENCE-ID;TZID=Europe/Paris:20260311T090000"
    )
    body = ics(series, moved).replace(b"UID:e1", b"UID:e0")
    assert walls(busy(body)) == [
        "09/03 09:00-09/03 10:00",
        "11/03 15:00-11/03 16:00",
        "12/03 09:00-12/03 10:00",
        "20/03 09:00-20/03 10:00",
    ]


def test_one_occurrence_may_be_made_transparent() -> None:
    series = "DTSTART:20260309T090000Z\nDTEND:20260309T100000Z\nRRULE:FREQ=DAILY;COUNT=2"
    free = "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z\nRECURRENCE-ID:20260310T090000Z\nTRANSP:TRANSPARENT"
    assert walls(busy(ics(series, free).replace(b"UID:e1", b"UID:e0"))) == ["09/03 10:00-09/03 11:00"]


def test_what_began_before_the_span_still_counts_and_what_lies_outside_does_not() -> None:
    body = ics(
        "DTSTART:20260201T000000Z\nDTEND:20260303T000000Z",
        "DTSTART:20260101T000000Z\nDTEND:20260102T000000Z",
        "DTSTART:20270101T000000Z\nDTEND:20270102T000000Z",
    )
    assert walls(busy(body)) == ["01/02 01:00-03/03 01:00"]


def test_an_event_that_ends_before_it_begins_is_busy_all_the_same() -> None:
    assert walls(busy(ics("DTSTART:20260311T090000Z\nDTEND:20260311T080000Z"))) == ["11/03 09:00-11/03 10:00"]


def test_several_calendars_in_one_file_and_none_at_all() -> None:
    one = ics("DTSTART:20260311T090000Z\nDTEND:20260311T100000Z")
    other = ics("DTSTART:20260310T090000Z\nDTEND:20260310T100000Z")
    assert walls(busy(one + other)) == ["10/03 10:00-10/03 11:00", "11/03 10:00-11/03 11:00"]
    assert busy(ics()) == []
    with pytest.raises(CalendarUnreadable):
        busy(b"")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        ics("SUMMARY:no time"),
        ics("DTSTART:yesterday"),
        ics("DTSTART:20260311T090000Z\nDTEND:soon"),
        ics("DTSTART:20260311T090000Z\nDTEND:20260311T100000Z\nRRULE:FREQ=SOMETIMES"),
        ics("DTSTART:20260311T090000Z\nRRULE:FREQ=SECONDLY"),
        ics("DTSTART:20260311T090000Z\nRRULE:FREQ=HOURLY;COUNT=3"),
        ics(f"DTSTART:20260311T090000Z\nRRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE=0,30"),
        b"x" * (MOST_BYTES + 1),
        b"BEGIN:VEVENT\r\n" * 20_001,
    ],
    ids=lambda body: repr(body[:20]) + str(len(body)),
)
def test_what_cannot_be_understood_is_refused_without_a_word_of_it(body: bytes) -> None:
    with pytest.raises(CalendarUnreadable) as refused:
        busy(body)
    for word in ("yesterday", "soon", "Sign in", "SOMETIMES"):
        assert word not in str(refused.value)


def test_unfolding_is_given_up_between_events() -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(CalendarUnreadable, match="too long"):
        busy_times(ics("DTSTART:20260311T090000Z\nDTEND:20260311T100000Z"), zone=PARIS, start=START, end=END, stop=stop)
