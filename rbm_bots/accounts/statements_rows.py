"""A statement as flat rows: what CSV, Parquet and the tables of pages and PDF are made of.

Each row repeats month, scope, state, basis and time zone, so that a row which was copied elsewhere still says what it
is. ``section`` is ``charges``, ``fees``, ``adjustments``, ``total_ht``, ``vat``, ``total_ttc`` or ``held``. Amounts
stand twice: in whole micro-euro, and in euro as a decimal number with a point.
"""

from __future__ import annotations

import csv
from typing import Any, Final, Literal, TextIO

import msgspec

from rbm_bots.accounts.statements import Line, Statement
from rbm_bots.clock import from_ms
from rbm_bots.ledger.months import PARIS
from rbm_bots.money import show_euro

__all__ = ["COLUMNS", "Row", "as_json", "plain_cell", "rows", "write_csv"]

_Section = Literal["charges", "fees", "adjustments", "total_ht", "vat", "total_ttc", "held"]
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row; what does not apply is empty or ``None``. ``price_from`` is a day in Paris."""

    month: str
    scope: str
    state: str
    section: _Section
    of_month: str = ""
    operator: str = ""
    product: str = ""
    bot: str = ""
    quantity: int | None = None
    unit_micros: int | None = None
    amount_micros: int | None = None
    unit_euro: str = ""
    amount_euro: str = ""
    price_from: str = ""
    price_source: str = ""
    basis: str
    time_zone: str


COLUMNS: Final[tuple[str, ...]] = Row.__struct_fields__


def rows(shown: Statement) -> list[Row]:
    """All rows: the lines in their order, then the totals, then what is held."""
    found = [_line_row(shown, "charges", line) for line in shown.lines]
    found += [_line_row(shown, "fees", line) for line in shown.fees]
    found += [_line_row(shown, "adjustments", one.line, of_month=one.of_month) for one in shown.adjustments]
    found += [
        _total_row(shown, "total_ht", shown.total_ht),
        _total_row(shown, "vat", shown.vat),
        _total_row(shown, "total_ttc", shown.total_ttc),
        _total_row(shown, "held", shown.held.micros, quantity=shown.held.quantity),
    ]
    return found


def write_csv(shown: Statement, file: TextIO) -> None:
    """CSV with a header: commas, a point in decimal numbers, an empty cell for what is not known."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows(shown):
        writer.writerow([plain_cell(getattr(row, name)) for name in COLUMNS])


def as_json(shown: Statement) -> dict[str, Any]:
    """The statement as JSON members; ``provisional`` says whether it can still change."""
    return {"provisional": shown.provisional, **msgspec.to_builtins(shown)}


def plain_cell(value: str | int | None) -> str | int:
    """A cell that no spreadsheet takes for a formula, whatever a campaign is called."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value) else value


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def _line_row(shown: Statement, section: _Section, line: Line, *, of_month: str = "") -> Row:
    return Row(
        month=shown.month,
        scope=shown.scope.words(),
        state=shown.state,
        section=section,
        of_month=of_month,
        operator=line.operator,
        product=line.product,
        bot=line.bot,
        quantity=line.quantity,
        unit_micros=line.unit,
        amount_micros=line.amount,
        unit_euro=_euro(line.unit),
        amount_euro=_euro(line.amount),
        price_from=_price_day(line.price_from_ms),
        price_source=line.price_source,
        basis=shown.basis,
        time_zone=shown.time_zone,
    )


def _total_row(shown: Statement, section: _Section, micros: int, *, quantity: int | None = None) -> Row:
    return Row(
        month=shown.month,
        scope=shown.scope.words(),
        state=shown.state,
        section=section,
        quantity=quantity,
        amount_micros=micros,
        amount_euro=_euro(micros),
        basis=shown.basis,
        time_zone=shown.time_zone,
    )


def _euro(micros: int | None) -> str:
    return "" if micros is None else show_euro(micros)


def _price_day(at_ms: int | None) -> str:
    return "" if at_ms is None else f"{from_ms(at_ms).astimezone(PARIS):%Y-%m-%d}"
