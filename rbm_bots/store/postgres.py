"""The distributed engine: PostgreSQL with any number of processes.

Row locks hand out conversations, calls and timers (``FOR UPDATE SKIP LOCKED``); ``LISTEN``/``NOTIFY`` wakes the loops
of all processes. The journal's fast path is one ``unnest`` statement on a connection of its own, straight through the
driver. A transaction that the server broke off as a deadlock is run again, three times at most. A connection that
was lost is made again by the next that needs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from rbm_bots.errors import StoreError
from rbm_bots.store.base import Appended, NewEvent, Topic, Wake
from rbm_bots.store.journal_postgres import append_rows

__all__ = ["PostgresStore"]

T = TypeVar("T")
_CHANNEL = "rbm_wake"
_REPEATABLE = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_TRIES = 3


class PostgresStore:
    """See the module's docstring. Made by :meth:`open`."""

    exclusive = False

    def __init__(
        self, url: str, engine: AsyncEngine, journal: asyncpg.Connection, listener: asyncpg.Connection
    ) -> None:
        self.wake = Wake()
        self._url = url
        self._engine = engine
        self._journal = journal
        self._journal_lock = asyncio.Lock()
        self._listener = listener

    @classmethod
    async def open(cls, url: str, *, pool_size: int = 5) -> PostgresStore:
        """Connect. Raises :class:`StoreError` with the reason when the server cannot be reached."""
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            journal = await asyncpg.connect(plain)
            listener = await asyncpg.connect(plain)
        except (OSError, asyncpg.PostgresError) as fault:
            raise StoreError(f"PostgreSQL does not answer: {fault}", hint="check the setting «database»") from fault
        engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), pool_size=pool_size)
        store = cls(plain, engine, journal, listener)
        await store._listen()
        return store

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction; a deadlock is run again."""
        for attempt in range(1, _TRIES + 1):
            try:
                async with self._engine.begin() as connection:
                    return await connection.run_sync(work)
            except DBAPIError as fault:
                if attempt == _TRIES or getattr(fault.orig, "sqlstate", None) not in _REPEATABLE:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction that may not write; on a connection that was lost, once more."""
        try:
            return await self._read(work)
        except DBAPIError as fault:
            if not fault.connection_invalidated:
                raise
            return await self._read(work)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as connection:
            await connection.execution_options(postgresql_readonly=True)
            return await connection.run_sync(work)

    async def scan(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on a connection of its own, as each does here; all of it sees one instant."""
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            return await connection.run_sync(work)

    async def append(self, events: Sequence[NewEvent]) -> list[Appended]:
        """Append to the journal in one statement; processes that wait for the inbox are notified by it."""
        appended = await self._on_journal(lambda journal: append_rows(journal, events))
        self.wake.up("inbox")
        return appended

    async def notify(self, topic: Topic) -> None:
        """Wake this process at once and the others through the server."""
        self.wake.up(topic)
        await self._on_journal(lambda journal: journal.execute("SELECT pg_notify($1, $2)", _CHANNEL, topic))

    async def close(self) -> None:
        """Close every connection."""
        self._listener.remove_termination_listener(self._listener_lost)
        for connection in (self._listener, self._journal):
            await connection.close()
        await self._engine.dispose()

    async def _on_journal(self, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        """Run ``work`` on the journal's own connection; once more when that turns out to be lost (keys are unique)."""
        async with self._journal_lock:
            await self._reconnect()
            try:
                return await work(self._journal)
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
                if not self._journal.is_closed():
                    raise
                await self._reconnect()
                return await work(self._journal)

    async def _reconnect(self) -> None:
        if self._journal.is_closed():
            self._journal = await asyncpg.connect(self._url)
        if self._listener.is_closed():
            self._listener = await asyncpg.connect(self._url)
            await self._listen()

    async def _listen(self) -> None:
        await self._listener.add_listener(_CHANNEL, self._woken)
        self._listener.add_termination_listener(self._listener_lost)

    def _woken(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        if payload in ("inbox", "outbox", "calls", "timers"):
            self.wake.up(payload)

    def _listener_lost(self, _connection: object) -> None:
        # the loops poll as well; losing the wake-ups costs latency, never an event
        self.wake.all()
