"""People from a Parquet file, read by DuckDB in a stream (extra ``parquet``)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from rbm_bots.delivery.campaigns.audience import AudienceUnreadable, Row, Rows

if TYPE_CHECKING:
    import duckdb

__all__ = ["opened_parquet"]

_MEMORY: Final = "64MB"


@asynccontextmanager
async def opened_parquet(path: str, *, batch: int) -> AsyncIterator[Rows]:
    """The rows of ``path``, in the order of the file. Raises :class:`AudienceUnreadable`."""
    try:
        import duckdb
    except ImportError:
        hint = "pip install 'rbm_bots[parquet]'"
        raise AudienceUnreadable("Parquet files need DuckDB", where=path, hint=hint) from None
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{_MEMORY}'; SET threads = 1; SET preserve_insertion_order = true")
        try:
            rows = connection.execute("SELECT * FROM read_parquet(?)", [path])
            yield _ParquetRows(rows, path, batch)
        except duckdb.Error as fault:
            reason = str(fault).splitlines()[0]
            raise AudienceUnreadable(f"this is no Parquet file: {reason}", where=path) from None


class _ParquetRows:
    def __init__(self, rows: duckdb.DuckDBPyConnection, path: str, batch: int) -> None:
        self._rows = rows
        self._path = path
        self._batch = batch
        self.columns: Sequence[str] = [str(column[0]) for column in rows.description or []]

    async def read(self, wanted: Sequence[int]) -> AsyncIterator[list[Row]]:
        """See :class:`~rbm_bots.delivery.campaigns.audience.Rows`."""
        number = 0
        while found := await asyncio.to_thread(self._rows.fetchmany, self._batch):
            yield [
                (number + at, tuple("" if row[place] is None else str(row[place]) for place in wanted))
                for at, row in enumerate(found, start=1)
            ]
            number += len(found)
