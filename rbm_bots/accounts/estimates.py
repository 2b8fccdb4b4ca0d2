"""What a campaign will cost, before it starts: low, expected, worst.

Theory of operation. Of the ``k`` messages that a person gets at the start, the first ``k − 1`` are a Message Unique
each: only the last one can be absorbed by an answer. The last is a Message Unique when nobody answers and a
Conversation when somebody does. So with an answer rate ``p``, for each recipient of an operator:

=========  ==================================================================================
low        (k − 1) · MU + the cheaper of MU and CONVERSATION
expected   (k − 1) · MU + p · CONVERSATION + (1 − p) · MU + s · parts · SMS_MT
worst      (k − 1) · MU + the dearer of MU and CONVERSATION + parts · SMS_MT
=========  ==================================================================================

``s`` is the share that gets an SMS as well. The worst case is what a budget reserves for each send. A product without a
price leaves the amounts empty and is named: an estimate that counts it as zero would mislead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

import msgspec

from rbm_bots.ledger.prices import KnownPrices
from rbm_bots.ledger.rating import SMS_OPERATOR

__all__ = ["Estimate", "OperatorEstimate", "Unpriced", "duration_s", "estimate", "worst_of"]

Unpriced = tuple[str, str]
"""Operator and product without a price."""


class OperatorEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """The recipients of one operator. Amounts in micro-euro HT; ``None`` while a price is not known."""

    operator: str
    recipients: int
    low: int | None
    expected: int | None
    worst: int | None


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A whole campaign. Amounts in micro-euro HT; ``None`` while a price is not known.

    ``extra_messages`` is what the messages before the last one cost, which no answer absorbs; it is in the amounts.
    ``duration_s``: seconds at the allowed rate.
    """

    operators: tuple[OperatorEstimate, ...]
    recipients: int
    low: int | None
    expected: int | None
    worst: int | None
    extra_messages: int | None
    unpriced: tuple[Unpriced, ...]
    duration_s: int


class _Unit(msgspec.Struct, frozen=True):
    """What one recipient costs in each case, exact."""

    low: Fraction
    expected: Fraction
    worst: Fraction


def estimate(
    audience: Mapping[str, int],
    *,
    answer_rate: Decimal,
    prices: KnownPrices,
    at_ms: int,
    messages: int = 1,
    sms_share: Decimal = Decimal(0),
    sms_parts: int = 0,
    sms_only: int = 0,
    per_second: int = 30,
    per_minute: int = 1800,
) -> Estimate:
    """The cost of a campaign. Pure.

    ``audience``: recipients by operator · ``answer_rate`` and ``sms_share``: 0 to 1 · ``messages``: how many the
    opening scene has · ``sms_parts``: parts of the SMS, 0 for none · ``sms_only``: recipients without RCS · ``at_ms``:
    the instant whose prices count · ``per_second``, ``per_minute``: the allowed rate. Raises ``ValueError`` for a share
    beyond 0 to 1.
    """
    if not (0 <= answer_rate <= 1 and 0 <= sms_share <= 1):
        raise ValueError("a share lies between 0 and 1")
    missing: set[Unpriced] = set()
    sms = _sms(sms_parts, prices, at_ms, missing)
    found = []
    for operator, recipients in sorted(audience.items()):
        unit = _unit(operator, answer_rate, sms_share, sms, prices, at_ms, messages, missing)
        found.append(_times(unit, operator, recipients))
    if sms_only:
        unit = None if sms is None else _Unit(Fraction(sms), Fraction(sms), Fraction(sms))
        found.append(_times(unit, SMS_OPERATOR, sms_only))
    rcs = sum(audience.values())
    return Estimate(
        operators=tuple(found),
        recipients=rcs + sms_only,
        low=_total(one.low for one in found),
        expected=_total(one.expected for one in found),
        worst=_total(one.worst for one in found),
        extra_messages=_extra(audience, messages, prices, at_ms),
        unpriced=tuple(sorted(missing)),
        duration_s=duration_s(rcs * messages, per_second=per_second, per_minute=per_minute),
    )


def worst_of(
    operator: str, *, prices: KnownPrices, at_ms: int, messages: int, sms_parts: int, missing: set[Unpriced]
) -> int | None:
    """The worst case of one recipient, in micro-euro; ``None`` without a price, and ``missing`` then names it."""
    sms = _sms(sms_parts, prices, at_ms, missing)
    unit = _unit(operator, Decimal(1), Decimal(0), sms, prices, at_ms, messages, missing)
    return None if unit is None else int(unit.worst)


def duration_s(messages: int, *, per_second: int = 30, per_minute: int = 1800) -> int:
    """Seconds until the last of ``messages`` has left, at the slower of the two rates: 3,334 for 100,000."""
    return ceil(max(Fraction(messages, per_second), Fraction(messages * 60, per_minute)))


def _unit(
    operator: str,
    answer_rate: Decimal,
    sms_share: Decimal,
    sms: int | None,
    prices: KnownPrices,
    at_ms: int,
    messages: int,
    missing: set[Unpriced],
) -> _Unit | None:
    single = _price(operator, "MU", prices, at_ms, missing)
    conversation = _price(operator, "CONVERSATION", prices, at_ms, missing)
    if single is None or conversation is None or sms is None:
        return None
    before = Fraction((messages - 1) * single)
    rate = Fraction(answer_rate)
    expected = rate * conversation + (1 - rate) * single + Fraction(sms_share) * sms
    return _Unit(before + min(single, conversation), before + expected, before + max(single, conversation) + sms)


def _sms(parts: int, prices: KnownPrices, at_ms: int, missing: set[Unpriced]) -> int | None:
    """What the SMS of one recipient costs; 0 when none is sent."""
    if not parts:
        return 0
    price = _price(SMS_OPERATOR, "SMS_MT", prices, at_ms, missing)
    return None if price is None else parts * price


def _price(operator: str, product: str, prices: KnownPrices, at_ms: int, missing: set[Unpriced]) -> int | None:
    row = prices.row(operator, product, at_ms)
    if row is None:
        missing.add((operator, product))
        return None
    return row.micros


def _times(unit: _Unit | None, operator: str, recipients: int) -> OperatorEstimate:
    low = expected = worst = None
    if unit is not None:
        low, expected, worst = (_whole(one * recipients) for one in (unit.low, unit.expected, unit.worst))
    return OperatorEstimate(operator=operator, recipients=recipients, low=low, expected=expected, worst=worst)


def _extra(audience: Mapping[str, int], messages: int, prices: KnownPrices, at_ms: int) -> int | None:
    if messages == 1:
        return 0
    found = [(recipients, prices.row(operator, "MU", at_ms)) for operator, recipients in audience.items()]
    return _total(None if row is None else recipients * (messages - 1) * row.micros for recipients, row in found)


def _total(amounts: Iterable[int | None]) -> int | None:
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _whole(exact: Fraction) -> int:
    """To a whole micro-euro, half up."""
    return int((Decimal(exact.numerator) / exact.denominator).to_integral_value(ROUND_HALF_UP))
