"""Opening hours, against a calendar written out by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.rules.opening import is_open, next_open_day, next_opening
from rbm_bots.rules.rule_sets import RULE_SETS, rule_set_on
from tests.unit.rules.asking import question

PARIS = ZoneInfo("Europe/Paris")
HOLIDAYS = {
    date.fromisoformat(day)
    for day in (
        "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-07-14", "2026-08-15", "2026-11-01",
        "2026-11-11", "2026-12-25", "2027-01-01", "2027-03-29",
    )
}  # fmt: skip
HALF_HOURS = st.integers(0, 48 * 395).map(
    lambda steps: datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=30 * steps)
)


def by_hand(at: datetime) -> bool:
    local = at.astimezone(PARIS)
    day_off = local.weekday() == 6 or local.date() in HOLIDAYS
    return not day_off and (8, 0) <= (local.hour, local.minute) < (21, 30)


@given(HALF_HOURS)
def test_hours_are_those_of_the_calendar(at: datetime) -> None:
    assert is_open(question(now=at), at) is by_hand(at)


@given(HALF_HOURS)
def test_the_next_opening_is_the_first(at: datetime) -> None:
    expected = at + timedelta(minutes=30)
    while not by_hand(expected) or by_hand(expected - timedelta(minutes=30)):
        expected += timedelta(minutes=30)
    assert next_opening(question(now=at)) == expected


def test_a_day_that_a_zone_skipped_is_passed_over() -> None:
    facts = {"zone": "Pacific/Apia"}  # there was no 30 December 2011
    asked = question(now="2011-12-29T22:30:00-10:00", facts=facts)
    assert next_opening(asked) == datetime.fromisoformat("2011-12-31T08:00:00+14:00")
    assert next_open_day(asked) == datetime.fromisoformat("2011-12-31T08:00:00+14:00")


def test_the_sets_follow_each_other() -> None:
    since = [rules.since for rules in RULE_SETS]
    assert since == sorted(since)
    assert len({rules.name for rules in RULE_SETS}) == len(RULE_SETS) == 3
    for before, rules in pairwise(RULE_SETS):
        assert rule_set_on(rules.since) == rules
        assert rule_set_on(rules.since - timedelta(days=1)) == before
    assert rule_set_on(date(2010, 1, 1)) == RULE_SETS[0]


def test_a_set_that_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        rule_set_on(date(2026, 1, 1), name="af2m-1999")
