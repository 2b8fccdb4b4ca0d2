"""Fixtures for PostgreSQL: one server for the session, one database for each test.

Making the tables takes most of a second, copying them a tenth: so they are made once, in a database that each test gets
a copy of.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from itertools import count

import asyncpg
import pytest

from rbm_bots.store.schema import upgrade
from tests.postgres_server import PostgresMissing, postgres_server, with_database

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """``postgresql://…`` of the maintenance database of a running server."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres_server(quick=True))
        except PostgresMissing as fault:
            pytest.fail(str(fault), pytrace=False)
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a database with the newest tables, to be copied; dropped at the end of the session."""
    name = f"rbm_test_tables_{os.getpid()}"

    async def tell(statement: str) -> None:
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(tell(f"CREATE DATABASE {name} TEMPLATE template0"))
    asyncio.run(upgrade(with_database(postgres_url, name)))
    yield name
    asyncio.run(tell(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def postgres_database(postgres_url: str, postgres_template: str) -> AsyncIterator[str]:
    """``postgresql://…`` of a database with the newest tables, of this test alone."""
    async with _database(postgres_url, postgres_template) as url:
        yield url


@pytest.fixture
async def empty_postgres_database(postgres_url: str) -> AsyncIterator[str]:
    """``postgresql://…`` of a database without any table, of this test alone."""
    async with _database(postgres_url, "template0") as url:
        yield url


@asynccontextmanager
async def _database(server: str, template: str) -> AsyncIterator[str]:
    """A copy of ``template``; dropped at the end, open connections and all."""
    connection = await asyncpg.connect(server)
    name = f"rbm_test_{await connection.fetchval('SELECT pg_backend_pid()')}_{next(_numbers)}"
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield with_database(server, name)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()
