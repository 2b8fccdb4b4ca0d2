"""Instants: aware, in UTC, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.clock import FixedClock, SystemClock, from_ms, parse_instant, require_aware, rfc3339, to_ms

AT = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime(2, 1, 1), datetime(9998, 12, 31)  # noqa: DTZ001 - hypothesis wants bounds without a zone
INSTANTS = st.datetimes(FIRST, LAST, timezones=ZONES, allow_imaginary=False)


@given(INSTANTS)
def test_what_is_written_is_read_again_to_the_millisecond(at: datetime) -> None:
    again = parse_instant(rfc3339(at))
    assert again is not None
    assert again.tzinfo is UTC
    assert timedelta() <= at - again < timedelta(milliseconds=1)
    assert rfc3339(again) == rfc3339(at)


@given(INSTANTS)
def test_milliseconds_give_the_same_instant(at: datetime) -> None:
    assert from_ms(to_ms(at)) == parse_instant(rfc3339(at))
    assert to_ms(from_ms(to_ms(at))) == to_ms(at)


@given(st.text())
def test_any_text_is_an_aware_instant_or_none(text: str) -> None:
    at = parse_instant(text)
    assert at is None or at.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T10:00:00Z",
        "2026-01-15T11:00:00+01:00",
        "2026-01-15 05:00:00.000-0500",
        "2026-01-15t10:00Z",
        "2026-01-15T10:00:00.0000000001Z",
    ],
)
def test_every_offset_and_fraction_is_read(text: str) -> None:
    assert parse_instant(text) == AT


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-15", "2026-01-15T10:00:00", "20260115T100000Z", "2026-13-15T10:00:00Z", "demain à dix heures !"],
)
def test_what_names_no_instant_is_none(text: str) -> None:
    assert parse_instant(text) is None


def test_an_instant_beyond_the_calendar_is_none() -> None:
    assert parse_instant("9999-12-31T23:59:59-01:00") is None


def test_a_naive_datetime_is_refused_everywhere() -> None:
    naive = datetime(2026, 1, 15)  # noqa: DTZ001 - that is the point
    for refuse in (require_aware, to_ms, rfc3339, FixedClock):
        with pytest.raises(ValueError, match="without a zone"):
            refuse(naive)


async def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(AT.astimezone(timezone(timedelta(hours=2))))
    assert (clock.now(), clock.now().tzinfo) == (AT, UTC)
    clock.advance(1.5)
    await clock.sleep(58.5)
    assert clock.now() == AT + timedelta(minutes=1)
    clock.move_to(AT)
    assert clock.now() == AT


async def test_the_systems_clock_is_aware_and_does_not_go_back() -> None:
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(0)
    assert before.tzinfo is UTC
    assert clock.now() >= before
