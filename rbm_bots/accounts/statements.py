"""Statements: what a month costs, by operator, product and bot, with everything a reader needs to check it.

Theory of operation. The store counts a month's charges into *groups*: equal operator, product, bot, unit price and
price row. A group is a line, so a change of price makes two lines by itself, and the work does not grow with the
number of charges. Then come the fees of the contract and what was corrected after the close of an earlier month. Held
money stands below the total and never in it. A line without a price has no amount, and the statement counts it.

The total HT is rounded once, half away from zero, to the cent; VAT is worked out on that total and rounded in the same
way. Lines are not rounded. One statement is the source of every format, so their figures cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from rbm_bots.ledger.fees import FeeLine
from rbm_bots.ledger.prices import Price
from rbm_bots.ledger.rating import SMS_OPERATOR
from rbm_bots.money import round_to_cents, vat_of

__all__ = ["Adjustment", "Group", "Held", "Line", "PeriodState", "Scope", "Statement", "fee_line", "statement"]

PeriodState = Literal["open", "grace", "closed"]


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement is for; ``None`` means all. ``brand`` is the sender in whose name messages leave."""

    brand: str | None = None
    bot: str | None = None
    campaign: str | None = None
    operator: str | None = None

    @property
    def whole(self) -> bool:
        """Whether it is everything: only then do the fees of the contract belong on it."""
        return self == Scope()

    def words(self) -> str:
        """The scope in words: ``bot garage, operator ORANGE``."""
        named = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return ", ".join(f"{name} {value}" for name, value in named if value is not None) or "all"


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Charges that have all of this in common, counted. ``price_from_ms``: the ``valid_from`` of their price row."""

    operator: str
    product: str
    bot: str
    unit: int | None
    price_from_ms: int | None
    quantity: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line: quantity, unit price and amount in micro-euro; without a price both are ``None``."""

    operator: str
    product: str
    bot: str
    quantity: int
    unit: int | None
    amount: int | None
    price_from_ms: int | None = None
    price_source: str = ""


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """What a closed month would have held and this month carries; ``quantity`` is negative for what is taken back."""

    of_month: str
    line: Line


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Messages that may still become a Conversation: money reserved, not owed."""

    quantity: int = 0
    micros: int = 0
    unpriced: int = 0


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A month of a scope. Amounts in micro-euro HT; ``as_of_ms`` in ms since the epoch (UTC)."""

    month: str
    scope: Scope
    state: PeriodState
    as_of_ms: int
    basis: str
    time_zone: str
    lines: tuple[Line, ...]
    fees: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]
    held: Held
    unpriced: int
    total_ht: int
    vat: int
    total_ttc: int

    @property
    def provisional(self) -> bool:
        """Whether it can still change."""
        return self.state != "closed"


def statement(
    *,
    month: str,
    scope: Scope,
    state: PeriodState,
    as_of_ms: int,
    groups: Iterable[Group],
    adjusted: Iterable[tuple[str, Group]],
    fees: Iterable[Line],
    held: Held,
    sources: dict[tuple[str, str, int], str],
    basis: str = "delivered",
    time_zone: str = "Europe/Paris",
) -> Statement:
    """Put a statement together. ``adjusted``: groups with the closed month they belong to.

    ``sources``: where the price row of (operator, product, ``valid_from``) comes from.
    """
    lines = _in_order(_line(group, sources) for group in groups)
    fee_lines = _in_order(fees)
    moved = sorted((Adjustment(of_month=of, line=_line(group, sources)) for of, group in adjusted), key=_place)
    every = [*lines, *fee_lines, *(one.line for one in moved)]
    total_ht = round_to_cents(sum(line.amount for line in every if line.amount is not None))
    vat = vat_of(total_ht)
    return Statement(
        month=month,
        scope=scope,
        state=state,
        as_of_ms=as_of_ms,
        basis=basis,
        time_zone=time_zone,
        lines=lines,
        fees=fee_lines,
        adjustments=tuple(moved),
        held=held,
        unpriced=sum(line.quantity for line in every if line.amount is None),
        total_ht=total_ht,
        vat=vat,
        total_ttc=total_ht + vat,
    )


def fee_line(fee: FeeLine, price: Price | None) -> Line:
    """A monthly fee as a line; ``price`` is the row it was worked out with."""
    return Line(
        operator=SMS_OPERATOR,
        product=fee.product,
        bot="",
        quantity=fee.quantity,
        unit=fee.unit,
        amount=fee.amount,
        price_from_ms=None if price is None else price.from_ms,
        price_source="" if price is None else price.source,
    )


def _line(group: Group, sources: dict[tuple[str, str, int], str]) -> Line:
    from_ms = group.price_from_ms
    return Line(
        operator=group.operator,
        product=group.product,
        bot=group.bot,
        quantity=group.quantity,
        unit=group.unit,
        amount=None if group.unit is None else group.quantity * group.unit,
        price_from_ms=from_ms,
        price_source="" if from_ms is None else sources.get((group.operator, group.product, from_ms), ""),
    )


def _in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=_rank))


def _rank(line: Line) -> tuple[str, str, str, int]:
    return line.operator, line.product, line.bot, -1 if line.price_from_ms is None else line.price_from_ms


def _place(adjustment: Adjustment) -> tuple[str, str, str, str, int]:
    return adjustment.of_month, *_rank(adjustment.line)
