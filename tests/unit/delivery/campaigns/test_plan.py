"""How long a campaign takes and on which days, by arithmetic alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.delivery.campaigns.plan import DoesNotFit, Pace, balance, lay_out, say_duration
from rbm_bots.delivery.campaigns.spec import Schedule
from rbm_bots.delivery.campaigns.windows import LawfulHours, Opening, opening_at, openings

PARIS = Schedule(zone="Europe/Paris")
SATURDAY = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)


def test_a_hundred_thousand_take_55_min_34_s() -> None:
    """S2-99."""
    assert say_duration(balance(100_000, Pace(rcs_per_s=30)).seconds) == "55 min 34 s"


@pytest.mark.parametrize(
    ("rate", "one_part", "three_parts"),
    [
        (10, Fraction(1, 3), Fraction(1, 9)),
        (20, Fraction(2, 3), Fraction(2, 9)),
        (50, None, Fraction(5, 9)),
        (100, None, None),
        (150, None, None),
    ],
)
def test_from_which_share_on_the_short_code_is_too_slow(
    rate: int, one_part: Fraction | None, three_parts: Fraction | None
) -> None:
    for parts, above in ((1, one_part), (3, three_parts)):
        sides = balance(1000, Pace(rcs_per_s=30, sms_per_s=rate, parts=parts))
        assert sides.saturated_above == (above if above is None or above < 1 else None)
        if above is not None:
            more = balance(90_000, Pace(rcs_per_s=30, sms_per_s=rate, parts=parts, sms_share=above + Fraction(1, 100)))
            less = balance(90_000, Pace(rcs_per_s=30, sms_per_s=rate, parts=parts, sms_share=above - Fraction(1, 100)))
            assert (more.sms_is_slower, less.sms_is_slower) == (True, False)
            assert more.per_second < 30 == less.per_second


def test_its_own_limit_slows_it_down() -> None:
    assert balance(100, Pace(rcs_per_s=30, throttle=5)).seconds == 20
    assert balance(100, Pace(rcs_per_s=30, throttle=50)).seconds == 4


def test_what_does_not_fit_into_one_day_is_spread() -> None:
    days = lay_out(3_000_000, Fraction(30), openings(PARIS, marketing=True, now=SATURDAY), spread=True).days
    assert [(day.start.isoformat(), day.messages) for day in days] == [
        ("2026-11-21T19:00:00+00:00", 162_000),
        ("2026-11-23T07:00:00+00:00", 1_458_000),
        ("2026-11-24T07:00:00+00:00", 1_380_000),
    ]
    assert days[-1].end == datetime(2026, 11, 24, 19, 46, 40, tzinfo=UTC)


def test_a_refusal_shows_the_arithmetic() -> None:
    monday = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    with pytest.raises(DoesNotFit) as refused:
        lay_out(600_000, Fraction(10), openings(PARIS, marketing=True, now=monday), spread=False)
    assert refused.value.message == (
        "600,000 messages take 16 h 40 min at 10 a second; the hours are open for 13 h 30 min, "
        "which carries 486,000: 114,000 too many"
    )
    ends = Schedule(zone="Europe/Paris", ends=monday + timedelta(days=1))
    with pytest.raises(DoesNotFit, match="too many"):
        lay_out(600_000, Fraction(10), openings(ends, marketing=True, now=monday), spread=True)


@given(
    st.integers(0, 2_000_000),
    st.fractions(min_value=Fraction(1, 10), max_value=200),
    st.lists(st.integers(1, 90_000), max_size=8),
)
def test_what_is_laid_out_is_all_of_it_and_fits(messages: int, rate: Fraction, lengths: list[int]) -> None:
    start, hours = SATURDAY, []
    for seconds in lengths:
        hours.append(Opening(start=start, end=start + timedelta(seconds=seconds)))
        start += timedelta(seconds=2 * seconds)
    try:
        days = lay_out(messages, rate, hours, spread=True).days
    except DoesNotFit:
        assert sum(int(seconds * rate) for seconds in lengths) < messages
        return
    assert sum(day.messages for day in days) == messages
    ends = {one.start: one.end for one in hours}
    assert all(day.start < day.end <= ends[day.start] + timedelta(seconds=1) for day in days)


OPEN = [
    ("2026-11-21T20:29:59", True, True),  # Saturday 21:29:59 in Paris
    ("2026-11-21T20:30:00", True, False),
    ("2026-11-22T11:00:00", True, False),  # a Sunday
    ("2026-11-22T11:00:00", False, True),
    ("2026-11-24T06:59:59", True, False),
    ("2026-11-24T07:00:00", True, True),
    ("2026-11-11T11:00:00", True, False),  # a public holiday
]


@pytest.mark.parametrize(("at", "marketing", "is_open"), OPEN)
def test_marketing_keeps_the_hours_of_the_law(at: str, marketing: bool, is_open: bool) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert (opening_at(PARIS, marketing=marketing, now=now) is not None) is is_open
    if marketing and not is_open and now.weekday() == 6:
        assert opening_at(PARIS, marketing=True, now=now, law=LawfulHours(off_days="allow")) is not None


def test_the_law_is_the_one_that_the_door_will_ask() -> None:
    late = datetime(2026, 11, 23, 20, 45, tzinfo=UTC)  # Monday 21:45 in Paris
    assert opening_at(PARIS, marketing=True, now=late) is None
    assert opening_at(PARIS, marketing=True, now=late, law=LawfulHours(rule_set="af2m-2024")) is not None
    good_friday = datetime(2027, 3, 26, 9, 0, tzinfo=UTC)
    assert opening_at(PARIS, marketing=True, now=good_friday) is not None
    assert opening_at(PARIS, marketing=True, now=good_friday, law=LawfulHours(region="alsace-moselle")) is None


def test_its_own_hours_come_on_top() -> None:
    hours = dict.fromkeys(range(7), ((6 * 60, 10 * 60), (20 * 60, 24 * 60)))
    own = Schedule(zone="Europe/Paris", hours=hours)
    now = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    found = [one for one, _ in zip(openings(own, marketing=True, now=now), range(2), strict=False)]
    assert [(one.start.hour, one.start.minute, one.end and (one.end.hour, one.end.minute)) for one in found] == [
        (7, 0, (9, 0)),
        (19, 0, (20, 30)),
    ]
    service = next(openings(own, marketing=False, now=now))
    assert (service.start.hour, service.end and service.end.hour) == (5, 9)


def test_a_night_in_which_the_clock_changes_is_an_hour_longer() -> None:
    whole = Schedule(zone="Europe/Paris", hours=dict.fromkeys(range(7), ((0, 24 * 60),)))
    day = next(openings(whole, marketing=False, now=datetime(2026, 10, 24, 22, 0, tzinfo=UTC)))
    assert day.seconds == 25 * 3600


def test_nothing_is_open_before_its_start_nor_after_its_end() -> None:
    start = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    own = Schedule(zone="Europe/Paris", starts=start, ends=start + timedelta(hours=1))
    found = list(openings(own, marketing=False, now=start - timedelta(days=1)))
    assert [(one.start, one.end) for one in found] == [(start, start + timedelta(hours=1))]
    assert list(openings(own, marketing=True, now=start + timedelta(hours=1))) == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3334, "55 min 34 s"), (10_020, "2 h 47 min"), (90_061, "1 d 1 h")],
)
def test_a_duration_is_said_in_two_units(seconds: int, said: str) -> None:
    assert say_duration(seconds) == said
