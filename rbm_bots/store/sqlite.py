"""The embedded engine: one SQLite file, one connection that writes.

Theory of operation. SQLite lets one writer in at a time, and releases before 3.51.3 can corrupt a WAL when a second
connection checkpoints at the instant of a commit. So exactly one connection of one process writes and checkpoints: it
lives in one thread, a lock file keeps other processes out, all other connections are ``query_only``. ``synchronous`` is
FULL: an acknowledged event survives power loss.

Group commit. Work that arrives while a transaction runs waits; when it ends, everything that waits runs in the next
one, each piece in a savepoint of its own, so that one failure does not undo its neighbours. There is no timer: an
idle database commits at once, a busy one commits as often as the disk allows. A group has a price of its own beside
the disk's, so the writer keeps its connection checked out and sets its savepoints through the driver.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

from rbm_bots.errors import NotTheWriter, StoreError
from rbm_bots.store.base import Appended, NewEvent, Topic, Wake
from rbm_bots.store.journal_sqlite import append_rows

__all__ = ["SqliteStore", "sqlite_engine"]

T = TypeVar("T")
_GROUP = 256  # pieces of work in one transaction
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=1000",
    "cache_size=-16384",  # kB: what a thousand imported people touch, so that nothing is written twice before a commit
)


@dataclass(slots=True)
class _Piece:
    work: Callable[[Connection], Any]
    done: asyncio.Future[Any]


def sqlite_engine(path: Path) -> Engine:
    """An engine over the one writing connection; ``BEGIN IMMEDIATE``, WAL, FULL, foreign keys."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _reader(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        connection.execute("PRAGMA query_only=ON")
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=StaticPool)


class SqliteStore:
    """See the module's docstring. Raises :class:`NotTheWriter` when another process has the file."""

    exclusive = True

    def __init__(self, path: Path) -> None:
        self.wake = Wake()
        self._path = path
        self._lock = _take_lock(path)
        self._engine = sqlite_engine(path)
        self._connection: Connection | None = None  # the writer thread's, between groups
        self._reader = _reader(path)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")
        self._readers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-reader")
        self._waiting: list[_Piece] = []
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in the next group; returns after the commit."""
        if self._closed:
            raise StoreError("the database is closed")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Piece(work, done))
        if self._running is None:
            self._running = asyncio.create_task(self._commit_groups())
        return await done

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on the connection that cannot write."""

        def run() -> T:
            with self._reader.connect() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def scan(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a thread and on a connection of its own; it may sort much more than fits into memory."""

        def run() -> T:
            engine = _reader(self._path)
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql("BEGIN")  # all of it sees one instant
                    return work(connection)
            finally:
                engine.dispose()

        return await asyncio.to_thread(run)

    async def append(self, events: Sequence[NewEvent]) -> list[Appended]:
        """Append to the journal over the driver's own connection, in the next group."""

        def work(connection: Connection) -> list[Appended]:
            return append_rows(_driver(connection), events)

        appended = await self.write(work)
        self.wake.up("inbox")
        return appended

    async def notify(self, topic: Topic) -> None:
        """One process writes, so its own loops are all there are."""
        self.wake.up(topic)

    async def close(self) -> None:
        """Commit what waits, close both connections, give the lock file back."""
        self._closed = True
        if self._running is not None:
            await self._running
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._disconnect)
        await loop.run_in_executor(self._readers, self._reader.dispose)
        self._writer.shutdown()
        self._readers.shutdown()
        os.close(self._lock)

    async def _commit_groups(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting[:_GROUP], self._waiting[_GROUP:]
            outcomes = await loop.run_in_executor(self._writer, self._run_group, group)
            for piece, (ok, value) in zip(group, outcomes, strict=True):
                if piece.done.cancelled():
                    continue
                if ok:
                    piece.done.set_result(value)
                else:
                    piece.done.set_exception(value)
        self._running = None

    def _run_group(self, group: list[_Piece]) -> list[tuple[bool, Any]]:
        try:
            connection = self._connected()
            with connection.begin():
                if len(group) == 1:
                    return [(True, group[0].work(connection))]
                return [_in_savepoint(connection, piece.work) for piece in group]
        except Exception as fault:
            self._let_go()  # the next group starts from a clean state
            return [(False, fault)] * len(group)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _disconnect(self) -> None:
        self._let_go()
        self._engine.dispose()


def _in_savepoint(connection: Connection, work: Callable[[Connection], Any]) -> tuple[bool, Any]:
    driver = _driver(connection)
    driver.execute("SAVEPOINT piece")
    try:
        done = True, work(connection)
    except Exception as fault:
        driver.execute("ROLLBACK TO piece")
        done = False, fault
    driver.execute("RELEASE piece")
    return done


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _take_lock(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(lock)
        raise NotTheWriter(where=str(path)) from fault
    return lock
