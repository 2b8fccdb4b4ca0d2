"""Money as whole micro-euro: ``0.095 €`` is ``95000``. No binary fraction ever holds an amount.

Amounts are not rounded one by one: a total is, once, to the cent, half away from zero.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CENT", "EURO", "VAT_PERCENT", "round_to_cents", "show_euro", "vat_of"]

EURO: Final = 1_000_000
CENT: Final = 10_000
VAT_PERCENT: Final = 20


def round_to_cents(micros: int) -> int:
    """``micros`` as whole cents, still in micro-euro; half a cent goes away from zero, for credits too."""
    cents = (abs(micros) + CENT // 2) // CENT * CENT
    return cents if micros >= 0 else -cents


def vat_of(total_micros: int) -> int:
    """The French VAT of 20 % on a total HT, in micro-euro, rounded as the total is."""
    whole, rest = divmod(abs(total_micros) * VAT_PERCENT, 100 * CENT)
    cents = (whole + (2 * rest >= 100 * CENT)) * CENT
    return cents if total_micros >= 0 else -cents


def show_euro(micros: int) -> str:
    """Euro with at least two and at most six decimals: ``0.095``, ``150.00``."""
    whole, rest = divmod(abs(micros), EURO)
    digits = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{whole}.{digits}"
