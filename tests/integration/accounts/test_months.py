"""Closing months, and what comes after they are closed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from rbm_bots.accounts import periods
from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.periods import Blocker, PeriodNotClosable
from rbm_bots.clock import parse_instant, to_ms
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.months import month_after, month_begins
from rbm_bots.store import Store, ledger_charges, ledger_periods, reconciliations
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books
from tests.integration.accounts.told import answer, at, said, sent
from tests.integration.accounts.told import event as fact

MARCH = "2026-03"


def instant(text: str) -> int:
    found = parse_instant(text)
    assert found is not None
    return to_ms(found)


APRIL_5 = instant("2026-04-05T00:00:00+02:00")  # 72 hours after the second day of April


async def acknowledge(store: Store, month: str = MARCH, operator: str = "ORANGE") -> None:
    await store.write(
        lambda c: reconciliations.acknowledge(
            c,
            reconciliations.Acknowledged(
                month=month, operator=operator, who="Ana", why="equal", at=APRIL_5, report_hash="x", differences=0
            ),
        )
    )


async def close(books: Books, *, now_ms: int = APRIL_5, month: str = MARCH) -> None:
    await books.store.write(lambda c: periods.close(c, month, who="Ana", billing=books.billing, now_ms=now_ms))


async def blocked(books: Books, *, now_ms: int = APRIL_5) -> list[Blocker]:
    return await books.store.read(lambda c: periods.blockers(c, MARCH, billing=books.billing, now_ms=now_ms))


def kinds(found: Sequence[Blocker]) -> list[str]:
    return [one.kind for one in found]


def test_a_month_begins_and_ends_in_paris() -> None:
    assert month_begins("2026-03") == instant("2026-03-01T00:00:00+01:00")
    assert month_begins("2026-04") == instant("2026-04-01T00:00:00+02:00")
    assert [month_after(month) for month in ("2026-01", "2026-12")] == ["2026-02", "2027-01"]
    assert periods.grace_begins("2026-03") == instant("2026-04-02T00:00:00+02:00")
    assert periods.grace_ends("2026-03", grace_hours=72) == APRIL_5


async def test_a_month_is_open_then_in_grace_then_closed(books: Books) -> None:
    async def state(text: str) -> str:
        return await books.store.read(lambda c: periods.state_of(c, MARCH, now_ms=instant(text)))

    assert await state("2026-02-28T23:59:59.999+01:00") == "future"
    assert await state("2026-03-01T00:00:00+01:00") == "open"
    assert await state("2026-04-01T23:59:59.999+02:00") == "open"
    assert await state("2026-04-02T00:00:00+02:00") == "grace"
    await books.take([], as_of_ms=APRIL_5)
    await close(books)
    assert await state("2026-04-05T00:00:00+02:00") == "closed"
    closed = await books.store.read(ledger_periods.closed)
    assert (closed[MARCH].closed_by, closed[MARCH].closed_at) == ("Ana", APRIL_5)


async def test_it_cannot_be_closed_before_grace_is_over_nor_twice(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=APRIL_5)
    await acknowledge(books.store)
    with pytest.raises(PeriodNotClosable, match="2026-03: late events may come until 2026-04-05 00:00 Paris"):
        await close(books, now_ms=APRIL_5 - 1)
    await close(books)
    with pytest.raises(PeriodNotClosable, match="closed already"):
        await close(books)


async def test_each_thing_in_the_way_is_named(books: Books) -> None:
    late = (APRIL_5 - at(0)) / 3_600_000
    await books.take([fact("mt_delivered", "a", 0, operator="SFR"), *sent("b", 1, user="v")], as_of_ms=at(30))
    await books.take_in(sent("c", 2, user="w"))
    found = await blocked(books)
    assert kinds(found) == ["behind", "unpriced", "reconciliation", "reconciliation"]
    assert [one.detail for one in found][:2] == [
        "2 events and 0 keys wait to be rated",
        "1 lines SFR MU have no price",
    ]
    with pytest.raises(PeriodNotClosable) as refused:
        await close(books)
    assert refused.value.blockers == found
    await books.take(sent("d", late - 1, user="x"), as_of_ms=APRIL_5)
    await acknowledge(books.store)
    assert [one.detail for one in await blocked(books)] == [
        "1 lines SFR MU have no price",
        "the reconciliation with SFR is not acknowledged",
    ]


async def test_a_hold_of_the_month_blocks_it(books: Books) -> None:
    """Grace can be set to nothing; the second day of the next month still finds no window open, but a due key."""
    books.billing = Billing(prices=PRICES, grace_hours=0)
    books.projector = books.started()
    day = periods.grace_begins(MARCH)
    hours = (day - at(0)) / 3_600_000 - 25
    await books.take(sent("a", hours), as_of_ms=at(hours))
    await acknowledge(books.store)
    assert kinds(await blocked(books, now_ms=day)) == ["behind", "held"]
    await books.take([], as_of_ms=day)
    assert await blocked(books, now_ms=day) == []


async def closed_march(books: Books, *facts: Fact) -> None:
    await books.take(facts, as_of_ms=APRIL_5)
    await acknowledge(books.store)
    await close(books)


async def test_a_late_answer_after_closing_is_an_adjustment_of_the_current_month(books: Books) -> None:
    await closed_march(books, *sent("a", 0))
    before = await books.charges()
    await books.take(answer(3), as_of_ms=APRIL_5 + 1)
    unique, conversation = await books.charges()
    assert (unique.state, unique.booked_in, unique.reversed_in) == ("reversed", MARCH, "2026-04")
    assert (conversation.month, conversation.booked_in, conversation.adjusts) == (MARCH, "2026-04", unique.charge_id)
    assert await balances(books, MARCH) == {"brand:receivable": 60_000, "operator:payable": -60_000}
    assert await balances(books, "2026-04") == {
        "brand:receivable": 35_000,
        "operator:payable": -35_000,
        "adjustments": 0,
    }
    entries = await books.store.read(lambda c: ledger_charges.entries(c, [unique.charge_id, conversation.charge_id]))
    assert {one.note for one in entries if one.booked_in == "2026-04"} == {"adjustment for 2026-03"}
    assert (
        msgspec.structs.replace(unique, state="posted", reversed_in=None, changed_at=before[0].changed_at) == before[0]
    )
    await books.check()


async def balances(books: Books, month: str) -> dict[str, int]:
    found = await books.store.read(lambda c: ledger_charges.balances(c, month=month))
    return {account: micros for account, micros in found.items() if not account.startswith("held")}


async def test_an_adjustment_may_be_adjusted_in_its_turn(books: Books) -> None:
    await closed_march(books, *sent("a", 0))
    await books.take(answer(3), as_of_ms=APRIL_5 + 1)
    await books.take([said("earlier", -1)], as_of_ms=APRIL_5 + 2)
    lines = {(one.product, one.booked_in, one.reversed_in, one.state) for one in await books.charges()}
    assert lines == {
        ("MU", MARCH, "2026-04", "reversed"),
        ("CONVERSATION", "2026-04", "2026-04", "reversed"),
        ("CONV_MO1ST", "2026-04", None, "posted"),
    }
    assert await balances(books, "2026-04") == {
        "brand:receivable": -60_000,
        "operator:payable": 60_000,
        "adjustments": 0,
    }
    await books.check()


async def test_a_message_heard_of_after_closing_is_an_adjustment_without_an_original(books: Books) -> None:
    await closed_march(books)
    await books.take(sent("a", 0), as_of_ms=APRIL_5 + 1)
    [line] = await books.charges()
    assert (line.month, line.booked_in, line.adjusts) == (MARCH, "2026-04", None)
    await books.check()


async def test_what_is_no_money_of_a_closed_line_stays_too(books: Books) -> None:
    await closed_march(books, *sent("a", 0), *answer(1))
    await books.take([said("more", 2)], as_of_ms=APRIL_5 + 1)
    [line] = await books.charges()
    assert (line.product, line.mo_count) == ("CONVERSATION", 1)
    await books.check()


async def test_in_an_open_month_the_counts_follow(books: Books) -> None:
    await books.take([*sent("a", 0), *answer(1)], as_of_ms=at(2))
    await books.take([said("more", 3)], as_of_ms=at(4))
    [line] = await books.charges("posted")
    assert (line.mt_count, line.mo_count) == (1, 2)


async def test_a_months_lines_are_counted_and_added_up(books: Books) -> None:
    await books.take([*sent("a", 0), *sent("b", 1, user="v")], as_of_ms=at(30), campaign="spring")
    await books.take(sent("c", 29, user="w"), as_of_ms=at(30))
    found = await books.store.read(lambda c: ledger_charges.amounts(c, month=MARCH))
    assert {(one.state, one.product, one.quantity, one.micros) for one in found} == {
        ("posted", "MU", 2, 120_000),
        ("held", "MU", 1, 60_000),
    }
    spring = await books.store.read(lambda c: list(ledger_charges.stream(c, month=MARCH, campaign="spring")))
    assert [one.anchor for one in spring] == ["a", "b"]
    assert await books.store.read(lambda c: ledger_charges.amounts(c, month=MARCH, bot="other")) == []
