"""French public holidays: the eleven days of the Code du travail (L3133-1), and two more in Alsace-Moselle (L3134-13).

Theory of operation. Eight days have a fixed date; three hang on Easter Sunday (Easter Monday +1, Ascension +39, Whit
Monday +50), in Alsace-Moselle also Good Friday (-2) and 26 December. Easter is the Gregorian computus, valid for every
year from 1583. They are computed here: eleven dates do not pay for a library that knows two hundred countries.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

__all__ = ["easter_sunday", "is_public_holiday", "public_holidays"]

_FIXED: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER: Final = (1, 39, 50)
_FRANCE: Final = "FR"


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar: the Sunday after the first full moon of spring, by the tables."""
    golden, century = year % 19, year // 100
    leap_centuries = century - century // 4
    moon = (leap_centuries - (8 * century + 13) // 25 + 19 * golden + 15) % 30  # age of the moon, as days from 21 March
    moon -= moon // 28 * (1 - moon // 28 * (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - leap_centuries) % 7
    return date(year, 3, 28) + timedelta(days=moon - weekday)


@lru_cache(maxsize=64)
def public_holidays(year: int, *, alsace_moselle: bool = False) -> frozenset[date]:
    """The public holidays of ``year`` in France; two more with ``alsace_moselle`` (Bas-Rhin, Haut-Rhin, Moselle)."""
    easter = easter_sunday(year)
    days = {date(year, month, day) for month, day in _FIXED}
    days |= {easter + timedelta(days=offset) for offset in _AFTER_EASTER}
    if alsace_moselle:
        days |= {easter - timedelta(days=2), date(year, 12, 26)}
    return frozenset(days)


def is_public_holiday(day: date, *, country: str = _FRANCE, alsace_moselle: bool = False) -> bool:
    """Whether ``day`` is a public holiday of ``country``; only those of France (``FR``) are known."""
    return country == _FRANCE and day in public_holidays(day.year, alsace_moselle=alsace_moselle)
