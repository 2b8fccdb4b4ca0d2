"""Budgets in the database: what is granted, by whom, and that two feeders cannot pass a cap together."""

from __future__ import annotations

import asyncio
from functools import partial

from rbm_bots.accounts.budgets import StoredBudget, worst_case
from rbm_bots.ledger.prices import KNOWN_ALWAYS, PriceBook
from rbm_bots.store import Store, budgets
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books
from tests.integration.accounts.told import answer, at, sent

MONTH = "2026-03"
BUDGET = StoredBudget()


async def capped(store: Store, cap_micros: int) -> None:
    worst = worst_case(PriceBook(PRICES).as_known(KNOWN_ALWAYS), at_ms=at(0), operators=["ORANGE"])
    await store.write(partial(budgets.set_cap, campaign="spring", cap=worst.cap(cap_micros)))


def reserve(store: Store, sends: int, campaign: str = "spring") -> asyncio.Future[int]:
    return asyncio.ensure_future(store.write(partial(BUDGET.reserve, campaign=campaign, month=MONTH, sends=sends)))


async def test_without_a_cap_all_is_granted(store: Store) -> None:
    assert await reserve(store, 1_000_000) == 1_000_000
    assert await store.read(partial(budgets.status, campaign="spring", month=MONTH)) is None


async def test_the_worst_case_is_reserved_until_the_cap(store: Store) -> None:
    await capped(store, 1_000_000)
    assert [await reserve(store, 6), await reserve(store, 6), await reserve(store, 6)] == [6, 4, 0]
    status = await store.read(partial(budgets.status, campaign="spring", month=MONTH))
    assert status == budgets.BudgetStatus(cap_micros=1_000_000, sends=10, reserved_micros=950_000, posted_micros=0)
    assert await reserve(store, 6, "other") == 6


async def test_each_month_has_the_whole_cap(store: Store) -> None:
    await capped(store, 95_000)
    assert await reserve(store, 2) == 1
    assert await store.write(partial(BUDGET.reserve, campaign="spring", month="2026-04", sends=2)) == 1


async def test_feeders_at_once_cannot_pass_the_cap_together(store: Store) -> None:
    await capped(store, 1_000_000)
    assert sum(await asyncio.gather(*(reserve(store, 3) for _ in range(8)))) == 10


async def test_what_never_left_is_given_back(store: Store) -> None:
    await capped(store, 1_000_000)
    assert await reserve(store, 20) == 10
    await store.write(partial(BUDGET.release, campaign="spring", month=MONTH, sends=4))
    assert await reserve(store, 20) == 4
    await store.write(partial(BUDGET.release, campaign="spring", month=MONTH, sends=99))
    status = await store.read(partial(budgets.status, campaign="spring", month=MONTH))
    assert status is not None
    assert (status.sends, status.reserved_micros) == (0, 0)
    await store.write(partial(BUDGET.release, campaign="uncapped", month=MONTH, sends=1))


async def test_a_higher_cap_takes_the_place_of_the_first(store: Store) -> None:
    await capped(store, 95_000)
    assert await reserve(store, 5) == 1
    await capped(store, 285_000)
    assert await reserve(store, 5) == 2


async def test_sends_that_turned_out_cheaper_make_room(books: Books) -> None:
    await capped(books.store, 190_000)
    assert await reserve(books.store, 3) == 2
    await books.take([*sent("a", 0), *sent("b", 0, user="v"), *answer(1, user="v")], as_of_ms=at(2), campaign="spring")
    assert await reserve(books.store, 1) == 0  # one is held and may still become a Conversation
    await books.take([], as_of_ms=at(25))
    assert await reserve(books.store, 1) == 0  # 0.06 + 0.095 are posted: 0.035 is left
    await capped(books.store, 250_000)
    assert await reserve(books.store, 2) == 1
    status = await books.store.read(partial(budgets.status, campaign="spring", month=MONTH))
    assert status is not None
    assert (status.sends, status.posted_micros) == (3, 155_000)
