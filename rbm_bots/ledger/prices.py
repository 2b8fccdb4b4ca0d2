"""Price books: what an operator asks for a product, from when, and since when we know it.

Rows are never edited or deleted. A correction is another row with the same ``valid_from`` and a later ``entered_at``.
In force at an instant, as known at another, is the row with the greatest (``valid_from``, ``entered_at``) among those
that were valid and known by then. Where there is none, the amount stays empty: an unpriced line is seen, a silent zero
hides money.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from hashlib import blake2b
from operator import attrgetter

import msgspec

from rbm_bots.ledger.files import LedgerFileUnreadable

__all__ = ["KNOWN_ALWAYS", "KnownPrices", "Price", "PriceBook"]

KNOWN_ALWAYS = -(1 << 62)
_Series = tuple[tuple[int, ...], tuple["Price", ...]]


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """One row, HT, in micro-euro. ``from_ms`` and ``entered_ms`` are ms since the epoch."""

    operator: str
    product: str
    from_ms: int
    micros: int
    entered_ms: int = KNOWN_ALWAYS
    source: str = ""


class PriceBook:
    """All rows ever entered. Raises ``LedgerFileUnreadable`` when two of them contradict each other."""

    def __init__(self, rows: Iterable[Price] = ()) -> None:
        self._rows: dict[tuple[str, str], list[Price]] = {}
        for row in sorted(rows, key=attrgetter("from_ms", "entered_ms")):
            series = self._rows.setdefault((row.operator, row.product), [])
            if series and (series[-1].from_ms, series[-1].entered_ms) == (row.from_ms, row.entered_ms):
                if series[-1].micros != row.micros:
                    raise LedgerFileUnreadable(f"two prices of {row.operator} {row.product} contradict each other")
                continue
            series.append(row)

    def as_known(self, as_of_ms: int) -> KnownPrices:
        """The prices as they were known at an instant."""
        known: dict[tuple[str, str], _Series] = {}
        for key, rows in self._rows.items():
            last = {row.from_ms: row for row in rows if row.entered_ms <= as_of_ms}  # ascending: the last entered stays
            known[key] = tuple(last), tuple(last.values())
        return KnownPrices(known)


class KnownPrices:
    """One look at a price book."""

    def __init__(self, series: dict[tuple[str, str], _Series]) -> None:
        self._series = series

    def digests(self) -> dict[tuple[str, str], str]:
        """A short hash of the rows of each (operator, product): another hash, other prices."""
        return {
            key: blake2b(repr([(row.from_ms, row.micros) for row in rows]).encode(), digest_size=6).hexdigest()
            for key, (_, rows) in self._series.items()
            if rows
        }

    def row(self, operator: str, product: str, at_ms: int) -> Price | None:
        """The row in force at an instant; ``None`` when there is none."""
        found = self._series.get((operator, product))
        if found is None:
            return None
        place = bisect_right(found[0], at_ms)
        return found[1][place - 1] if place else None
