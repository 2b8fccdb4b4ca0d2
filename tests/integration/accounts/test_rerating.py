"""Prices that turn out wrong, history rated again, and an audit that finds what somebody changed."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rbm_bots.accounts import periods
from rbm_bots.accounts.billing import Billing, load_billing
from rbm_bots.accounts.corrections import enter
from rbm_bots.accounts.rerate import KeyDifference, audit, order, preview
from rbm_bots.ledger.files import LedgerFileUnreadable
from rbm_bots.ledger.prices import Price
from rbm_bots.store import Store, ledger_charges, ledger_periods, ledger_prices
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books
from tests.integration.accounts.test_months import APRIL_5, closed_march
from tests.integration.accounts.told import START, answer, at, sent
from tests.integration.accounts.told import event as fact

CHEAPER = Price(operator="ORANGE", product="MU", from_ms=0, micros=57_000, source="credit note")


async def previewed(books: Books, price: Price, *, now_ms: int) -> list[KeyDifference]:
    return await books.store.scan(lambda c: list(preview(c, books.billing, price, now_ms=now_ms)))


async def entered(books: Books, price: Price, *, now_ms: int) -> object:
    return await books.store.write(lambda c: enter(c, books.billing, price, who="Ana", now_ms=now_ms))


async def audited(books: Books, *, from_ms: int | None = None) -> list[KeyDifference]:
    return await books.store.scan(lambda c: list(audit(c, books.billing, from_ms=from_ms)))


async def test_a_corrected_price_is_shown_first_then_reversed_and_posted_again(books: Books) -> None:
    await books.take(
        [*sent("a", 0), *sent("b", 29, user="v"), *sent("c", 0, user="w"), *answer(1, user="w")], as_of_ms=at(30)
    )
    found = await previewed(books, CHEAPER, now_ms=at(31))
    assert {(one.contact_id, one.micros, one.hold) for one in found} == {("u", -3_000, False), ("v", 0, True)}
    assert await audited(books) == []  # looking changed nothing
    run = await entered(books, CHEAPER, now_ms=at(31))
    await books.take([], as_of_ms=at(31))
    lines = {(one.contact_id, one.product, one.micros, one.state) for one in await books.charges()}
    assert lines == {
        ("u", "MU", 60_000, "reversed"),
        ("u", "MU", 57_000, "posted"),
        ("v", "MU", 60_000, "void"),
        ("v", "MU", 57_000, "held"),
        ("w", "CONVERSATION", 95_000, "posted"),
    }
    [kept] = await books.store.read(ledger_periods.runs)
    assert kept == run
    assert (kept.kind, kept.who, kept.why, kept.keys) == ("prices", "Ana", "prices changed: ORANGE MU", 2)
    [again] = [one for one in await books.charges("posted") if one.contact_id == "u"]
    assert again.run_id == kept.run_id
    await books.check()


async def test_a_price_that_was_missing_gives_the_lines_their_amounts(books: Books) -> None:
    await books.take([fact("mt_delivered", "a", 0, operator="SFR")], as_of_ms=at(30))
    await entered(books, Price(operator="SFR", product="MU", from_ms=0, micros=1), now_ms=at(31))
    await books.take([], as_of_ms=at(31))
    assert [(one.micros, one.state) for one in await books.charges()] == [(None, "reversed"), (1, "posted")]
    await books.check()


async def test_a_price_that_begins_later_changes_nothing_before(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(30))
    later = Price(operator="ORANGE", product="MU", from_ms=at(100), micros=1)
    assert await previewed(books, later, now_ms=at(31)) == []
    await entered(books, later, now_ms=at(31))
    await books.take(sent("b", 101), as_of_ms=at(130))
    assert [(one.micros, one.state) for one in await books.charges()] == [(60_000, "posted"), (1, "posted")]


async def test_a_correction_after_closing_is_an_adjustment(books: Books) -> None:
    await closed_march(books, *sent("a", 0))
    await entered(books, CHEAPER, now_ms=APRIL_5 + 1)
    await books.take([], as_of_ms=APRIL_5 + 1)
    first, again = sorted(await books.charges(), key=lambda one: one.times)
    assert (first.state, first.booked_in, first.reversed_in) == ("reversed", "2026-03", "2026-04")
    assert (again.micros, again.booked_in, again.adjusts) == (57_000, "2026-04", first.charge_id)
    assert (await books.store.read(ledger_charges.balances))["brand:receivable"] == 57_000
    blocked = await books.store.read(
        lambda c: periods.blockers(c, "2026-03", billing=books.billing, now_ms=APRIL_5 + 2)
    )
    assert [one.kind for one in blocked] == ["closed"]


async def test_two_rows_of_one_instant_that_differ_are_refused(books: Books) -> None:
    await entered(books, CHEAPER, now_ms=at(1))
    other = Price(operator="ORANGE", product="MU", from_ms=0, micros=58_000)
    with pytest.raises(LedgerFileUnreadable, match="contradict"):
        await entered(books, other, now_ms=at(1))
    assert [one.micros for one in await books.store.read(ledger_prices.rows)] == [57_000]


@pytest.mark.parametrize("statement", ["UPDATE price SET micros = 0", "DELETE FROM price"])
async def test_a_price_row_is_never_edited(books: Books, statement: str) -> None:
    await entered(books, CHEAPER, now_ms=at(1))
    with pytest.raises(DBAPIError, match="only added"):
        await books.store.write(lambda c: c.execute(text(statement)))


async def test_plain_texts_get_their_price_when_there_is_one(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(30))
    await books.store.write(lambda c: c.execute(text("UPDATE journal SET basic = TRUE")))
    await entered(books, Price(operator="ORANGE", product="MU_BASIC", from_ms=0, micros=10_000), now_ms=at(31))
    await books.take([], as_of_ms=at(31))
    assert [(one.product, one.micros) for one in await books.charges("posted")] == [("MU_BASIC", 10_000)]
    await books.check()


async def tamper(store: Store, statement: str) -> None:
    await store.write(lambda c: c.execute(text(statement)))


async def test_the_audit_finds_what_is_not_as_the_journal_says(books: Books) -> None:
    await books.take([*sent("a", 0), *sent("b", 0, user="v"), *sent("c", 20, user="w")], as_of_ms=at(30))
    assert await audited(books) == []
    await tamper(books.store, "UPDATE charge SET micros = 1 WHERE contact_id = 'u'")
    await tamper(books.store, "DELETE FROM charge WHERE contact_id = 'w'")
    await tamper(books.store, "UPDATE charge SET contact_id = 'nobody', state = 'posted' WHERE contact_id = 'v'")
    found = {one.contact_id: one for one in await audited(books)}
    assert {who: (one.micros, one.hold) for who, one in found.items()} == {
        "u": (59_999, False),
        "v": (60_000, False),
        "nobody": (-60_000, False),
        "w": (0, True),
    }
    assert {one.contact_id for one in await audited(books, from_ms=at(1))} == {"w"}


async def test_history_is_rated_again_by_order_and_the_run_is_kept(books: Books) -> None:
    await books.take([*sent("a", 0), *sent("b", 50, user="v")], as_of_ms=at(90))
    await tamper(books.store, "UPDATE charge SET micros = 1")
    run = await books.store.write(
        lambda c: order(c, run_id="r1", who="Ana", why="check", now_ms=at(91), from_ms=at(40))
    )
    assert (run.keys, run.from_at) == (1, at(40))
    await books.take([], as_of_ms=at(91))
    assert {(one.contact_id, one.micros, one.state, one.run_id) for one in await books.charges()} == {
        ("u", 1, "posted", None),
        ("v", 1, "reversed", "r1"),
        ("v", 60_000, "posted", "r1"),
    }
    everything = await books.store.write(lambda c: order(c, run_id="r2", who="Ana", why="all", now_ms=at(92)))
    assert everything.keys == 2
    await books.take([], as_of_ms=at(92))
    assert await audited(books) == []


async def test_published_prices_hold_where_nothing_else_is_said(store: Store) -> None:
    books = Books(store, load_billing({}), at_ms=START)
    await books.take([*sent("a", 0), *answer(1), *sent("b", 0, user="v")], as_of_ms=at(30))
    assert {(one.product, one.micros) for one in await books.charges()} == {("CONVERSATION", 95_000), ("MU", None)}
    assert Billing(prices=PRICES).digest == load_billing({}).digest
