"""Reading an operator's report: a CSV file, line by line, as lines or as sums.

A file of billable events needs no mapping. Any other file is described by a small TOML file::

    time_zone = "Europe/Paris"                  # of instants without an offset; default UTC
    amounts = "euro"                            # or micros

    [columns]                                   # our word = the file's column
    product = "Service"
    month = "Mois"
    quantity = "Quantité"
    amount = "Montant HT"

    [products]                                  # the file's word = our product
    "Message unique" = "MU"

    [bots]                                      # the file's name = the bot in rbm.toml
    "garage.demo" = "garage"

With a column ``start`` each row is one charge; with ``quantity`` in its place each row is a sum. The separator is a
comma, a semicolon or a tab, as the header has it. Decimal numbers may have a comma, and spaces between thousands.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from rbm_bots.accounts.reconciliation import Theirs
from rbm_bots.clock import to_ms
from rbm_bots.errors import UsageError
from rbm_bots.ledger.files import decode_toml
from rbm_bots.money import EURO

__all__ = ["BILLABLE_EVENTS", "Mapped", "ReportUnreadable", "Row", "Sum", "read_mapping", "read_named", "read_report"]

_Column = Literal["id", "product", "bot", "start", "mt_count", "mo_count", "amount", "operator", "month", "quantity"]
_DURATIONS: Final = ("max_duration_single_message", "max_duration_a2p_conversation", "max_duration_p2a_conversation")
_DAY_S: Final = 24 * 3600
_UNITS: Final = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(_DAY_S)}
_SEPARATORS: Final = ",;\t"


class ReportUnreadable(UsageError):
    """The operator's report cannot be read."""

    code = "report"


class Mapped(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the columns and words of a file are to be taken."""

    columns: dict[_Column, str]
    products: dict[str, str] = {}
    bots: dict[str, str] = {}
    time_zone: str = "UTC"
    amounts: Literal["euro", "micros"] = "euro"


BILLABLE_EVENTS: Final = Mapped(
    columns={
        "id": "billing_event_id",
        "product": "type",
        "bot": "agent_id",
        "start": "start_time",
        "mt_count": "mt_messages",
        "mo_count": "mo_messages",
    },
    products={
        "single_message": "MU",
        "basic_message": "MU_BASIC",
        "a2p_conversation": "CONVERSATION",
        "p2a_conversation": "CONV_MO1ST",
    },
)
"""The file of billable events as operators export it."""


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """A row that counts charges instead of naming them. Empty texts: the file does not say."""

    product: str
    quantity: int
    micros: int | None
    operator: str = ""
    month: str = ""
    bot: str = ""


class Row(msgspec.Struct, frozen=True):
    """What a row of the report says: a charge or a sum, and the windows it applied that are not 24 hours."""

    says: Theirs | Sum
    windows: tuple[str, ...] = ()


def read_mapping(body: bytes) -> Mapped:
    """The mapping in a TOML file. Raises ``LedgerFileUnreadable`` or ``ReportUnreadable``."""
    mapped = decode_toml(body, Mapped)
    if "product" not in mapped.columns or not {"start", "quantity"} & mapped.columns.keys():
        raise ReportUnreadable("the mapping wants a column for «product», and one for «start» or «quantity»")
    _zone(mapped)
    return mapped


def read_report(file: TextIO, mapped: Mapped, *, bots: Mapping[str, str]) -> Iterator[Row]:
    """The rows, one at a time; only one is ever in memory. ``bots``: a platform's name of a bot -> ours.

    Raises ``ReportUnreadable`` with the line, never with what stands in it.
    """
    reader = _Reader(mapped, bots)
    for line, row in _rows(file, required=[mapped.columns[name] for name in reader.wanted]):
        yield reader.read(row, line)


def read_named(file: TextIO, anchors: set[str]) -> dict[str, str]:
    """Of an activity file: our anchor message -> the billable event it belongs to. Raises ``ReportUnreadable``."""
    return {
        row["activity_id"]: row["billing_event_id"]
        for _, row in _rows(file, required=["activity_id", "billing_event_id"])
        if row["activity_id"] in anchors
    }


def _rows(file: TextIO, *, required: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line in the file."""
    try:
        header = file.readline().lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
        separator = max(_SEPARATORS, key=header.count)
        names = next(csv.reader([header], delimiter=separator), [])
        missing = [name for name in required if name not in names]
        if missing:
            raise ReportUnreadable(f"no column {', '.join(missing)}", where="line 1")
        reader = csv.reader(file, delimiter=separator)
        for cells in reader:
            if cells:
                if len(cells) != len(names):
                    raise ReportUnreadable("the number of cells is not that of the header", where=_at(reader.line_num))
                yield reader.line_num + 1, dict(zip(names, cells, strict=True))
    except (csv.Error, UnicodeDecodeError):
        raise ReportUnreadable("not a CSV file in UTF-8") from None


def _at(line: int) -> str:
    return f"line {line + 1}"  # the header is line 1 and was read before


class _Reader:
    """One file's rows as values."""

    def __init__(self, mapped: Mapped, bots: Mapping[str, str]) -> None:
        self._mapped = mapped
        self._bots = {**bots, **mapped.bots}
        self._zone = _zone(mapped)
        self._lines = "start" in mapped.columns
        self.wanted: list[_Column] = ["product", "start"] if self._lines else ["product", "quantity"]

    def read(self, row: dict[str, str], line: int) -> Row:
        """The row's charge or sum."""
        where = f"line {line}"
        product = self._cell(row, "product")
        product = self._mapped.products.get(product, product)
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", product):
            raise ReportUnreadable("a type or product that the mapping does not know", where=where)
        name = self._cell(row, "bot").partition("@")[0]
        bot = self._bots.get(name, name)
        if not self._lines:
            return Row(self._sum(row, product, bot, where))
        return Row(self._theirs(row, product, bot, where), _windows(row))

    def _theirs(self, row: dict[str, str], product: str, bot: str, where: str) -> Theirs:
        return Theirs(
            id=self._cell(row, "id"),
            product=product,
            bot=bot,
            start_ms=self._instant(row, where),
            mt_count=self._whole(row, "mt_count", where),
            mo_count=self._whole(row, "mo_count", where),
            micros=self._micros(row, where),
            duration_s=_seconds(row.get("duration", "")),
            size_kilobytes=row.get("size_kilobytes", ""),
            billed=row.get("billing_party") or row.get("agent_owner", ""),
        )

    def _sum(self, row: dict[str, str], product: str, bot: str, where: str) -> Sum:
        quantity = self._whole(row, "quantity", where)
        if quantity is None:
            raise ReportUnreadable("no quantity", where=where)
        return Sum(
            product=product,
            quantity=quantity,
            micros=self._micros(row, where),
            operator=self._cell(row, "operator"),
            month=self._cell(row, "month"),
            bot=bot,
        )

    def _cell(self, row: dict[str, str], column: _Column) -> str:
        return row.get(self._mapped.columns.get(column, ""), "").strip()

    def _instant(self, row: dict[str, str], where: str) -> int:
        try:
            at = datetime.fromisoformat(self._cell(row, "start").removesuffix(" UTC"))
            return to_ms(at if at.tzinfo is not None else at.replace(tzinfo=self._zone))
        except (ValueError, OverflowError):
            raise ReportUnreadable("the start is no ISO 8601 instant", where=where) from None

    def _whole(self, row: dict[str, str], column: _Column, where: str) -> int | None:
        text = re.sub(r"\s", "", self._cell(row, column))
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,15}", text):
            raise ReportUnreadable(f"«{self._mapped.columns[column]}» is no whole number", where=where)
        return int(text)

    def _micros(self, row: dict[str, str], where: str) -> int | None:
        text = re.sub(r"[\s€]", "", self._cell(row, "amount"))
        if not text:
            return None
        plain = text.replace(",", ".")
        if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,9})?", plain):
            raise ReportUnreadable("the amount is no number", where=where)
        micros = Decimal(plain) * (EURO if self._mapped.amounts == "euro" else 1)
        if micros != micros.to_integral_value():
            raise ReportUnreadable("the amount is finer than a millionth of a euro", where=where)
        return int(micros)


def _zone(mapped: Mapped) -> ZoneInfo:
    try:
        return ZoneInfo(mapped.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ReportUnreadable("no such time zone", where="time_zone") from None


def _windows(row: Mapping[str, str]) -> tuple[str, ...]:
    """The columns of windows that are not 24 hours long."""
    return tuple(name for name in _DURATIONS if row.get(name, "").strip() and _seconds(row[name]) != _DAY_S)


def _seconds(text: str) -> int | None:
    """``86400``, ``86400s``, ``24h``, ``PT24H`` or ``24:00:00`` in seconds; ``None`` for anything else."""
    plain = text.strip().lower()
    clock = re.fullmatch(r"(\d{1,3}):(\d\d):(\d\d)", plain)
    if clock is not None:
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    number = re.fullmatch(r"(?:pt?)?(\d{1,12}(?:\.\d{1,6})?)(ms|[smhd]?)", plain)
    return None if number is None else int(Decimal(number[1]) * _UNITS[number[2] or "s"])
