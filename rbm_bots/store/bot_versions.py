"""Versions of bots' files: what a talk goes on with when the bot has changed meanwhile.

The files are sealed by the caller. A version's files never change: the version is their hash.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import BotVersionRow

__all__ = ["keep", "read_files"]

_version = table(BotVersionRow)


def keep(connection: Connection, *, bot: str, version: str, files: bytes, now_ms: int) -> bool:
    """Note that ``version`` is in use, and keep its files when it is new; true when it is."""
    row = {"bot": bot, "version": version, "files": files, "first_seen": now_ms, "last_used": now_ms}
    if connection.execute(insert_new(connection, _version), row).rowcount == 1:
        return True
    touch = update(_version).where(_version.c.bot == bot, _version.c.version == version)
    connection.execute(touch.values(last_used=now_ms))
    return False


def read_files(connection: Connection, *, bot: str, version: str) -> bytes | None:
    """The sealed files of a version; ``None`` for one that was never kept."""
    wanted = select(_version.c.files).where(_version.c.bot == bot, _version.c.version == version)
    found: bytes | None = connection.execute(wanted).scalar_one_or_none()
    return found
