"""The report of a campaign as a file: CSV, or Parquet with DuckDB (extra ``parquet``). Written page by page."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO, Final

from rbm_bots.clock import from_ms, rfc3339
from rbm_bots.delivery.campaigns.desk import CampaignDesk, Line
from rbm_bots.errors import UsageError

__all__ = ["write_csv", "write_parquet"]

_COLUMNS: Final = ("contact", "reference", "variant", "outcome", "channel", "reason", "at", "line")
_PAGE: Final = 1000
_READ: Final = "SELECT * FROM read_csv(?, header = true, all_varchar = true)"


async def write_csv(desk: CampaignDesk, name: str, columns: Sequence[str], file: IO[str]) -> int:
    """Write every recipient; how many."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*_COLUMNS, *columns])
    count = 0
    async for page in _pages(desk, name, columns):
        writer.writerows(_row(line) for line in page)
        count += len(page)
    return count


async def write_parquet(desk: CampaignDesk, name: str, columns: Sequence[str], path: Path) -> int:
    """Write every recipient as texts; how many. Raises ``UsageError`` without DuckDB."""
    try:
        import duckdb
    except ImportError:
        raise UsageError("Parquet needs DuckDB", hint="pip install 'rbm_bots[parquet]'") from None
    draft = path.with_name(f"{path.name}.csv")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            count = await write_csv(desk, name, columns, file)
        with duckdb.connect() as connection:
            connection.sql(_READ, params=[str(draft)]).write_parquet(str(path))
    finally:
        draft.unlink(missing_ok=True)
    return count


async def _pages(desk: CampaignDesk, name: str, columns: Sequence[str]) -> AsyncIterator[list[Line]]:
    after = ""
    while page := await desk.report(name, after=after, columns=columns, most=_PAGE):
        yield page
        after = page[-1].contact


def _row(line: Line) -> tuple[object, ...]:
    at = rfc3339(from_ms(line.at)) if line.at is not None else ""
    own = (line.contact, line.reference, line.variant, line.outcome, line.channel, line.reason, at, line.line)
    return (*own, *line.columns)
