"""How long a campaign takes (S2-99), on which days, and whether it fits. Pure arithmetic; nothing is sent.

RCS goes at the application's quota, or slower by the campaign's own limit. An SMS follows where RCS does not arrive, at
the rate of the short code, one operation for each part. Whichever is slower sets the pace: with ``share`` of messages
falling back in ``parts`` parts, the short code carries ``rate / (share x parts)`` messages a second. The messages are
then laid into the open hours, day by day.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from rbm_bots.clock import rfc3339
from rbm_bots.delivery.campaigns.windows import Opening
from rbm_bots.errors import FaultsFound

__all__ = ["Balance", "Day", "DoesNotFit", "Pace", "Timetable", "balance", "lay_out", "say_duration"]


class DoesNotFit(FaultsFound):
    """The campaign cannot end in the hours it has."""

    code = "campaign_too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What limits it. ``sms_share`` and ``parts`` are expected; ``sms_per_s`` is ``None`` where no SMS may follow."""

    rcs_per_s: int
    throttle: int | None = None
    sms_per_s: int | None = None
    sms_share: Fraction = Fraction(0)
    parts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The rate that results, in messages a second; ``saturated_above``: the share at which SMS becomes the slower."""

    per_second: Fraction
    rcs_s: int
    sms_s: int
    saturated_above: Fraction | None

    @property
    def sms_is_slower(self) -> bool:
        """Whether the short code sets the pace."""
        return self.sms_s > self.rcs_s

    @property
    def seconds(self) -> int:
        """How long it takes when it never has to stop, in whole seconds."""
        return max(self.rcs_s, self.sms_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One stretch of sending and how many messages leave in it."""

    start: datetime
    end: datetime
    messages: int

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"from": rfc3339(self.start), "until": rfc3339(self.end), "messages": self.messages}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The days of a campaign; ``ends`` is ``None`` for one that sends nothing."""

    days: tuple[Day, ...]

    @property
    def ends(self) -> datetime | None:
        """When the last message leaves."""
        return self.days[-1].end if self.days else None


def balance(messages: int, pace: Pace) -> Balance:
    """Which side is slower, and how long each takes for ``messages``."""
    rcs = Fraction(min(pace.rcs_per_s, pace.throttle or pace.rcs_per_s))
    operations = pace.sms_share * pace.parts
    if pace.sms_per_s is None:
        return Balance(per_second=rcs, rcs_s=math.ceil(messages / rcs), sms_s=0, saturated_above=None)
    sms = Fraction(pace.sms_per_s) / operations if operations else None
    above = Fraction(pace.sms_per_s) / (rcs * pace.parts)
    return Balance(
        per_second=min(rcs, sms) if sms is not None else rcs,
        rcs_s=math.ceil(messages / rcs),
        sms_s=math.ceil(messages / sms) if sms is not None else 0,
        saturated_above=above if above < 1 else None,
    )


def lay_out(messages: int, per_second: Fraction, openings: Iterable[Opening], *, spread: bool) -> Timetable:
    """Lay messages into openings, as early as they go. Raises :class:`DoesNotFit` with the arithmetic.

    ``spread``: they may go on in a later opening.
    """
    days: list[Day] = []
    left, seconds = messages, 0.0
    for opening in openings:
        if not left:
            break
        carried = left if opening.seconds is None else min(left, math.floor(Fraction(opening.seconds) * per_second))
        seconds += opening.seconds or 0.0
        if carried:
            days.append(Day(start=opening.start, end=_after(opening.start, carried, per_second), messages=carried))
            left -= carried
        if left and not spread:
            break
    if left:
        raise DoesNotFit(_too_long(messages, left, per_second, seconds), hint=_HINT if spread else _HINT_SPREAD)
    return Timetable(days=tuple(days))


_HINT = "let «ends» be later, or send to fewer people"
_HINT_SPREAD = "start earlier, or write «spread: true» under «schedule:»"


def _after(start: datetime, messages: int, per_second: Fraction) -> datetime:
    return start + timedelta(seconds=math.ceil(messages / per_second))


def _too_long(messages: int, left: int, per_second: Fraction, seconds: float) -> str:
    wanted = say_duration(math.ceil(messages / per_second))
    rate = f"{float(per_second):g}"
    return (
        f"{messages:,} messages take {wanted} at {rate} a second; the hours are open for {say_duration(int(seconds))}, "
        f"which carries {messages - left:,}: {left:,} too many"
    )


def say_duration(seconds: int) -> str:
    """``55 min 34 s``, ``2 h 47 min``, ``3 d 4 h``."""
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    said: list[str] = []
    for unit, size in units:
        count, seconds = divmod(seconds, size)
        if count or said or unit == "s":
            said.append(f"{count} {unit}")
    return " ".join(one for one in said[:2] if not one.startswith("0 ")) or "0 s"
