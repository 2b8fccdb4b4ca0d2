"""A fresh ledger on each engine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from rbm_bots.accounts.billing import Billing
from rbm_bots.ledger.prices import Price
from rbm_bots.store import Store
from rbm_bots.store.schema import upgrade
from tests.integration.accounts.playing import Books, new_database, opened, wipe
from tests.integration.accounts.told import START
from tests.postgres_server import with_database

PRICES = tuple(
    Price(operator=operator, product=product, from_ms=0, micros=micros)
    for operator, product, micros in [
        ("ORANGE", "MU", 60_000),
        ("ORANGE", "CONVERSATION", 95_000),
        ("ORANGE", "CONV_MO1ST", 0),
        ("OPS", "SMS_MT", 30_000),
    ]
)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tables of every SQLite database of these tests come from."""
    return tmp_path_factory.mktemp("accounts") / "template.db"


@pytest.fixture(scope="session")
def postgres_books(postgres_url: str) -> Iterator[str]:
    """A PostgreSQL database whose tables are made once for all of these tests; each wipes it first."""
    name = f"rbm_test_books_{os.getpid()}"
    asyncio.run(_execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE template0"))
    url = with_database(postgres_url, name)
    asyncio.run(upgrade(url))
    yield url
    asyncio.run(_execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, sqlite_path: Path) -> str:
    """An empty database of each engine."""
    return f"sqlite:///{sqlite_path}" if request.param == "sqlite" else request.getfixturevalue("postgres_books")


@pytest.fixture
async def tables(database: str, template: Path, sqlite_path: Path) -> str:
    """The same database with empty tables."""
    if database.startswith("sqlite"):
        return await new_database(template, sqlite_path)
    async with opened(database) as store:
        await wipe(store)
    return database


@pytest.fixture
async def store(tables: str) -> AsyncIterator[Store]:
    async with opened(tables) as one:
        yield one


@pytest.fixture
def books(store: Store) -> Books:
    return Books(store, Billing(prices=PRICES), at_ms=START)
