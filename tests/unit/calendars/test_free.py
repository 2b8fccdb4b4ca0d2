"""Which instants are free: hours, holidays, notice, days, capacity, busy times, and both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.botfile.hours import Hours, parse_hours
from rbm_bots.calendars import CalendarSpec, free_instants, is_offered
from rbm_bots.calendars.free import MOST_OFFERED
from rbm_bots.values import Slot
from tests.unit.calendars.specs import NOW, PARIS, calendar, minutes, paris


def shown(slots: list[Slot]) -> list[str]:
    return [f"{slot.start:%d %H:%M}" for slot in slots]


def free_on(spec: CalendarSpec, day: date, **more: object) -> list[str]:
    """The wall times of one day, asked a week before."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=spec.timezone)
    values = {"now": midnight - timedelta(days=7), "taken": {}} | more
    found = free_instants(spec, after=midnight - minutes(1), until=midnight + timedelta(days=1), **values)  # type: ignore[arg-type]  # tests read shorter
    return [f"{slot.start:%H:%M}" for slot in found]


def test_a_day_is_its_opening_hours_cut_into_slots() -> None:
    assert free_on(calendar(slot=minutes(60)), date(2026, 1, 16)) == [
        "08:30", "09:30", "10:30", "14:00", "15:00", "16:00", "17:00",
    ]  # fmt: skip


def test_a_slot_says_its_length_and_stands_in_the_calendars_zone() -> None:
    first = free_instants(calendar(), now=NOW, taken={})[0]
    assert first == Slot(start=paris(2026, 1, 14, 14, 0), minutes=30)
    assert first.start.tzinfo == PARIS


def test_days_that_are_not_open_have_nothing() -> None:
    assert free_on(calendar(), date(2026, 1, 18)) == []


def test_a_public_holiday_is_closed() -> None:
    assert free_on(calendar(), date(2026, 7, 14)) == []
    assert free_on(calendar(country="BE"), date(2026, 7, 14)) != []
    assert free_on(calendar(), date(2026, 4, 3)) != []
    assert free_on(calendar(alsace_moselle=True), date(2026, 4, 3)) == []


def test_always_is_open_on_a_public_holiday_and_ends_at_midnight() -> None:
    times = free_on(calendar("always", slot=minutes(60)), date(2026, 7, 14))
    assert (len(times), times[0], times[-1]) == (24, "00:00", "23:00")


def test_notice_is_the_least_time_before() -> None:
    assert shown(free_instants(calendar(notice=timedelta()), now=NOW, taken={}))[0] == "14 10:00"
    assert shown(free_instants(calendar(notice=minutes(121)), now=NOW, taken={}))[0] == "14 14:00"
    assert shown(free_instants(calendar(notice=timedelta(days=1)), now=NOW, taken={}))[0] == "15 10:00"


def test_days_count_from_tomorrow() -> None:
    assert shown(free_instants(calendar(days=1), now=NOW, taken={}))[-1] == "15 18:00"
    assert shown(free_instants(calendar(days=3), now=NOW, taken={}))[-1] == "17 11:30"


def test_after_is_left_out_and_until_too() -> None:
    found = free_instants(
        calendar(), now=NOW, after=paris(2026, 1, 15, 8, 30), until=paris(2026, 1, 15, 10, 0), taken={}
    )
    assert shown(found) == ["15 09:00", "15 09:30"]


def test_an_after_before_the_notice_changes_nothing() -> None:
    assert free_instants(calendar(), now=NOW, after=NOW, taken={}) == free_instants(calendar(), now=NOW, taken={})


def test_what_is_taken_is_not_free_until_the_capacity_is_reached() -> None:
    at = paris(2026, 1, 16, 9, 0)
    assert "09:00" not in free_on(calendar(), date(2026, 1, 16), taken={at: 1})
    assert "09:00" in free_on(calendar(capacity=3), date(2026, 1, 16), taken={at: 2})
    assert "09:00" not in free_on(calendar(capacity=3), date(2026, 1, 16), taken={at: 3})


def test_an_appointment_off_the_grid_closes_what_it_overlaps() -> None:
    times = free_on(calendar(), date(2026, 1, 16), taken={paris(2026, 1, 16, 9, 15): 1})
    assert times[:3] == ["08:30", "10:00", "10:30"]


def test_busy_times_close_an_instant_for_everybody() -> None:
    busy = [
        (paris(2026, 1, 16, 9, 10), paris(2026, 1, 16, 9, 20)),
        (paris(2026, 1, 16, 9, 15), paris(2026, 1, 16, 10, 0)),
        (paris(2026, 1, 16, 14, 0), paris(2026, 1, 16, 18, 30)),
    ]
    times = free_on(calendar(capacity=9), date(2026, 1, 16), busy=busy)
    assert times == ["08:30", "10:00", "10:30", "11:00", "11:30"]


def test_never_more_than_a_thousand_at_once_and_after_gives_the_rest() -> None:
    spec = calendar("always", slot=minutes(5), notice=timedelta())
    first = free_instants(spec, now=NOW, taken={})
    assert len(first) == MOST_OFFERED
    second = free_instants(spec, now=NOW, after=first[-1].start, taken={})
    assert second[0].start - first[-1].start == minutes(5)


class TestClockChanges:
    """Europe/Paris: 29 March 2026 02:00 → 03:00, 25 October 2026 03:00 → 02:00."""

    def test_a_time_that_spring_skips_is_no_appointment(self) -> None:
        times = free_on(calendar("sun 00:00-06:00"), date(2026, 3, 29))
        assert times == ["00:00", "00:30", "01:00", "01:30", "03:00", "03:30", "04:00", "04:30", "05:00", "05:30"]

    def test_a_time_that_comes_twice_in_autumn_is_the_first(self) -> None:
        spec = calendar("sun 00:00-06:00")
        found = free_instants(spec, now=paris(2026, 10, 20), until=paris(2026, 10, 25, 6), taken={})
        assert [f"{slot.start:%H:%M %z}" for slot in found][3:7] == [
            "01:30 +0200", "02:00 +0200", "02:30 +0200", "03:00 +0100",
        ]  # fmt: skip

    def test_an_appointment_in_spring_lasts_its_real_length(self) -> None:
        times = free_on(calendar("sun 00:00-06:00", slot=minutes(90)), date(2026, 3, 29))
        assert times == ["00:00", "01:30", "04:30"]  # 01:30 lasts until 04:00

    def test_a_span_that_the_change_shortens_ends_when_it_closes(self) -> None:
        assert free_on(calendar("sun 01:00-03:00", slot=minutes(120)), date(2026, 3, 29)) == []

    def test_the_working_day_after_a_change_keeps_its_wall_times(self) -> None:
        for monday in (date(2026, 3, 30), date(2026, 10, 26)):
            assert free_on(calendar(), monday)[0] == "08:30"

    def test_days_ahead_are_days_of_the_calendar_not_of_24_hours(self) -> None:
        spec = calendar("always", slot=minutes(60), days=1)
        assert shown(free_instants(spec, now=paris(2026, 3, 28, 23, 30), taken={}))[-1] == "29 23:00"
        assert shown(free_instants(spec, now=paris(2026, 10, 24, 23, 30), taken={}))[-1] == "25 23:00"


ZONES = st.sampled_from(
    ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "UTC"]
)
# around both changes of 2026 in each zone, and anywhere
INSTANTS = st.one_of(
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 30)),  # noqa: DTZ001 - made aware below
    st.datetimes(datetime(2026, 9, 20), datetime(2026, 11, 10)),  # noqa: DTZ001 - made aware below
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - made aware below
).map(lambda at: at.replace(tzinfo=UTC, microsecond=0))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    if draw(st.booleans()):
        return Hours(always=True)
    marks = sorted(draw(st.sets(st.integers(0, 24 * 12), min_size=2, max_size=6)))
    spans = [f"{a // 12:02}:{a % 12 * 5:02}-{b // 12:02}:{b % 12 * 5:02}" for a, b in pairwise(marks)][::2]
    return parse_hours(f"mon-sun {' '.join(spans)}")


@st.composite
def specs(draw: st.DrawFn) -> CalendarSpec:
    return CalendarSpec(
        name="calendar",
        hours=draw(hours()),
        slot=minutes(draw(st.sampled_from([5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 480]))),
        capacity=draw(st.integers(1, 3)),
        notice=minutes(draw(st.integers(0, 3000))),
        days=draw(st.integers(1, 9)),
        timezone=ZoneInfo(draw(ZONES)),
    )


@given(spec=specs(), now=INSTANTS, taken_after=st.lists(st.integers(0, 9 * 24 * 12), max_size=30))
def test_whatever_is_free_can_be_kept(spec: CalendarSpec, now: datetime, taken_after: list[int]) -> None:
    taken = {now + minutes(5 * count): 1 for count in taken_after}
    found = free_instants(spec, now=now, taken=taken)
    starts = [slot.start.astimezone(UTC) for slot in found]
    assert starts == sorted(set(starts))
    for one, other in pairwise(starts):
        assert other - one >= spec.slot, "two appointments overlap"
    for slot, start in zip(found, starts, strict=True):
        assert start >= now + spec.notice
        assert sum(abs(at - start) < spec.slot for at in taken) < spec.capacity
        assert spec.hours.is_open(slot.start), "it begins outside of opening hours"
        assert slot.start.astimezone(UTC).astimezone(spec.timezone).time() == slot.start.time()
    for start in starts[:: len(starts) // 3 + 1]:
        assert is_offered(spec, start, now=now)


@given(spec=specs(), now=INSTANTS)
def test_a_wall_time_is_offered_once_and_the_first_of_two(spec: CalendarSpec, now: datetime) -> None:
    found = free_instants(spec, now=now, taken={})
    walls = [slot.start.replace(tzinfo=None, fold=0) for slot in found]
    assert len(walls) == len(set(walls))
    assert all(slot.start.fold == 0 for slot in found)


@given(spec=specs(), now=INSTANTS)
def test_pages_make_the_whole(spec: CalendarSpec, now: datetime) -> None:
    whole = free_instants(spec, now=now, taken={})
    middle = whole[len(whole) // 2].start if whole else now
    first = [slot for slot in whole if slot.start <= middle]
    rest = free_instants(spec, now=now, after=middle, taken={})
    assert first + rest[: len(whole) - len(first)] == whole or not whole


class TestIsOffered:
    """Booking looks again, without the notice."""

    def test_what_is_on_the_grid_and_to_come(self) -> None:
        assert is_offered(calendar(), paris(2026, 1, 14, 11, 0), now=NOW)
        assert is_offered(calendar(), paris(2026, 1, 14, 11, 0).astimezone(UTC), now=NOW)

    def test_not_what_is_past_or_too_far_or_off_the_grid_or_closed(self) -> None:
        for at in (
            paris(2026, 1, 14, 9, 30),
            paris(2026, 3, 2, 9, 0),
            paris(2026, 1, 15, 9, 10),
            paris(2026, 1, 15, 9, 0) + timedelta(seconds=1),
            paris(2026, 1, 15, 13, 0),
            paris(2026, 1, 18, 9, 0),
        ):
            assert not is_offered(calendar(), at, now=NOW), at

    def test_not_in_a_busy_time(self) -> None:
        at = paris(2026, 1, 15, 9, 0)
        assert not is_offered(calendar(), at, now=NOW, busy=[(at + minutes(29), at + minutes(40))])
        assert is_offered(calendar(), at, now=NOW, busy=[(at + minutes(30), at + minutes(40))])
