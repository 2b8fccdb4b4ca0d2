"""Calendars for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rbm_bots.botfile.hours import parse_hours
from rbm_bots.calendars import CalendarSpec

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Paris


def calendar(hours: str = "mon-fri 08:30-12:00 14:00-18:30, sat 09:00-12:00", **more: Any) -> CalendarSpec:
    """The garage's calendar: half hours, one person each, two hours' notice, thirty days."""
    return replace(CalendarSpec(name="calendar", hours=parse_hours(hours), timezone=PARIS), **more)


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A wall time in Paris."""
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


def minutes(count: int) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)
