"""Opening hours (bot language, chapter 2): ``mon-fri 08:30-12:00 14:00-18:30, sat 09:00-12:00`` or ``always``.

Days by two or three letters, case ignored. French public holidays are closed, except for ``always``; whoever asks
decides which days those are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final

__all__ = ["ALWAYS", "Hours", "HoursRefused", "parse_hours"]

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = {name[:size]: rank for rank, name in enumerate(_DAYS) for size in (2, 3)}
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_TEXT_MAX: Final = 500


class HoursRefused(ValueError):
    """Not opening hours; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Weekday (0 is Monday) to open spans in minutes after midnight, the end not included."""

    always: bool = False
    spans: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def is_open(self, local: datetime, *, holiday: bool = False) -> bool:
        """Whether it is open at ``local`` (already in the bot's zone)."""
        if self.always:
            return True
        at: time = local.time()
        minute = at.hour * 60 + at.minute
        return not holiday and any(first <= minute < last for first, last in self.spans.get(local.weekday(), ()))


ALWAYS: Final = Hours(always=True)
"""Never closed."""


def parse_hours(text: str) -> Hours:
    """Read opening hours. Raises :class:`HoursRefused`."""
    words = " ".join(text.lower().split())
    if words == "always":
        return Hours(always=True)
    if not words or len(words) > _TEXT_MAX:
        raise HoursRefused("opening hours are missing or far too long")
    spans: dict[int, tuple[tuple[int, int], ...]] = {}
    for part in words.split(","):
        days, *hours = part.split() or [""]
        if not hours:
            raise HoursRefused(f"«{part.strip()}» has no hours")
        open_spans = _spans(hours)
        for day in _days(days):
            if day in spans:
                raise HoursRefused(f"{_DAYS[day]} is given twice")
            spans[day] = open_spans
    return Hours(spans=spans)


def _days(text: str) -> list[int]:
    first, dash, last = text.partition("-")
    if first not in _DAY or (dash and last not in _DAY):
        raise HoursRefused(f"«{text}» is no day: mon tue wed thu fri sat sun")
    start, end = _DAY[first], _DAY[last] if dash else _DAY[first]
    return [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]


def _spans(words: list[str]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for word in words:
        match = _SPAN.fullmatch(word)
        if match is None:
            raise HoursRefused(f"«{word}» is no span of hours like 08:30-12:00")
        numbers = [int(number) for number in match.groups()]
        first, last = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if numbers[1] > 59 or numbers[3] > 59 or not first < last <= 24 * 60:
            raise HoursRefused(f"«{word}» does not go forward within one day")
        if found and first < found[-1][1]:
            raise HoursRefused(f"«{word}» begins before the span in front of it ends")
        found.append((first, last))
    return tuple(found)
