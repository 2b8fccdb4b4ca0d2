"""Days in a sentence (bot language 5.3, 19): exactly one must be found; other words are ignored.

Theory of operation. The message is made plain (small letters, no accents), words for zero to twenty become digits,
and one list of patterns is tried at every place, the most telling first. Each match gives a day, or the fault that
no such day exists; what it covered is blanked, so that ``24/11 08:30`` leaves only the time for :mod:`.times`. A
weekday beside a day must agree with it. The year that nobody said is the nearest: from today on, or up to today
where the slot prefers the past. All days are days of the bot's own zone; ``today`` comes in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from rbm_bots.dialogue.answers.plain import digits_for_words, plain

__all__ = ["MONTHS", "FoundDay", "Preference", "find_day", "read_date"]

Preference = Literal["future", "past"]

MONTHS: Final = {
    name: month
    for names in (
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "january february march april may june july august september october november december",
        "janv fevr mars avr mai juin juil aout sept oct nov dec",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "_ fev _ _ _ _ jui _ _ _ _ _",
    )
    for month, name in enumerate(names.split(), start=1)
    if name != "_"
}
_WEEKDAYS: Final = {
    name: day
    for names in (
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "monday tuesday wednesday thursday friday saturday sunday",
    )
    for day, name in enumerate(names.split())
}
_RELATIVE: Final = {
    "day before yesterday": -2, "avant-hier": -2, "avant hier": -2, "hier": -1, "yesterday": -1,
    "aujourd'hui": 0, "aujourd hui": 0, "aujourdhui": 0, "ajd": 0, "auj": 0, "today": 0,
    "day after tomorrow": 2, "apres-demain": 2, "apres demain": 2, "demain": 1, "tomorrow": 1, "tmrw": 1,
}  # fmt: skip


def _either(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_MONTH, _WEEKDAY = _either(MONTHS), _either(_WEEKDAYS)
_NO_TIME = r"(?![0-9])(?! ?(?:h(?:eures?)?\b|h[0-9]|:|am\b|pm\b|a\.m|p\.m|o'clock|jours?\b|days?\b))"
_SHORT_YEAR = r"(?P<short>[0-9]{2})(?= ?$| ?[.!?,;]| (?:a|at|vers) )"
_YEAR = rf"(?:,? (?:(?P<year>[0-9]{{4}})|{_SHORT_YEAR}){_NO_TIME}(?![/.-][0-9]))?"
_RANK = r"(?:er|st|nd|rd|th|e)?"
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![0-9])(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?![0-9])",
        r"(?<![0-9/.,:-])(?P<first>[0-9]{1,2})(?P<mark>[/.-])(?P<second>[0-9]{1,2})"
        r"(?:(?P=mark)(?:(?P<year>[0-9]{4})|(?P<short>[0-9]{2})))?(?![0-9])(?![/.,:-][0-9])(?! ?(?:h\b|h[0-9]))",
        rf"(?<![0-9])(?P<day>[0-9]{{1,2}}|premier|first) ?{_RANK},? (?:of |de )?(?P<name>{_MONTH})\b\.?{_YEAR}",
        rf"(?<![0-9])(?P<day>[0-9]{{1,2}})(?P<name>{_MONTH})\b\.?{_YEAR}",
        rf"\b(?P<name>{_MONTH})\b\.? (?:the )?(?P<day>[0-9]{{1,2}}){_RANK}(?![/.-][0-9])(?!-){_NO_TIME}{_YEAR}",
        rf"\b(?P<relative>{_either(_RELATIVE)})\b",
        r"\b(?:dans|in) (?P<count>[0-9]{1,3}|un|une|a|one) (?P<unit>jours?|semaines?|days?|weeks?)\b",
        rf"\b(?P<backwards>last )?(?:next |this |on )?(?P<weekday>{_WEEKDAY})\b(?P<next> prochain)?"
        r"(?P<last> dernier)?(?P<week> en (?:huit|8))?",
        rf"\b(?:le|the|du|au) (?P<day>[0-9]{{1,2}}){_RANK}{_NO_TIME}(?![/.,-][0-9])(?! (?:{_MONTH})\b)",
    )
)
_BESIDE_WEEKDAY = re.compile(rf"^,? ?(?P<day>[0-9]{{1,2}}){_RANK}{_NO_TIME}(?![/.,-][0-9])(?! (?:{_MONTH})\b)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDay:
    """What a message says of the day. ``day`` is ``None`` when it says nothing; ``rest`` is what was not used.

    ``clash``: it names a day that does not exist, or two days.
    """

    day: date | None
    rest: str
    clash: bool = False


def read_date(text: str, *, today: date, language: str = "fr", prefer: Preference = "future") -> date | None:
    """The one day that ``text`` names, or ``None``."""
    found = find_day(text, today=today, language=language, prefer=prefer)
    return None if found.clash else found.day


def find_day(text: str, *, today: date, language: str = "fr", prefer: Preference = "future") -> FoundDay:
    """The one day in ``text``, and the words around it."""
    said = digits_for_words(_protect(plain(text)))
    days: set[date | None] = set()
    weekdays: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for found in list(pattern.finditer(said)):
            groups = found.groupdict()
            end = found.end()
            if groups.get("weekday"):
                weekdays.append(_weekday(groups, prefer))
                beside = _BESIDE_WEEKDAY.match(said[end:])
                if beside:
                    days.add(_day_of_month(int(beside["day"]), today, prefer))
                    end += beside.end()
            else:
                days.add(_day(groups, today=today, language=language, prefer=prefer))
            said = said[: found.start()] + " " * (end - found.start() - 1) + "|" + said[end:]
    return _one(days, weekdays, rest=said, today=today)


def _protect(said: str) -> str:
    """«24 sept» is September, «sept heures» is seven: a month's name beside a day keeps its letters."""
    return re.sub(r"\b(?:(?<=[0-9] )|(?<=[0-9]er ))sept\b(?! ?h)|\bsept\b(?=\.? [0-9])", "septembre", said)


def _one(days: set[date | None], weekdays: list[tuple[int, int]], *, rest: str, today: date) -> FoundDay:
    if days:
        day = next(iter(days))
        agreed = len(days) == 1 and day is not None and all(day.weekday() == weekday for weekday, _ in weekdays)
        return FoundDay(day=day if agreed else None, rest=rest, clash=not agreed)
    named = {_next_weekday(today, weekday, weeks) for weekday, weeks in weekdays}
    return FoundDay(day=named.pop() if len(named) == 1 else None, rest=rest, clash=len(named) > 1)


def _weekday(groups: dict[str, str | None], prefer: Preference) -> tuple[int, int]:
    """The weekday, and weeks to add to the next one: ``-1`` is the last one before today."""
    past = bool(groups["last"] or groups["backwards"]) or (prefer == "past" and not groups["next"])
    return _WEEKDAYS[groups["weekday"] or ""], -1 if past else 1 if groups["week"] else 0


def _next_weekday(today: date, weekday: int, weeks: int) -> date:
    ahead = (weekday - today.weekday()) % 7 or 7
    if weeks < 0:
        return today - timedelta(days=(today.weekday() - weekday) % 7 or 7)
    return today + timedelta(days=ahead + 7 * weeks)


def _day(groups: dict[str, str | None], *, today: date, language: str, prefer: Preference) -> date | None:
    """The day of one match; ``None`` when there is no such day."""
    if groups.get("relative"):
        return _moved(today, _RELATIVE[groups["relative"] or ""])
    if groups.get("unit"):
        count = int(groups["count"] or 0) if (groups["count"] or "").isdigit() else 1
        return _moved(today, count * (7 if (groups["unit"] or "")[0] in "sw" else 1))
    if groups.get("first"):
        day, month = int(groups["first"] or 0), int(groups["second"] or 0)
        if language.lower() == "en-us":
            day, month = month, day
    elif groups.get("name"):
        day, month = int(groups["day"] or 0) if (groups["day"] or "").isdigit() else 1, MONTHS[groups["name"] or ""]
    elif groups.get("month"):
        day, month = int(groups["day"] or 0), int(groups["month"] or 0)
    else:
        return _day_of_month(int(groups["day"] or 0), today, prefer)
    return _dated(day, month, groups.get("year"), groups.get("short"), today=today, prefer=prefer)


def _dated(
    day: int, month: int, year: str | None, short: str | None, *, today: date, prefer: Preference
) -> date | None:
    if year:
        return _exists(int(year), month, day)
    if short:
        found = _exists(2000 + int(short), month, day)
        return _exists(1900 + int(short), month, day) if found and prefer == "past" and found > today else found
    return _nearest((_exists(today.year + step, month, day) for step in _steps(prefer, 9)), today, prefer)


def _day_of_month(day: int, today: date, prefer: Preference) -> date | None:
    months = (today.year * 12 + today.month - 1 + step for step in _steps(prefer, 13))
    return _nearest((_exists(month // 12, month % 12 + 1, day) for month in months), today, prefer)


def _steps(prefer: Preference, count: int) -> Iterator[int]:
    return (-step if prefer == "past" else step for step in range(count))


def _nearest(candidates: Iterator[date | None], today: date, prefer: Preference) -> date | None:
    reached: Callable[[date], bool] = today.__ge__ if prefer == "past" else today.__le__
    return next((day for day in candidates if day is not None and reached(day)), None)


def _exists(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _moved(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None
