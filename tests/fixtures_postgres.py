"""Fixtures for PostgreSQL: one server for the session, one empty database for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from itertools import count

import asyncpg
import pytest

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


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[str]:
    """``postgresql://…`` of an empty database of this test alone; dropped at its end, open connections and all."""
    connection = await asyncpg.connect(postgres_url)
    name = f"rbm_test_{await connection.fetchval('SELECT pg_backend_pid()')}_{next(_numbers)}"
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield with_database(postgres_url, name)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()
