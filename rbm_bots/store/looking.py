"""A database opened to be looked at: nothing is written, and no process that writes it is disturbed.

Theory of operation. On PostgreSQL everybody may read. A SQLite file belongs to the process that has its lock; in WAL
mode others may read it meanwhile, each transaction on the state of its first look. A connection opened with
``mode=ro`` cannot write, and so cannot checkpoint either, which is what two processes must not do at once.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, StaticPool, create_engine
from sqlalchemy.engine import make_url

from rbm_bots.errors import NotTheWriter
from rbm_bots.store import open_store

__all__ = ["Looking", "open_to_look"]

T = TypeVar("T")


class Looking(Protocol):
    """What can be read of a database."""

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on a connection that cannot write."""
        ...


class _SqliteLook:
    def __init__(self, path: Path) -> None:
        self._engine = _engine(path)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on a connection that cannot write."""

        def run() -> T:
            with self._engine.connect() as connection:
                return work(connection)

        return await asyncio.to_thread(run)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


@asynccontextmanager
async def open_to_look(url: str) -> AsyncIterator[Looking]:
    """Open the database at ``url``, also one that a running server writes. Raises what ``open_store`` raises."""
    try:
        store = await open_store(url)
    except NotTheWriter:
        look = _SqliteLook(Path(make_url(url).database or ""))
        try:
            yield look
        finally:
            look.close()
        return
    try:
        yield store
    finally:
        await store.close()


def _engine(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        uri = f"file:{quote(str(path.resolve()))}?mode=ro"
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10)

    return create_engine("sqlite://", creator=connect, poolclass=StaticPool)
