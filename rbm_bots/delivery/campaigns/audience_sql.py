"""People from another database: the rows of one query, through a cursor on the server where there is one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncResult, create_async_engine

from rbm_bots.delivery.campaigns.audience import AudienceUnreadable, Row, Rows
from rbm_bots.delivery.campaigns.spec import SqlSource

__all__ = ["opened_query"]

_ASKED = "the audience's database"


@asynccontextmanager
async def opened_query(source: SqlSource, *, batch: int) -> AsyncIterator[Rows]:
    """The rows of the query. Raises :class:`AudienceUnreadable`; the message never holds the URL."""
    url = _url(source.url)
    try:
        if url.get_backend_name() == "postgresql":
            async with _postgres(url, source.query, batch) as rows:
                yield rows
        else:
            engine = create_engine(url)
            try:
                with engine.connect() as connection:
                    yield _SyncRows(connection, source.query, batch)
            finally:
                engine.dispose()
    except (SQLAlchemyError, OSError, ImportError) as fault:
        raise AudienceUnreadable(f"{_ASKED} refuses: {_reason(fault)}") from None


def _reason(fault: Exception) -> str:
    return (str(getattr(fault, "orig", None) or fault).splitlines() or [type(fault).__name__])[0]


def _url(written: str) -> URL:
    if written.startswith("$"):
        found = os.environ.get(written[1:])
        if not found:
            raise AudienceUnreadable(f"the environment has no variable {written[1:]}")
        written = found
    try:
        return make_url(written)
    except ArgumentError:
        raise AudienceUnreadable("the audience's «url» is no database URL") from None


@asynccontextmanager
async def _postgres(url: URL, query: str, batch: int) -> AsyncIterator[Rows]:
    engine = create_async_engine(url.set(drivername="postgresql+asyncpg"))
    try:
        async with engine.connect() as connection, connection.stream(text(query)) as found:
            yield _AsyncRows(found, batch)
    finally:
        await engine.dispose()


class _AsyncRows:
    def __init__(self, found: AsyncResult[Any], batch: int) -> None:
        self._found = found
        self._batch = batch
        self.columns: Sequence[str] = tuple(found.keys())

    async def read(self, wanted: Sequence[int]) -> AsyncIterator[list[Row]]:
        """See :class:`~rbm_bots.delivery.campaigns.audience.Rows`."""
        number = 1
        async for rows in self._found.partitions(self._batch):
            yield _as_rows(rows, wanted, number)
            number += len(rows)


class _SyncRows:
    def __init__(self, connection: Connection, query: str, batch: int) -> None:
        self._found = connection.execution_options(stream_results=True).execute(text(query))
        self._batch = batch
        self.columns: Sequence[str] = tuple(self._found.keys())

    async def read(self, wanted: Sequence[int]) -> AsyncIterator[list[Row]]:
        """See :class:`~rbm_bots.delivery.campaigns.audience.Rows`."""
        number = 1
        for rows in self._found.partitions(self._batch):
            yield _as_rows(rows, wanted, number)
            number += len(rows)


def _as_rows(rows: Sequence[Any], wanted: Sequence[int], first: int) -> list[Row]:
    return [
        (number, tuple("" if row[place] is None else str(row[place]) for place in wanted))
        for number, row in enumerate(rows, start=first)
    ]
