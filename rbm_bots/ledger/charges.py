"""Charges and holds: priced causes of a key, and how two results differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

import msgspec

__all__ = ["Charge", "Difference", "Hold", "charge_id", "difference", "in_order"]

_Same = tuple[str, str, str, str, str, int | None, str]


class Charge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one cause costs. ``micros`` is ``None`` while no price is known: the line is UNPRICED.

    ``at_ms`` is the charge date and ``until_ms`` the end of a session (ms since the epoch, UTC), ``month`` the month
    in Paris, ``price_from_ms`` the ``valid_from`` of the price row. ``mt_count`` and ``mo_count`` are the bot's and
    the user's messages in it.
    """

    product: str
    bot: str
    user: str
    anchor: str
    operator: str
    at_ms: int
    until_ms: int
    month: str
    micros: int | None
    price_from_ms: int | None
    mt_count: int = 1
    mo_count: int = 0

    @property
    def same(self) -> _Same:
        """Equal for charges that are the same: an instant that moves inside its month is no difference."""
        return self.product, self.bot, self.user, self.anchor, self.operator, self.micros, self.month


class Hold(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A Message Unique that may still become a Conversation until ``until_ms``. Money reserved, not owed."""

    bot: str
    user: str
    anchor: str
    operator: str
    at_ms: int
    until_ms: int
    month: str
    micros: int | None
    product: str = "MU"


class Difference(msgspec.Struct, frozen=True):
    """What must be posted and what must be reversed to get from one result to another."""

    posted: tuple[Charge, ...]
    reversed: tuple[Charge, ...]


def difference(before: Iterable[Charge], after: Iterable[Charge]) -> Difference:
    """Charges of ``after`` that ``before`` has not, and the other way round; both in order."""
    old, new = list(before), list(after)
    return Difference(_without(new, old), _without(old, new))


def in_order(charges: Iterable[Charge]) -> list[Charge]:
    """Charges by (instant, product, bot, user, anchor)."""
    return sorted(charges, key=lambda one: (one.at_ms, one.product, one.bot, one.user, one.anchor))


def charge_id(charge: Charge, *, times: int = 0) -> str:
    """32 hex digits that a retry finds again. ``times``: how often this anchor was posted and reversed before."""
    parts = ("charge", "v1", charge.product, charge.bot, charge.user, charge.anchor, str(times))
    return sha256("|".join(parts).encode()).hexdigest()[:32]


def _without(charges: list[Charge], others: list[Charge]) -> tuple[Charge, ...]:
    there = Counter(one.same for one in others)
    left = []
    for charge in in_order(charges):
        if there[charge.same]:
            there[charge.same] -= 1
        else:
            left.append(charge)
    return tuple(left)
