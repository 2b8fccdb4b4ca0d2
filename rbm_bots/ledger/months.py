"""The month of an instant: French invoices count calendar months of Paris."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from rbm_bots.clock import from_ms, to_ms

__all__ = ["PARIS", "month_after", "month_begins", "month_of"]

PARIS: Final = ZoneInfo("Europe/Paris")
_HOUR_MS: Final = 3_600_000


def month_of(at_ms: int) -> str:
    """``YYYY-MM`` of an instant in ms since the epoch, in Paris."""
    return _month_of_hour(at_ms // _HOUR_MS)


@lru_cache(maxsize=4096)
def _month_of_hour(hour: int) -> str:
    """Months begin at whole hours of UTC in Paris, so one answer holds for the hour."""
    return f"{from_ms(hour * _HOUR_MS).astimezone(PARIS):%Y-%m}"


def month_begins(month: str) -> int:
    """The first instant of ``YYYY-MM`` in Paris, in ms since the epoch. Raises ``ValueError`` for no month."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=PARIS)
    return to_ms(first)


def month_after(month: str) -> str:
    """The month that follows ``YYYY-MM``. Raises ``ValueError`` for no month."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=PARIS)
    return f"{first + timedelta(days=32):%Y-%m}"
