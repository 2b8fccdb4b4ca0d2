"""Monthly lines of an Opérateur Push SMS contract and of the common identifier.

There is no proration: a code, an option or an attachment with one day in a calendar month pays the whole month.
Quantities come from the contract and the month's usage, unit prices from a price book, operator ``OPS``.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

import msgspec

from rbm_bots.clock import to_ms
from rbm_bots.ledger.contracts import Contract, ShortCode
from rbm_bots.ledger.months import PARIS
from rbm_bots.ledger.prices import KnownPrices
from rbm_bots.ledger.rating import SMS_OPERATOR
from rbm_bots.money import round_to_cents, vat_of

__all__ = ["FeeLine", "FeeSwitches", "Month", "Totals", "Usage", "fee_lines", "totals"]

_GREEN_RANGES = ("34", "35")
_GENERAL_FIRST = 20


class Month(msgspec.Struct, frozen=True):
    """A calendar month of Paris, by its first and last day."""

    first: date
    last: date

    @classmethod
    def of(cls, text: str) -> Month:
        """The month written ``YYYY-MM``. Raises ``ValueError`` for anything else."""
        first = date.fromisoformat(f"{text}-01")
        return cls(first, first.replace(day=monthrange(first.year, first.month)[1]))

    def holds(self, day: date | None) -> bool:
        """Whether a day lies in the month."""
        return day is not None and self.first <= day <= self.last

    def touches(self, start: date, end: date | None) -> bool:
        """Whether a period, both ends included, has a day in the month."""
        return start <= self.last and (end is None or end >= self.first)

    @property
    def starts_ms(self) -> int:
        """The month's first instant, ms since the epoch."""
        return to_ms(datetime(self.first.year, self.first.month, 1, tzinfo=PARIS))


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What was used in the month: delivered SMS by short code, and numbers that were qualified."""

    sms_delivered: dict[str, int] = {}
    msisdn_qualified: int = 0


class FeeSwitches(msgspec.Struct, frozen=True, kw_only=True):
    """Two readings of the list.

    ``green_tenth``: what the 10th green code of a range pays, in euro. ``oadc_switch``: is 280 € due at each
    activation and each deactivation, or once for both, at the activation.
    """

    green_tenth: Literal[150, 500] = 150
    oadc_switch: Literal["each", "once"] = "each"


class FeeLine(msgspec.Struct, frozen=True, array_like=True):
    """A line: product, quantity, unit price and amount in micro-euro; without a price both are ``None``."""

    product: str
    quantity: int
    unit: int | None
    amount: int | None

    @classmethod
    def priced(cls, product: str, quantity: int, unit: int | None) -> FeeLine:
        """The line whose amount follows from its unit price."""
        return cls(product, quantity, unit, None if unit is None else quantity * unit)


class Totals(msgspec.Struct, frozen=True):
    """An invoice's foot in micro-euro, whole cents; lines without an amount are not in it."""

    total_ht: int
    vat: int
    total_ttc: int


def fee_lines(
    contract: Contract, usage: Usage, month: Month, prices: KnownPrices, *, switches: FeeSwitches
) -> list[FeeLine]:
    """The month's lines, by product; what did not occur has no line."""
    due: Counter[str] = Counter()
    due["SMS_MT"] = sum(usage.sms_delivered.values())
    for code in contract.short_codes:
        due.update(_once(code, month, switches))
    due.update(_code_months(contract.short_codes, month, switches))
    due.update(_option_months(contract.short_codes, month))
    due["NC_OTHER_CHANGE"] += sum(month.holds(change.on) for change in contract.changes)
    qualification = contract.qualification
    due["QUAL_MONTH"] = int(qualification is not None and month.touches(qualification.from_, qualification.to))
    due["QUAL_MSISDN"] = usage.msisdn_qualified
    due["ALIAS_COMMON"] = len({one.service for one in contract.attached_services if month.touches(one.from_, one.to)})
    return [FeeLine.priced(product, count, _unit(product, month, prices)) for product, count in due.items() if count]


def totals(lines: Iterable[FeeLine]) -> Totals:
    """Lines are added as they are; the sum is rounded, then its VAT."""
    total_ht = round_to_cents(sum(line.amount for line in lines if line.amount is not None))
    vat = vat_of(total_ht)
    return Totals(total_ht, vat, total_ht + vat)


def _unit(product: str, month: Month, prices: KnownPrices) -> int | None:
    """The price on the first day of the month."""
    row = prices.row(SMS_OPERATOR, product, month.starts_ms)
    return None if row is None else row.micros


def _once(code: ShortCode, month: Month, switches: FeeSwitches) -> Counter[str]:
    """What a code pays per act, not per month."""
    due: Counter[str] = Counter()
    opened = int(month.holds(code.opened))
    due["NC_TECH_OPEN"] = due["NC_ADMIN_OPEN"] = opened
    for change in code.changes:
        if not month.holds(change.on):
            continue
        if change.kind == "ip":
            due["NC_OTHER_CHANGE"] += 1
        elif change.on != code.opened:
            due["NC_THROUGHPUT_CHANGE"] += 1
    due["NC_OTHER_CHANGE"] += month.holds(code.closed)
    for option in code.oadc:
        due["OADC_SWITCH"] += month.holds(option.on)
        due["OADC_SWITCH"] += switches.oadc_switch == "each" and month.holds(option.off)
    return due


def _code_months(codes: Iterable[ShortCode], month: Month, switches: FeeSwitches) -> Counter[str]:
    """The codes' own fees: green ranges are counted apart from each other, all other ranges together."""
    active = {one.code for one in codes if month.touches(one.opened, one.closed)}
    cheap_green = 10 if switches.green_tenth == 150 else 9
    due: Counter[str] = Counter()
    green = 0
    for prefix in _GREEN_RANGES:
        count = sum(code.startswith(prefix) for code in active)
        green += count
        due["GREEN_MONTH_1_10"] += min(count, cheap_green)
        due["GREEN_MONTH_11"] += max(count - cheap_green, 0)
    general = len(active) - green
    due["NC_MONTH_1_20"] = min(general, _GENERAL_FIRST)
    due["NC_MONTH_21"] = max(general - _GENERAL_FIRST, 0)
    return due


def _option_months(codes: Iterable[ShortCode], month: Month) -> Counter[str]:
    """Throughput (the highest rate of the month) and OAdC, once per code, while the code itself is there."""
    rates: dict[str, int] = {}
    named: set[str] = set()
    for code in codes:
        if not month.touches(code.opened, code.closed):
            continue
        for option in code.throughput:
            if month.touches(option.from_, _sooner(option.to, code.closed)):
                rates[code.code] = max(rates.get(code.code, 0), option.rate)
        if any(month.touches(one.on, _sooner(one.off, code.closed)) for one in code.oadc):
            named.add(code.code)
    due = Counter(f"THROUGHPUT_{rate}" for rate in rates.values() if rate > 10)
    due["OADC_MONTH"] = len(named)
    return due


def _sooner(end: date | None, other: date | None) -> date | None:
    return min(end, other) if end is not None and other is not None else end or other
