"""A statement as people read it: headings, and cells whose numbers are written the French way.

The HTML page and the PDF draw the same :class:`Sheet`, so both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rbm_bots.accounts.french import count, counted, day, euros, moment, month_name
from rbm_bots.accounts.statements import Line, Statement
from rbm_bots.money import VAT_PERCENT

__all__ = ["PRODUCTS", "UNPRICED", "Sheet", "Source", "Table", "product_name", "sheet"]

UNPRICED: Final = "UNPRICED"
PRODUCTS: Final = {
    "MU": "Message Unique",
    "MU_BASIC": "Message Unique, plain text",
    "CONVERSATION": "Conversation",
    "CONV_MO1ST": "Conversation begun by the person",
    "SMS_MT": "SMS delivered",
    "NC_TECH_OPEN": "Short code: technical set-up",
    "NC_ADMIN_OPEN": "Short code: administrative set-up",
    "NC_THROUGHPUT_CHANGE": "Short code: change of throughput",
    "NC_OTHER_CHANGE": "Short code: other change",
    "NC_MONTH_1_20": "Short code, 1st to 20th, month",
    "NC_MONTH_21": "Short code, from the 21st, month",
    "THROUGHPUT_20": "Throughput 20 a second, month",
    "THROUGHPUT_50": "Throughput 50 a second, month",
    "THROUGHPUT_100": "Throughput 100 a second, month",
    "THROUGHPUT_150": "Throughput 150 a second, month",
    "QUAL_MONTH": "Qualification, month",
    "QUAL_MSISDN": "Qualification, number",
    "OADC_MONTH": "Sender name, month",
    "OADC_SWITCH": "Sender name, switched",
    "GREEN_MONTH_1_10": "Green code, 1st to 10th, month",
    "GREEN_MONTH_11": "Green code, from the 11th, month",
    "ALIAS_COMMON": "Common identifier, attached service, month",
}
_BASIS: Final = {"delivered": "delivered messages", "accepted": "accepted messages"}
_HEAD: Final = ("Operator", "Product", "Bot", "Quantity", "Unit price", "Amount HT", "Price since")
_NUMBERS: Final = (3, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a row was made from: its line, and the month of the line's charges; fees have none."""

    line: Line
    of_month: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a heading, each from the source of its place; ``numbers``: which columns are numbers."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sources: tuple[Source, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that stands on a statement, top to bottom."""

    title: str
    stamp: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    totals: tuple[tuple[str, str], ...]
    below: tuple[str, ...]


def sheet(shown: Statement) -> Sheet:
    """The statement as text."""
    moved = tuple(one.line for one in shown.adjustments)
    months = [month_name(one.of_month) for one in shown.adjustments]
    tables = (
        _table("Messages", shown.lines, of_month=shown.month),
        _table("Fees", shown.fees),
        Table(
            title="Adjustments of closed months",
            head=("Month", *_HEAD),
            rows=tuple((month, *_cells(line)) for month, line in zip(months, moved, strict=True)),
            sources=tuple(Source(line=one.line, of_month=one.of_month) for one in shown.adjustments),
            numbers=tuple(place + 1 for place in _NUMBERS),
        ),
    )
    return Sheet(
        title=f"Statement of {month_name(shown.month)}",
        stamp=f"provisional ({shown.state})" if shown.provisional else "closed",
        facts=(
            ("For", shown.scope.words()),
            ("Counted", _BASIS.get(shown.basis, shown.basis)),
            ("Time zone", shown.time_zone),
            ("As of", moment(shown.as_of_ms)),
        ),
        tables=tuple(one for one in tables if one.rows),
        totals=(
            ("Total HT", euros(shown.total_ht)),
            (f"VAT {VAT_PERCENT}\N{NO-BREAK SPACE}%", euros(shown.vat)),
            ("Total TTC", euros(shown.total_ttc)),
        ),
        below=_below(shown),
    )


def product_name(product: str) -> str:
    """The product in words."""
    return PRODUCTS.get(product, product)


def _table(title: str, lines: tuple[Line, ...], *, of_month: str = "") -> Table:
    sources = tuple(Source(line=one, of_month=of_month) for one in lines)
    return Table(title=title, head=_HEAD, rows=tuple(map(_cells, lines)), sources=sources, numbers=_NUMBERS)


def _cells(line: Line) -> tuple[str, ...]:
    since = "" if line.price_from_ms is None else day(line.price_from_ms)
    return (
        line.operator,
        product_name(line.product),
        line.bot or "all",
        count(line.quantity),
        UNPRICED if line.unit is None else euros(line.unit),
        "" if line.amount is None else euros(line.amount),
        f"{since} ({line.price_source})" if since and line.price_source else since,
    )


def _below(shown: Statement) -> tuple[str, ...]:
    """What is not in the total, and what keeps it from being final."""
    told = []
    if shown.held.quantity:
        told.append(
            f"Held, not owed: {counted(shown.held.quantity, 'message')} may still become a Conversation, "
            f"{euros(shown.held.micros)}."
        )
        if shown.held.unpriced:
            told.append(f"Of these without a price: {count(shown.held.unpriced)}.")
    if shown.unpriced:
        without = counted(shown.unpriced, "charge")
        told.append(f"{UNPRICED}: {without} without a price, not in the total; the month cannot close.")
    if shown.provisional:
        told.append("This month is not closed: the figures are provisional.")
    return tuple(told)
