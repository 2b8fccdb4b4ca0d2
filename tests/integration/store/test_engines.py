"""The store's contract on both engines, and what only one of them can do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rbm_bots.errors import NotTheWriter, Overloaded, SchemaOutdated, SettingsError, StoreError
from rbm_bots.store import Store, open_store
from rbm_bots.store.batcher import Batcher
from rbm_bots.store.schema import require_current, upgrade
from tests.integration.store.contract import StoreContract, event


@pytest.fixture
async def sqlite_store(sqlite_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{sqlite_path}"
    await upgrade(url)
    store = await open_store(url)
    yield store
    await store.close()


class TestSqlite(StoreContract):
    @pytest.fixture
    def store(self, sqlite_store: Store) -> Store:
        return sqlite_store


class TestPostgres(StoreContract):
    @pytest.fixture
    async def store(self, postgres_database: str) -> AsyncIterator[Store]:
        await upgrade(postgres_database)
        store = await open_store(postgres_database)
        yield store
        await store.close()

    async def test_another_process_is_woken(self, store: Store, postgres_database: str) -> None:
        other = await open_store(postgres_database)
        waiting = asyncio.create_task(other.wake.wait("inbox", at_most_s=5))
        await asyncio.sleep(0)
        started = asyncio.get_running_loop().time()
        await store.append([event(1)])
        await waiting
        assert asyncio.get_running_loop().time() - started < 4
        await other.close()


async def test_a_second_process_does_not_get_the_sqlite_file(sqlite_store: Store, sqlite_path: Path) -> None:
    del sqlite_store
    with pytest.raises(NotTheWriter):
        await open_store(f"sqlite:///{sqlite_path}")


async def test_upgrading_twice_changes_nothing_and_old_tables_are_refused(sqlite_path: Path) -> None:
    url = f"sqlite:///{sqlite_path}"
    store = await open_store(url)
    with pytest.raises(SchemaOutdated, match="rbm db upgrade"):
        await store.read(require_current)
    await store.close()
    await upgrade(url)
    await upgrade(url)
    store = await open_store(url)
    await store.read(require_current)
    await store.close()


async def test_a_closed_store_refuses_work(sqlite_path: Path) -> None:
    store = await open_store(f"sqlite:///{sqlite_path}")
    await store.close()
    with pytest.raises(StoreError):
        await store.write(lambda _connection: None)


@pytest.mark.parametrize("url", ["nothing", "mysql://host/name", "oracle://host"])
async def test_an_unknown_engine_is_a_settings_error(url: str) -> None:
    with pytest.raises(SettingsError):
        await open_store(url)


async def test_a_postgres_that_does_not_answer_is_said_in_one_line(free_port: int) -> None:
    with pytest.raises(StoreError, match="does not answer"):
        await open_store(f"postgresql://nobody@127.0.0.1:{free_port}/none")


async def test_a_full_queue_answers_overloaded_and_keeps_what_it_took(sqlite_store: Store) -> None:
    batcher = Batcher(sqlite_store, most_waiting=2)
    outcomes = await asyncio.gather(*(batcher.put(event(number)) for number in range(5)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Overloaded)]
    assert len(refused) == 3
