"""Fixtures for rooms above the tables: an empty database of each engine whose tables are there already.

The migrations run once for each engine and session; each test gets a copy.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rbm_bots.store import Store, open_store
from rbm_bots.store.schema import upgrade


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "rbm.sqlite3"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture
async def sqlite_with_tables(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a copy."""
    path = tmp_path / "copied.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_with_tables(request: pytest.FixtureRequest) -> str:
    """An empty database of each engine."""
    name = "sqlite_with_tables" if request.param == "sqlite" else "postgres_database"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
async def fresh_store(database_with_tables: str) -> AsyncIterator[Store]:
    """A store over an empty database of each engine."""
    store = await open_store(database_with_tables)
    yield store
    await store.close()
