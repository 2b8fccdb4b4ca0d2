"""French public holidays: eleven a year, three of them by Easter."""

from __future__ import annotations

from datetime import date

import pytest

from rbm_bots.holidays import easter_sunday, is_public_holiday, public_holidays


@pytest.mark.parametrize(
    ("year", "easter"),
    [
        (1818, date(1818, 3, 22)),  # the earliest there can be
        (1943, date(1943, 4, 25)),  # the latest
        (1954, date(1954, 4, 18)),  # both exceptions of the tables
        (1981, date(1981, 4, 19)),
        (2000, date(2000, 4, 23)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
        (2049, date(2049, 4, 18)),
        (2076, date(2076, 4, 19)),
    ],
)
def test_easter(year: int, easter: date) -> None:
    assert easter_sunday(year) == easter


def test_easter_is_a_sunday_between_its_bounds() -> None:
    found = [easter_sunday(year) for year in range(1583, 4100)]
    assert {day.weekday() for day in found} == {6}
    assert min((day.month, day.day) for day in found) == (3, 22)
    assert max((day.month, day.day) for day in found) == (4, 25)


def test_the_eleven_days_of_a_year() -> None:
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 7, 14),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ]


def test_two_holidays_may_fall_on_one_day() -> None:
    assert date(2008, 5, 1) in public_holidays(2008)  # Labour Day and Ascension
    assert len(public_holidays(2008)) == 10


def test_alsace_moselle_has_good_friday_and_the_day_after_christmas() -> None:
    more = public_holidays(2026, alsace_moselle=True) - public_holidays(2026)
    assert sorted(more) == [date(2026, 4, 3), date(2026, 12, 26)]


def test_only_french_days_are_known() -> None:
    assert is_public_holiday(date(2026, 7, 14))
    assert not is_public_holiday(date(2026, 7, 15))
    assert not is_public_holiday(date(2026, 7, 14), country="BE")
    assert is_public_holiday(date(2026, 12, 26), alsace_moselle=True)
