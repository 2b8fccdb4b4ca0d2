"""When marketing may leave: opening hours, days off, and the next opening.

Theory of operation. A day is a date of the person's zone and is judged by the rule set in force on that date, so a
question asked on the last evening of one set finds its opening in the next set. Instants are made from wall clock times
day by day, never by adding hours: a night in which the clocks change is an hour shorter or longer, and the opening
stays at eight. What comes out is tried once more as an instant, because a zone may skip an hour or a whole day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from rbm_bots.holidays import is_public_holiday
from rbm_bots.rules.question import Question

__all__ = ["closing", "is_open", "is_working_day", "next_open_day", "next_opening"]

_ALSACE_MOSELLE = "alsace-moselle"


def is_working_day(question: Question, day: date) -> bool:
    """Whether marketing may leave on ``day`` at all: no Sunday or holiday, or one that the brand chose to allow."""
    if question.rules_on(day).off_days == "avoid" and question.settings.avoid_days == "allow":
        return True
    regional = question.facts.region == _ALSACE_MOSELLE
    return day.weekday() != 6 and not is_public_holiday(day, alsace_moselle=regional)


def is_open(question: Question, at: datetime) -> bool:
    """Whether the hours of the leg's channel are open at ``at``; a channel that the set leaves out is always open."""
    local = at.astimezone(question.zone)
    rules = question.rules_on(local.date())
    if question.leg.channel not in rules.channels:
        return True
    return is_working_day(question, local.date()) and rules.opens <= local.time() < rules.closes


def closing(question: Question) -> datetime | None:
    """When marketing closes on the day of ``now`` (UTC); ``None`` for others and where the set does not rule."""
    rules = question.rules_on(question.today)
    if question.kind != "marketing" or question.leg.channel not in rules.channels:
        return None
    return _instant(question, question.today, rules.closes)


def next_opening(question: Question) -> datetime:
    """The first instant after ``now`` (UTC) at which the leg's channel opens, today or on a later day."""
    openings = (_first_instant(question, question.today + timedelta(days=days)) for days in count())
    return next(at for at in openings if at > question.now and is_open(question, at))


def next_open_day(question: Question) -> datetime:
    """The opening (UTC) of the next open day after today, also for a channel whose hours the set leaves out."""
    openings = (_opening(question, question.today + timedelta(days=days)) for days in count(1))
    return next(at for at in openings if is_working_day(question, at.astimezone(question.zone).date()))


def _first_instant(question: Question, day: date) -> datetime:
    """When the leg's channel opens on ``day``: at its beginning where the set leaves the channel out."""
    covered = question.leg.channel in question.rules_on(day).channels
    return _opening(question, day) if covered else _instant(question, day, time())


def _opening(question: Question, day: date) -> datetime:
    return _instant(question, day, question.rules_on(day).opens)


def _instant(question: Question, day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=question.zone).astimezone(UTC)
