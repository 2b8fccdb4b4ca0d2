"""Hours in a sentence, and instants: a day and an hour in the bot's zone (bot language 5.3, 19).

«minuit» closes the day that was named, ``00:00`` opens it. A wall-clock time that the spring change skips does not
exist and is not understood; one that comes twice in autumn is its first. An hour gone by on a named day is not
understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rbm_bots.dialogue.answers.dates import Preference, find_day
from rbm_bots.dialogue.answers.plain import digits_for_words

__all__ = ["DayOnly", "WallTime", "at_wall_time", "find_time", "read_datetime"]

_MIDNIGHT: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class WallTime:
    """Minutes from the day's beginning; 1440 is the midnight that closes it."""

    minutes: int


@dataclass(frozen=True, slots=True)
class DayOnly:
    """The message names a day and no hour: the hour is asked for."""

    day: date


_EVENING = r"(?P<half> (?:du soir|ce soir|de l'apres-midi|de l'apres midi|in the (?:evening|afternoon)|tonight))?"
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![0-9:.,])(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))? ?(?P<ampm>[ap])\.?m\b\.?",
        rf"(?<![0-9:.,])(?P<hour>[0-9]{{1,2}}) ?(?:h|heures?)\b(?: ?(?P<minute>[0-9]{{2}}))?(?![0-9])"
        rf"(?P<part> et demie?| et quart| moins (?:le )?quart)?{_EVENING}",
        rf"(?<![0-9:.,])(?P<hour>[0-9]{{1,2}}) ?h(?P<minute>[0-9]{{2}})(?:mn|min)?\b{_EVENING}",
        rf"(?<![0-9:.,])(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}})(?::00)?(?![0-9:]){_EVENING}",
        r"(?<!apres )(?<!apres-)\b(?P<noon>midi|noon)\b(?P<part> et demie?)?",
        r"\b(?P<midnight>minuit|midnight)\b",
        r"\b(?:at|a|vers) (?P<hour>[0-9]{1,2})(?: o'clock)?(?![0-9/.,:-])(?! ?(?:jours?|days?|semaines?|weeks?)\b)",
    )
)
_HOUR_ALONE = re.compile(r"(?P<hour>[0-9]{1,2})")
_PARTS: Final = {" et demi": 30, " et demie": 30, " et quart": 15, " moins le quart": -15, " moins quart": -15}
_DURATION = re.compile(r"\b(?:dans|in|d'ici) [0-9a-z]+ ?(?:h\b|heures?\b|hours?\b|min(?:utes?)?\b|mn\b)")


def find_time(said: str, *, alone: bool = False) -> tuple[WallTime | None, bool]:
    """The one hour in a plain text, and whether what it says of hours cannot be understood (two hours, 25:00).

    ``alone``: the hour was asked for, so «8» is one.
    """
    said = digits_for_words(said)
    if _DURATION.search(said):
        return None, True
    found: set[WallTime | None] = set()
    for pattern in _PATTERNS:
        for match in list(pattern.finditer(said)):
            found.add(_wall_time(match.groupdict()))
            said = said[: match.start()] + " " * (match.end() - match.start() - 1) + "|" + said[match.end() :]
    if not found and alone and (only := _HOUR_ALONE.fullmatch(said.strip(" .!?"))):
        found.add(_wall_time(only.groupdict()))
    if not found:
        return None, False
    return (None, True) if len(found) > 1 or None in found else (found.pop(), False)


def read_datetime(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    language: str = "fr",
    prefer: Preference = "future",
    day: date | None = None,
) -> datetime | DayOnly | None:
    """The one instant that ``text`` names, in ``zone``; a day alone; or ``None``.

    ``day``: the day that an earlier message named, when this one answers «at what time?».
    """
    if (exact := _exact(text.strip())) is not None:
        return exact.astimezone(zone)
    here = now.astimezone(zone)
    found = find_day(text, today=here.date(), language=language, prefer=prefer)
    at, odd = find_time(found.rest, alone=day is not None)
    if found.clash or odd:
        return None
    named = found.day or day
    if at is None:
        return DayOnly(found.day) if found.day else None
    if named is None:
        return _nearest(at, here=here, zone=zone, prefer=prefer)
    instant = at_wall_time(named, at, zone)
    return None if instant is None or (prefer == "future" and instant < here) else instant


def at_wall_time(day: date, at: WallTime, zone: ZoneInfo) -> datetime | None:
    """The instant of a wall-clock time, the first of two; ``None`` when the spring change skips it."""
    try:
        local = datetime.combine(day, time()) + timedelta(minutes=at.minutes)
        instant = local.replace(tzinfo=zone)
        return instant if instant.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local else None
    except (OverflowError, ValueError):
        return None


def _nearest(at: WallTime, *, here: datetime, zone: ZoneInfo, prefer: Preference) -> datetime | None:
    """The next occurrence after ``here``; where the past is preferred, the last one up to it."""
    minutes = at.minutes % _MIDNIGHT
    gone_by = time(minutes // 60, minutes % 60) <= here.time()
    step = (0 if gone_by else -1) if prefer == "past" else (1 if gone_by else 0)
    try:
        return at_wall_time(here.date() + timedelta(days=step), WallTime(minutes), zone)
    except OverflowError:
        return None


def _wall_time(groups: dict[str, str | None]) -> WallTime | None:
    if groups.get("midnight"):
        return WallTime(_MIDNIGHT)
    part = _PARTS.get(groups.get("part") or "", 0)
    if groups.get("noon"):
        return WallTime(12 * 60 + part)
    hour, minute = int(groups["hour"] or 0), int(groups.get("minute") or 0)
    if (half := groups.get("ampm")) is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    elif groups.get("half") and 1 <= hour < 12:
        hour += 12
    minutes = hour * 60 + minute + part
    return WallTime(minutes) if hour < 24 and minute < 60 and minutes >= 0 else None


def _exact(text: str) -> datetime | None:
    """An instant with its offset, as files write it."""
    if len(text) < 16 or text[4:5] != "-" or text[10:11] not in ("T", "t"):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
