"""Stores the answers of the survey and sums them up, in a small SQLite file of the hotel's own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from pathlib import Path

from rbm_bots import Actions, Context

actions = Actions()

_TABLE = (
    "CREATE TABLE IF NOT EXISTS answer (call TEXT PRIMARY KEY, day TEXT, stay TEXT, score INTEGER, why TEXT,"
    " words TEXT, recall INTEGER)"
)
_PROMOTER = 9


class Answers:
    """Every answer is a row. No number and no name is kept: ``call`` only keeps a repeated step from counting twice."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False)
        with self._db:
            self._db.execute(_TABLE)

    def add(self, row: tuple[object, ...]) -> None:
        """Keep one answer."""
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO answer VALUES (?,?,?,?,?,?,?)", row)

    def summary(self) -> dict[str, object]:
        """How many answered, the mean score, and the share of promoters (9 and 10) in percent."""
        query = "SELECT count(*), coalesce(avg(score), 0), coalesce(avg(score >= ?), 0) FROM answer"
        count, mean, promoters = self._db.execute(query, (_PROMOTER,)).fetchone()
        return {"answers": count, "mean": round(Decimal(mean), 1), "promoters": round(100 * promoters)}

    def close(self) -> None:
        """Close the file."""
        self._db.close()


@actions.resource("answers")
async def answers(settings: Mapping[str, str]) -> AsyncIterator[Answers]:
    """Open the file when the bot starts, close it when it stops. SURVEY_ANSWERS names another file."""
    kept = Answers(Path(settings.get("SURVEY_ANSWERS", ".rbm/survey.sqlite3")))
    try:
        yield kept
    finally:
        kept.close()


@actions.action("survey.save", timeout=5)
async def save(
    ctx: Context, stay: str | None, score: int, why: str | None, words: str | None, recall: bool | None
) -> None:
    """Store one answer."""
    row = (ctx.key, ctx.now.date().isoformat(), stay, score, why, words, recall)
    await asyncio.to_thread(ctx.resources["answers"].add, row)


@actions.action("survey.results", timeout=5)
async def results(ctx: Context) -> dict[str, object]:
    """What all answers say together."""
    return await asyncio.to_thread(ctx.resources["answers"].summary)
