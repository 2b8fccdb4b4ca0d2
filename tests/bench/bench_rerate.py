"""The ledger over a database: all of history rated again and compared with what is booked, and events as they come.

Each size has a database and a process of its own, so that its peak of memory is its own. Ten million events take some
minutes to lay out: they are measured when ``RBM_BENCH_FULL`` is set.
"""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from multiprocessing import get_context
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Connection, insert

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.facts import facts_of_rows
from rbm_bots.accounts.keys import KeyResult
from rbm_bots.accounts.postings import Postings
from rbm_bots.accounts.projector import Projector
from rbm_bots.accounts.rerate import audit
from rbm_bots.clock import FixedClock, from_ms
from rbm_bots.ledger.prices import Price, PriceBook
from rbm_bots.ledger.rating import Rating, rate_in_key_order
from rbm_bots.store import Store, ledger_charges, ledger_journal, ledger_keys, open_store
from rbm_bots.store.base import table
from rbm_bots.store.ledger_keys import Cursor
from rbm_bots.store.tables import JournalRow
from tests.bench.machinery import new_database, sqlite_folder
from tests.bench.report import Figure, run

_SIZES: Final = (100_000, 1_000_000, 10_000_000)
_FULL: Final = 10_000_000
_ONLINE: Final = 20_000
_TARGET_S: Final = 60.0
_LOAD: Final = 20_000
_START_MS: Final = 1_772_442_000_000
_HOUR_MS: Final = 3_600_000
_AS_OF_MS: Final = _START_MS + 100 * _HOUR_MS
_PRICES: Final = tuple(
    Price(operator="ORANGE", product=name, from_ms=0, micros=micros)
    for name, micros in (("MU", 60_000), ("CONVERSATION", 95_000), ("CONV_MO1ST", 0))
)
_BILLING: Final = Billing(prices=_PRICES)
_SENT: Final = (("accepted", 0), ("delivered", 2000), ("displayed", 60_000))


def measure() -> list[Figure]:
    """Seconds and peak memory as the history grows, and events per second as they come."""
    sizes = [size for size in _SIZES if size < _FULL or os.environ.get("RBM_BENCH_FULL")]
    figures = []
    with sqlite_folder() as folder:
        for size in sizes:
            url = _alone(_laid_out, str(folder), size)
            took_s, peak_mb = _alone(_rerated, url, size)
            name = f"rated again and compared, {size:,} events"
            most = _TARGET_S if size == _FULL else None
            figures.append(Figure(bench="rerate", name=name, value=took_s, unit="s", most=most))
            figures.append(Figure(bench="rerate", name=f"peak memory, {size:,} events", value=peak_mb, unit="MB"))
        rate = _alone(_projected, new_database("sqlite", str(folder)), _ONLINE)
    figures.append(Figure(bench="rerate", name="booked as they come", value=rate, unit="events/s"))
    return figures


def _alone(work: Callable[[str, int], Any], where: str, size: int) -> Any:
    """Run in a process of its own, begun from nothing."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, where, size).result()


def _laid_out(folder: str, size: int) -> str:
    """The URL of a database with a history that is booked."""

    async def work() -> None:
        async with _opened(url) as store:
            await _lay_out(store, size)
            await store.write(_book)

    url = new_database("sqlite", folder)
    asyncio.run(work())
    return url


def _rerated(url: str, size: int) -> tuple[float, float]:
    async def work() -> float:
        async with _opened(url) as store:
            began = perf_counter()
            differences = await store.scan(lambda connection: sum(1 for _ in audit(connection, _BILLING)))
            assert differences == 0, size
            return perf_counter() - began

    return asyncio.run(work()), _peak_mb()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _projected(url: str, size: int) -> float:
    async def work() -> float:
        async with _opened(url) as store:
            await _lay_out(store, size)
            clock = FixedClock(from_ms(_AS_OF_MS))
            began = perf_counter()
            await Projector(store=store, billing=_BILLING, clock=clock, owner="bench").catch_up()
            return size / (perf_counter() - began)

    return asyncio.run(work())


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Store]:
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.close()


async def _lay_out(store: Store, size: int) -> None:
    """Journal rows without bodies, in the order of time, so that a person's rows lie far apart."""
    load: list[dict[str, Any]] = []
    for row in _rows(size // 10):
        load.append(row)
        if len(load) == _LOAD:
            await store.write(partial(_insert, rows=load))
            load = []
    await store.write(partial(_insert, rows=load))


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table(JournalRow)), rows)


def _rows(people: int) -> Iterator[dict[str, Any]]:
    """Ten events a person: a campaign's message, half of the people answer, and a second message next day."""
    for turn, hours in enumerate((0, 2, 30)):
        for status, after in _SENT:
            for number in range(people):
                at_ms = _START_MS + hours * _HOUR_MS + after + number % 1000
                yield _row(number, f"m{number}-{turn}", at_ms, status=status)
        if turn == 0:
            for number in range(people):
                detail = "text" if number % 2 else "action_tap"
                yield _row(number, f"o{number}", _START_MS + _HOUR_MS + number % 1000, detail=detail)


def _row(number: int, msg: str, at_ms: int, *, status: str | None = None, detail: str | None = None) -> dict[str, Any]:
    sent = status == "accepted"
    return {
        "source": "outbox:APP1" if sent else "maap:APP1:b",
        "at": at_ms,
        "source_id": f"{msg}|{status}",
        "kind": "sent" if sent else "message" if status is None else "messageStatus",
        "bot": "b",
        "contact_id": f"{number * 2654435761 % (1 << 40):020x}",  # people come in no order
        "message_id": msg,
        "status": status,
        "detail": detail,
        "received_at": at_ms,
    }


def _book(connection: Connection) -> None:
    """Everything as the projector would have booked it, without its keys."""
    rating = Rating(as_of_ms=_AS_OF_MS, prices=PriceBook(_PRICES), switches=_BILLING.switches)
    facts = facts_of_rows(ledger_journal.stream(connection, upto=1 << 60), sms_unit="part")
    postings = Postings(now_ms=_AS_OF_MS)
    for charges, hold in rate_in_key_order(facts, rating):
        postings.settle([], KeyResult(charges=charges, hold=hold, due_ms=None))
        if len(postings.added) >= _LOAD:
            ledger_charges.add(connection, postings.added)
            postings = Postings(now_ms=_AS_OF_MS)
    ledger_charges.add(connection, postings.added)
    ledger_keys.advance(connection, Cursor(seq=1 << 60, as_of=_AS_OF_MS))


if __name__ == "__main__":
    run(measure)
