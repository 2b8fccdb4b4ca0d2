"""The schema's versions: one migration history for both engines (``rbm db upgrade``)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url

from rbm_bots.errors import SchemaOutdated

__all__ = ["HEAD", "require_current", "upgrade", "upgrade_connection"]

HEAD = "0001"
_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade_connection(connection: Connection) -> None:
    """Bring this database to the newest version; nothing happens when it is there."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def upgrade(url: str) -> None:
    """Bring the database at ``url`` to the newest version."""
    if url.startswith("sqlite"):
        from rbm_bots.store.sqlite import sqlite_engine

        path = Path(make_url(url).database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = sqlite_engine(path)
        with engine.begin() as connection:
            upgrade_connection(connection)
        engine.dispose()
        return
    from sqlalchemy.ext.asyncio import create_async_engine

    server = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
    async with server.begin() as asynchronous:
        await asynchronous.run_sync(upgrade_connection)
    await server.dispose()


def require_current(connection: Connection) -> None:
    """Raise :class:`SchemaOutdated` unless the tables are those of this version."""
    found = None
    if inspect(connection).has_table("alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if found != HEAD:
        raise SchemaOutdated(f"the database is at version {found or 'none'}, this program wants {HEAD}")
