"""An audience as a stream of rows: from a CSV file, a Parquet file, or a query. Nothing is ever read as a whole.

Each source gives its columns first, then lists of rows in the order of the wanted columns, every cell as words. A row
carries its line (of a CSV file) or its number, so that what is wrong with it can be found without printing it.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, Protocol

from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.delivery.campaigns.spec import Campaign, CsvSource, ParquetSource, Source
from rbm_bots.errors import UsageError

__all__ = ["AudienceUnreadable", "Row", "Rows", "open_audience", "wanted_columns"]

Row = tuple[int, tuple[str, ...]]
"""A line and its cells, as many as columns were wanted."""

_BATCH: Final = 1000
_SEPARATORS: Final = ";,\t|"
_LONGEST_CELL: Final = 64 * 1024


class AudienceUnreadable(UsageError):
    """The audience cannot be read."""

    code = "audience"


class Rows(Protocol):
    """An opened source."""

    columns: Sequence[str]

    def read(self, wanted: Sequence[int]) -> AsyncIterator[list[Row]]:
        """Lists of rows with the cells at these places. Raises :class:`AudienceUnreadable` for a row that is none."""
        ...


def wanted_columns(campaign: Campaign) -> tuple[str, ...]:
    """The columns of the audience that are read: the number first, then reference, proof of consent, own columns."""
    audience = campaign.audience
    consent = (audience.consent.at, audience.consent.proof) if audience.consent is not None else ()
    own = (column.source for column in campaign.columns.values())
    return tuple(name for name in dict.fromkeys((audience.number, audience.reference, *consent, *own)) if name)


@asynccontextmanager
async def open_audience(campaign: Campaign) -> AsyncIterator[AsyncIterator[list[Row]]]:
    """The rows of the campaign's audience, with the cells of :func:`wanted_columns`.

    Raises :class:`AudienceUnreadable` when it cannot be opened or has not all of these columns.
    """
    wanted = wanted_columns(campaign)
    async with _opened(campaign.audience.source) as rows:
        places = {name: place for place, name in reversed(list(enumerate(rows.columns)))}
        missing = [name for name in wanted if name not in places]
        if missing:
            names = " and ".join(f"«{name}»" for name in missing)
            near = did_you_mean(missing[0], places)
            hint = near or f"its columns: {', '.join(rows.columns)[:400]}"
            raise AudienceUnreadable(f"the audience has no column {names}", hint=hint)
        yield rows.read([places[name] for name in wanted])


def _opened(source: Source) -> AbstractAsyncContextManager[Rows]:
    match source:
        case CsvSource():
            return _opened_csv(source)
        case ParquetSource():
            from rbm_bots.delivery.campaigns.audience_parquet import opened_parquet

            return opened_parquet(source.path, batch=_BATCH)
        case _:
            from rbm_bots.delivery.campaigns.audience_sql import opened_query

            return opened_query(source, batch=_BATCH)


@asynccontextmanager
async def _opened_csv(source: CsvSource) -> AsyncIterator[Rows]:
    try:
        # the file is read in small pieces between two batches; there is nothing else that this process waits for
        with Path(source.path).open(encoding=_with_mark(source.encoding), newline="") as file:  # noqa: ASYNC230 - see above
            yield _CsvRows(file, source)
    except OSError as fault:
        raise AudienceUnreadable(f"the file cannot be read: {fault.strerror}", where=source.path) from None


def _with_mark(encoding: str) -> str:
    """UTF-8 files of some programs begin with a byte order mark, which is no part of the first column's name."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


class _CsvRows:
    def __init__(self, lines: Iterator[str], source: CsvSource) -> None:
        self._path = source.path
        self._encoding = source.encoding
        csv.field_size_limit(_LONGEST_CELL)
        first = self._first(lines)
        separator = source.separator or max(_SEPARATORS, key=first.count)
        self._reader = csv.reader(itertools.chain([first], lines), delimiter=separator)
        with self._told():
            self.columns: Sequence[str] = [cell.strip() for cell in next(self._reader, [])]

    def _first(self, lines: Iterator[str]) -> str:
        try:
            first = next(lines, "")
        except UnicodeError:
            raise self._not_encoded(1) from None
        if not first.strip():
            raise AudienceUnreadable("the first line holds no names of columns", where=self._path)
        return first

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A line that cannot be read is named."""
        try:
            yield
        except UnicodeError:
            raise self._not_encoded(self._reader.line_num + 1) from None
        except csv.Error as fault:
            line = self._reader.line_num
            raise AudienceUnreadable(f"line {line} is no CSV: {fault}", where=self._path) from None

    def _not_encoded(self, line: int) -> AudienceUnreadable:
        hint = "name its «encoding», like cp1252 or utf-16"
        return AudienceUnreadable(f"from line {line} on this is not {self._encoding}", where=self._path, hint=hint)

    async def read(self, wanted: Sequence[int]) -> AsyncIterator[list[Row]]:
        """See :class:`Rows`; an empty line is no row."""
        while batch := self._some(wanted, last=max(wanted)):
            yield batch

    def _some(self, wanted: Sequence[int], *, last: int) -> list[Row]:
        batch: list[Row] = []
        line = self._reader.line_num + 1
        with self._told():
            for cells in self._reader:
                if cells:
                    cells.extend([""] * (last + 1 - len(cells)))
                    batch.append((line, tuple([cells[place] for place in wanted])))
                    if len(batch) == _BATCH:
                        break
                line = self._reader.line_num + 1
        return batch
