"""Price rows: added, never changed. The database itself refuses anything else."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from rbm_bots.ledger.prices import Price
from rbm_bots.store.base import table
from rbm_bots.store.tables import PriceRow

__all__ = ["add", "rows"]

_price = table(PriceRow)


def add(connection: Connection, price: Price, *, who: str) -> None:
    """Enter a row. A second one of the same operator, product, start and instant of entry is an integrity error."""
    connection.execute(
        insert(_price),
        {
            "operator": price.operator,
            "product": price.product,
            "valid_from": price.from_ms,
            "entered_at": price.entered_ms,
            "micros": price.micros,
            "currency": "EUR",
            "source": price.source,
            "entered_by": who,
        },
    )


def rows(connection: Connection) -> list[Price]:
    """Every row ever entered, as entered."""
    return [
        Price(
            operator=row.operator,
            product=row.product,
            from_ms=row.valid_from,
            micros=row.micros,
            entered_ms=row.entered_at,
            source=row.source,
        )
        for row in connection.execute(select(_price).order_by(_price.c.seq))
    ]
