"""The contract of appointment books in memory, on SQLite and on PostgreSQL, and what only a stored one can do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest
from sqlalchemy import select

from rbm_bots.calendars import AppointmentBook, MemoryBook, StoredBook
from rbm_bots.errors import SealBroken, StoreError
from rbm_bots.store import Store, bookings, open_store
from rbm_bots.store.base import table
from rbm_bots.store.bookings import Booked
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import BookingRow, HoldRow
from tests.integration.calendars.book_contract import AT, BookContract, book, diary, hold

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))


async def opened(url: str) -> AsyncIterator[Store]:
    await upgrade(url)
    store = await open_store(url)
    yield store
    await store.close()


@pytest.fixture
async def sqlite_store(sqlite_path: Path) -> AsyncIterator[Store]:
    async for store in opened(f"sqlite:///{sqlite_path}"):
        yield store


class TestMemory(BookContract):
    @pytest.fixture
    def appointments(self) -> AppointmentBook:
        return MemoryBook()


class TestSqlite(BookContract):
    @pytest.fixture
    def appointments(self, sqlite_store: Store) -> AppointmentBook:
        return StoredBook(sqlite_store, SEAL)


class TestPostgres(BookContract):
    @pytest.fixture
    async def appointments(self, postgres_database: str) -> AsyncIterator[AppointmentBook]:
        async for store in opened(postgres_database):
            yield StoredBook(store, SEAL)

    async def test_two_processes_race_for_one_instant(
        self, appointments: AppointmentBook, postgres_database: str
    ) -> None:
        async for other in opened(postgres_database):
            books = [appointments, StoredBook(other, SEAL)]
            takers = (book(books[rank % 2], f"p{rank}", where=diary(3)) for rank in range(50))
            outcomes = await asyncio.gather(*takers)
            assert sum(one is not None for one in outcomes) == 3


async def test_what_a_person_told_is_sealed(sqlite_store: Store) -> None:
    await book(StoredBook(sqlite_store, SEAL), "ann", call="k")
    (row,) = await sqlite_store.read(lambda c: c.execute(select(table(BookingRow).c.details)).all())
    assert b"pneus" not in row.details
    other = StoredBook(sqlite_store, Seal(Keys(seal=b"o" * 32, index=b"i" * 32)))
    with pytest.raises(SealBroken):
        await other.made("k")


async def test_holds_that_are_over_are_cleared_away(sqlite_store: Store) -> None:
    appointments = StoredBook(sqlite_store, SEAL)
    await hold(appointments, "ann")
    await hold(appointments, "bob", at=AT.replace(hour=9), now=AT)
    rows = await sqlite_store.read(lambda c: c.execute(select(table(HoldRow).c.contact_id)).scalars().all())
    assert rows == ["bob"]


async def test_a_number_in_use_is_not_given_twice(sqlite_store: Store) -> None:
    def make(call: str, refs: list[str]) -> Awaitable[Booked | None]:
        return sqlite_store.write(
            lambda c: bookings.book(
                c, diary(9), refs=refs, start=0, contact_id="ann", call_id=call, details=None, now_ms=0
            )
        )

    first = await make("1", ["R-A", "R-B"])
    second = await make("2", ["R-A", "R-B"])
    assert [first.ref, second.ref] == ["R-A", "R-B"]
    with pytest.raises(StoreError, match="in use"):
        await make("3", ["R-A", "R-B"])
