"""Numbers as French people write them: ``1 234,56 €``, with spaces that do not break a line; days in Paris time.

Amounts are whole micro-euro and stay exact: at least two decimals, and up to six where they have them. Days count in
Paris, because a French invoice does.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

from rbm_bots.clock import from_ms
from rbm_bots.ledger.months import PARIS
from rbm_bots.money import EURO

__all__ = ["clock_time", "count", "counted", "day", "euros", "moment", "month_name"]

_LOCALE: Final = "fr_FR"
_WORDS: Final = "en"
_EXACT: Final = "#,##0.00####"
_EURO_SIGN: Final = "\N{NO-BREAK SPACE}€"


def euros(micros: int) -> str:
    """An amount with its sign: ``0,095 €``, ``1 234,50 €``."""
    return format_decimal(Decimal(micros) / EURO, format=_EXACT, locale=_LOCALE) + _EURO_SIGN


def count(number: int) -> str:
    """A whole number in groups of three: ``12 345``."""
    return format_decimal(number, locale=_LOCALE)


def counted(number: int, word: str) -> str:
    """``1 message``, ``12 345 messages``."""
    return f"{count(number)} {word}" + ("" if number == 1 else "s")


def day(at_ms: int) -> str:
    """The day of an instant in Paris: ``2 March 2026``."""
    return format_date(from_ms(at_ms).astimezone(PARIS).date(), "d MMMM y", locale=_WORDS)


def clock_time(at_ms: int) -> str:
    """The time of day of an instant in Paris, to the second: ``11:00:00``."""
    return f"{from_ms(at_ms).astimezone(PARIS):%H:%M:%S}"


def moment(at_ms: int) -> str:
    """Day and time in Paris: ``2 March 2026, 11:00:00``."""
    return f"{day(at_ms)}, {clock_time(at_ms)}"


def month_name(month: str) -> str:
    """``YYYY-MM`` in words: ``March 2026``."""
    return format_date(date.fromisoformat(f"{month}-01"), "MMMM y", locale=_WORDS)
