"""What every engine owes the rooms above: transactions, the journal's fast path, and a wake-up.

``write(work)`` runs ``work(connection)`` in one transaction and commits before it returns; the same synchronous
SQLAlchemy Core code runs on both engines. Work may be run twice (a deadlock, a failed group), so it must not touch
anything but the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Literal, Protocol, TypeVar, cast

import msgspec
from sqlalchemy import ColumnElement, Connection, Insert, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = [
    "Appended",
    "NewEvent",
    "NewcomerAddress",
    "Store",
    "Topic",
    "Wake",
    "by_bytes",
    "insert_new",
    "stream_rows",
    "table",
]

T = TypeVar("T")
_STREAMED: Final = 5000
Topic = Literal["inbox", "outbox", "calls", "timers"]


class NewcomerAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address that may be new: its index, the contact id it gets if it is, and the sealed address."""

    index: str
    kind: str
    contact_id: str
    sealed: bytes


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A row for the journal. ``newcomer`` stands for ``contact_id`` while the contact is not known to this process.

    ``plays``: a conversation must handle it (an inbox row is made). ``opt``: a STOP or START, stored in the same
    commit. ``detail`` to ``partner`` and ``brand`` are what the ledger reads (see ``JournalRow``).
    """

    source: str
    at: int
    source_id: str
    kind: str
    bot: str
    received_at: int
    contact_id: str | None = None
    newcomer: NewcomerAddress | None = None
    via: str | None = None
    message_id: str | None = None
    status: str | None = None
    message_class: str | None = None
    operator: str | None = None
    body: bytes | None = None
    body_hash: str | None = None
    detail: str | None = None
    in_reply_to: str | None = None
    logical_id: str | None = None
    campaign: str | None = None
    sender: str | None = None
    partner: str | None = None
    plays: bool = True
    opt: Literal["stop", "start"] | None = None
    brand: str = ""

    @property
    def proof(self) -> str:
        """The journal key, as an opt-out's proof names it."""
        return f"{self.source}|{self.at}|{self.source_id}"


class Appended(msgspec.Struct, frozen=True):
    """What became of a row: new or seen before, and whose it is."""

    new: bool
    contact_id: str | None


class Wake:
    """Tells the loops of this process that a table has something for them; a wake-up is never lost, only merged."""

    def __init__(self) -> None:
        self._events: dict[Topic, asyncio.Event] = {
            "inbox": asyncio.Event(),
            "outbox": asyncio.Event(),
            "calls": asyncio.Event(),
            "timers": asyncio.Event(),
        }

    def up(self, topic: Topic) -> None:
        """Wake whoever waits for ``topic``."""
        self._events[topic].set()

    def all(self) -> None:
        """Wake everybody: at shutdown, and when a connection for wake-ups was lost."""
        for event in self._events.values():
            event.set()

    async def wait(self, topic: Topic, *, at_most_s: float) -> None:
        """Wait for a wake-up of ``topic``, or ``at_most_s`` seconds."""
        event = self._events[topic]
        try:
            async with asyncio.timeout(at_most_s):
                await event.wait()
        except TimeoutError:
            return
        finally:
            event.clear()


class Store(Protocol):
    """One database, either engine."""

    wake: Wake
    exclusive: bool
    """Whether this process is the only one that can use the database."""

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction of its own and commit it."""
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on a connection that cannot write."""
        ...

    async def scan(self, work: Callable[[Connection], T]) -> T:
        """Run long ``work`` that only reads on a connection of its own; all of it sees the database of one instant."""
        ...

    async def append(self, events: Sequence[NewEvent]) -> list[Appended]:
        """Append rows to the journal in one commit, through the driver; a key seen before changes nothing."""
        ...

    async def notify(self, topic: Topic) -> None:
        """Wake the loops of every process that uses this database."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        ...


def table(model: type[Any]) -> Table:
    """The SQLAlchemy table of a model."""
    found: Table = model.__table__
    return found


def stream_rows(connection: Connection, asked: Select[Any]) -> Iterator[Sequence[Any]]:
    """Rows of plain columns as they come, some thousand in memory at a time. SQLite gives 0 and 1 for a truth value."""
    if connection.dialect.name == "sqlite":  # the driver streams by itself, and its plain tuples cost half as much
        yield from cast("Iterator[Sequence[Any]]", connection.execute(asked).cursor)
    else:
        yield from connection.execute(asked.execution_options(yield_per=_STREAMED))


def by_bytes(connection: Connection, column: ColumnElement[str]) -> ColumnElement[str]:
    """``column`` as both engines order it alike, and Python too."""
    return column.collate("C") if connection.dialect.name == "postgresql" else column


def insert_new(connection: Connection, target: Table) -> Insert:
    """``INSERT … ON CONFLICT DO NOTHING`` in this connection's dialect."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(target).on_conflict_do_nothing()
    return sqlite.insert(target).on_conflict_do_nothing()
