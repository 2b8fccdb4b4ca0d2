"""The schema's versions: one migration history for both engines (``rbm db upgrade``)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from rbm_bots.errors import SchemaOutdated
from rbm_bots.store import open_store

__all__ = ["HEAD", "require_current", "upgrade", "upgrade_connection"]

HEAD = "0011"
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
    """Bring the database at ``url`` to the newest version. Raises what :func:`open_store` raises, like any writer."""
    store = await open_store(url)
    try:
        await store.write(upgrade_connection)
    finally:
        await store.close()


def require_current(connection: Connection) -> None:
    """Raise :class:`SchemaOutdated` unless the tables are those of this version."""
    found = None
    if inspect(connection).has_table("alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if found != HEAD:
        raise SchemaOutdated(f"the database is at version {found or 'none'}, this program wants {HEAD}")
