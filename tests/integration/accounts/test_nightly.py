"""Each night the books are compared with the journal, by one process."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.nightly import NightlyAudit
from rbm_bots.clock import FixedClock
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books
from tests.integration.accounts.told import at, sent


def nightly(books: Books, found: list[int], *, owner: str = "one") -> NightlyAudit:
    return NightlyAudit(
        store=books.store, billing=Billing(prices=PRICES), clock=books.clock, owner=owner, found=found.append
    )  # fmt: skip


async def test_it_finds_nothing_or_says_how_much(books: Books) -> None:
    await books.take([*sent("a", 0), *sent("b", 0, user="v")], as_of_ms=at(30))
    found: list[int] = []
    assert await nightly(books, found).audit_once() == 0
    await books.store.write(lambda c: c.execute(text("UPDATE charge SET micros = 1 WHERE contact_id = 'v'")))
    assert await nightly(books, found).audit_once() == 1
    assert found == [0, 1]


async def test_one_process_of_several_does_it(books: Books) -> None:
    found: list[int] = []
    assert await nightly(books, found).audit_once() == 0
    assert await nightly(books, found, owner="other").audit_once() is None
    books.clock.advance(24 * 3600)
    assert await nightly(books, found, owner="other").audit_once() == 0


async def test_a_key_that_waits_for_the_projector_is_no_difference(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(1))
    await books.store.write(lambda c: c.execute(text("UPDATE ledger_key SET due_at = 0")))
    await books.store.write(lambda c: c.execute(text("UPDATE charge SET micros = 1")))
    assert await nightly(books, []).audit_once() == 0


async def test_it_waits_for_the_night_outlives_a_fault_and_stops(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FixedClock(datetime(2026, 3, 2, 1, 59, 59, 999_000, tzinfo=UTC))  # a millisecond before 03:00 in Paris
    one = NightlyAudit(store=books.store, billing=Billing(prices=PRICES), clock=clock, owner="one", found=print)
    audits: list[datetime] = []

    async def audit_once() -> int:
        audits.append(clock.now())
        if len(audits) == 1:
            raise RuntimeError("the database is away")
        await one.stop()
        return 0

    monkeypatch.setattr(one, "audit_once", audit_once)
    await asyncio.wait_for(one.run(), timeout=10)
    assert len(audits) == 2
