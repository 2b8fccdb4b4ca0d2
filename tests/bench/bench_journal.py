"""The journal alone: rows appended and committed, in loads of 1, 64 and 500, without a web server before it."""

from __future__ import annotations

import asyncio
from itertools import islice
from statistics import median
from time import perf_counter
from typing import Final

import uvloop

from rbm_bots.channels.maap.inbound import parse
from rbm_bots.server.deployment import DeployedBot
from rbm_bots.server.ingest import journal_row
from rbm_bots.store import NewEvent, open_store
from tests.bench.events import bodies
from tests.bench.machinery import new_database, postgres, sqlite_folder
from tests.bench.report import Figure, run
from tests.bench.served import SEAL, deployed_garage

_ROWS: Final = {1: 1_000, 64: 12_800, 500: 25_000}
_ROUNDS: Final = 3


def measure() -> list[Figure]:
    """Rows per second of every engine and size."""
    with sqlite_folder() as folder, postgres() as server:
        where = {"sqlite": str(folder), "postgresql": server}
        databases = {engine: new_database(engine, at) for engine, at in where.items()}
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return [figure for engine, url in databases.items() for figure in runner.run(_engine(engine, url))]


async def _engine(engine: str, url: str) -> list[Figure]:
    store = await open_store(url)
    garage, first, figures = deployed_garage(), 0, []
    for size, rows in _ROWS.items():
        rates = []
        for _ in range(_ROUNDS):
            loads = _loads(garage, first, rows, size)
            first += rows
            began = perf_counter()
            for load in loads:
                await store.append(load)
            rates.append(rows / (perf_counter() - began))
        name = f"{engine}, {size} in a commit"
        figures.append(Figure(bench="journal", name=name, value=median(rates), unit="rows/s"))
    await store.close()
    return figures


def _loads(garage: DeployedBot, first: int, rows: int, size: int) -> list[list[NewEvent]]:
    made = [
        journal_row(garage, SEAL, parse(body), body, now_ms=0, known=lambda identity: identity[1][-20:])
        for body in islice(bodies(first), rows)
    ]
    return [made[at : at + size] for at in range(0, rows, size)]


if __name__ == "__main__":
    run(measure)
