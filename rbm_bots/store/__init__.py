"""The store: tables, one module per aggregate, two engines. ``open_store`` picks the engine by the URL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from rbm_bots.errors import SettingsError
from rbm_bots.store.base import Appended, NewcomerAddress, NewEvent, Store, Topic, Wake

__all__ = ["Appended", "NewEvent", "NewcomerAddress", "Store", "Topic", "Wake", "open_store"]


async def open_store(url: str) -> Store:
    """Open ``sqlite:///path`` or ``postgresql://…``. Raises :class:`SettingsError` for any other URL."""
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as fault:
        raise SettingsError("the setting «database» is not a database URL") from fault
    if backend == "sqlite":
        from rbm_bots.store.sqlite import SqliteStore

        return SqliteStore(Path(make_url(url).database or ""))
    if backend == "postgresql":
        try:
            from rbm_bots.store.postgres import PostgresStore
        except ImportError as fault:
            raise SettingsError("PostgreSQL needs its driver", hint="pip install 'rbm_bots[postgres]'") from fault
        return await PostgresStore.open(url)
    raise SettingsError(f"no engine for {backend}", hint="use sqlite:///file or postgresql://…")
