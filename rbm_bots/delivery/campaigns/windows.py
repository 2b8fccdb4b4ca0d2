"""When a campaign may leave: its own hours, and for marketing the law's hours too.

Days are judged by the rule set in force on that day, or by the one that the deployment names. Instants are made from
wall clock times day by day, so a night in which the clocks change is an hour shorter or longer. The rules at the door
have the last word; this is what a plan counts with, and what keeps the outbox empty overnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from rbm_bots.delivery.campaigns.spec import Schedule
from rbm_bots.delivery.routes import LegSettings
from rbm_bots.holidays import is_public_holiday
from rbm_bots.rules.rule_sets import AUTO, rule_set_on

__all__ = ["LawfulHours", "Opening", "opening_at", "openings"]

_MOST_DAYS: Final = 400
_MIDNIGHT: Final = 24 * 60
_SUNDAY: Final = 6
_ALL_DAY: Final = ((0, _MIDNIGHT),)
_ALSACE_MOSELLE: Final = "alsace-moselle"


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulHours:
    """What a deployment settled about the law's hours, as the gate will hear it.

    ``off_days``: Sundays and public holidays, where the rule set leaves them to the brand. ``rule_set``: ``auto``, or
    the set for every day. ``region``: where everybody lives, for its holidays.
    """

    off_days: Literal["defer", "allow"] = "defer"
    rule_set: str = AUTO
    region: str | None = None

    @classmethod
    def of(cls, legs: LegSettings) -> LawfulHours:
        """Those of a deployment."""
        return cls(off_days=legs.gate.avoid_days, rule_set=legs.rule_set, region=legs.region)

    def spans(self, day: date) -> tuple[tuple[int, int], ...]:
        """Minutes after midnight in which marketing may leave on ``day``."""
        rules = rule_set_on(day, name=self.rule_set)
        is_off = day.weekday() == _SUNDAY or is_public_holiday(day, alsace_moselle=self.region == _ALSACE_MOSELLE)
        if is_off and not (rules.off_days == "avoid" and self.off_days == "allow"):
            return ()
        return ((_minutes(rules.opens), _minutes(rules.closes)),)


_LAW: Final = LawfulHours()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """From ``start`` until just before ``end``, both UTC; ``end`` is ``None`` where nothing ever closes."""

    start: datetime
    end: datetime | None

    @property
    def seconds(self) -> float | None:
        """Its length."""
        return (self.end - self.start).total_seconds() if self.end is not None else None


def opening_at(schedule: Schedule, *, marketing: bool, now: datetime, law: LawfulHours = _LAW) -> Opening | None:
    """The opening that holds ``now``, or ``None``."""
    first = next(openings(schedule, marketing=marketing, now=now, law=law), None)
    return first if first is not None and first.start <= now else None


def openings(schedule: Schedule, *, marketing: bool, now: datetime, law: LawfulHours = _LAW) -> Iterator[Opening]:
    """The openings from ``now`` on, in order, for a bit more than a year."""
    start = max(now, schedule.starts) if schedule.starts is not None else now
    if not marketing and not schedule.hours:
        if schedule.ends is None or start < schedule.ends:
            yield Opening(start=start, end=schedule.ends)
        return
    zone = ZoneInfo(schedule.zone)
    first = start.astimezone(zone).date()
    for day in (first + timedelta(days=days) for days in range(_MOST_DAYS)):
        for opens, closes in _spans(schedule, day, marketing=marketing, law=law):
            begin = max(start, _instant(day, opens, zone))
            end = _instant(day, closes, zone)
            end = min(end, schedule.ends) if schedule.ends is not None else end
            if begin < end:
                yield Opening(start=begin, end=end)


def _spans(schedule: Schedule, day: date, *, marketing: bool, law: LawfulHours) -> list[tuple[int, int]]:
    """Minutes after midnight in which both the schedule and the law are open on ``day``."""
    own = _own_spans(schedule, day)
    lawful = law.spans(day) if marketing else _ALL_DAY
    both = ((max(a, c), min(b, d)) for a, b in own for c, d in lawful)
    return [(opens, closes) for opens, closes in both if opens < closes]


def _own_spans(schedule: Schedule, day: date) -> tuple[tuple[int, int], ...]:
    if not schedule.hours:
        return _ALL_DAY
    return () if is_public_holiday(day) else schedule.hours.get(day.weekday(), ())


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    if minutes == _MIDNIGHT:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone).astimezone(UTC)
