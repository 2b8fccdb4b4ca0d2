"""The migrations make the tables that the models describe, on both engines, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from rbm_bots.store import open_store, schema
from rbm_bots.store.schema import upgrade


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, sqlite_path: Path) -> str:
    """An empty database of each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{sqlite_path}"
    return request.getfixturevalue("empty_postgres_database")


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
    return list(compare_metadata(context, SQLModel.metadata))


def downgrade(connection: Connection) -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.downgrade(config, "base")
    return inspect(connection).get_table_names()


async def test_the_tables_are_those_of_the_models(database: str) -> None:
    await upgrade(database)
    store = await open_store(database)
    assert await store.read(differences) == []
    await store.close()


async def test_every_step_can_be_taken_back_and_made_again(database: str) -> None:
    await upgrade(database)
    store = await open_store(database)
    assert await store.write(downgrade) == ["alembic_version"]
    await store.close()
    await upgrade(database)
