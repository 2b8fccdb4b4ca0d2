"""Marks the answers and keeps the entries, in a small SQLite file of the brand's own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from rbm_bots import Actions, Context

actions = Actions()

_RIGHT = {"origin": "ethiopia", "bean": "fruit", "water": "c92"}
_TABLE = "CREATE TABLE IF NOT EXISTS entry (contact TEXT PRIMARY KEY, email TEXT, optin INTEGER, at TEXT)"


class Entries:
    """Who takes part. A person stands here once, by their random contact id: no second try, however it is attempted."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False)
        with self._db:
            self._db.execute(_TABLE)

    def add(self, row: tuple[object, ...]) -> None:
        """Keep one entry; a person's second one changes nothing."""
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO entry VALUES (?,?,?,?)", row)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


@actions.resource("entries")
async def entries(settings: Mapping[str, str]) -> AsyncIterator[Entries]:
    """Open the file when the bot starts, close it when it stops. CONTEST_ENTRIES names another file."""
    kept = Entries(Path(settings.get("CONTEST_ENTRIES", ".rbm/contest.sqlite3")))
    try:
        yield kept
    finally:
        kept.close()


@actions.action("contest.mark")
async def mark(_ctx: Context, origin: str, bean: str, water: str) -> dict[str, int]:
    """How many answers are right."""
    given = {"origin": origin, "bean": bean, "water": water}
    return {"right": sum(given[name] == right for name, right in _RIGHT.items()), "of": len(_RIGHT)}


@actions.action("contest.enter", timeout=5)
async def enter(ctx: Context, email: str, optin: bool | None) -> None:
    """Note the entry, with the consent as it was given: nothing is a no."""
    row = (ctx.contact, email, bool(optin), ctx.now.isoformat())
    await asyncio.to_thread(ctx.resources["entries"].add, row)
