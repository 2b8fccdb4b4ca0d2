"""Price books as TOML files, and the rows everybody knows.

A file is a list of ``[[price]]`` tables: ``operator``, ``product``, ``valid_from``, ``micros`` (whole micro-euro HT),
and, optional, ``entered_at`` (missing: known from the beginning), ``currency`` (``EUR``) and ``source``.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from rbm_bots.ledger.files import decode_toml, read_instant
from rbm_bots.ledger.prices import KNOWN_ALWAYS, Price

__all__ = ["Micros", "known_prices", "price_row", "read_prices"]

Micros = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    operator: str
    product: str
    valid_from: str
    micros: Micros
    entered_at: str | None = None
    currency: Literal["EUR"] = "EUR"
    source: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    price: list[_Row]


def read_prices(body: bytes) -> list[Price]:
    """The rows of a TOML price file, for a ``PriceBook``. Raises ``LedgerFileUnreadable``."""
    return [
        price_row(row.operator, row.product, row.valid_from, row.micros, entered_at=row.entered_at, source=row.source)
        for row in decode_toml(body, _File).price
    ]


def price_row(
    operator: str, product: str, valid_from: str, micros: int, *, entered_at: str | None = None, source: str = ""
) -> Price:
    """A row as files write it. Raises ``LedgerFileUnreadable`` for an instant that is none."""
    return Price(
        operator=operator,
        product=product,
        from_ms=read_instant(valid_from, "valid_from"),
        micros=micros,
        entered_ms=KNOWN_ALWAYS if entered_at is None else read_instant(entered_at, "entered_at"),
        source=source,
    )


def known_prices() -> list[Price]:
    """The published prices: Orange's Conversation, the SMS and the fee grid. A brand's own contract comes on top."""
    return read_prices(files("rbm_bots.ledger").joinpath("known_prices.toml").read_bytes())
