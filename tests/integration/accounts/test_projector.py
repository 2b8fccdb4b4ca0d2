"""What is booked as events come in and time passes; and that nothing else is, whatever breaks in between."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.projector import Projector
from rbm_bots.clock import from_ms
from rbm_bots.ledger.switches import Dated, SwitchBook, Switches
from rbm_bots.store import Store, ledger_charges, ledger_keys, ledger_periods
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books
from tests.integration.accounts.told import START, answer, at, said, sent, sms
from tests.integration.accounts.told import event as fact


async def lines(books: Books, *states: str) -> list[tuple[str, int | None, str]]:
    return [(one.product, one.micros, one.state) for one in await books.charges(*states)]


async def test_a_message_is_held_and_after_24_hours_posted_on_the_same_row(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(1))
    [held] = await books.charges()
    assert (held.product, held.state, held.micros, held.booked_in) == ("MU", "held", 60_000, "2026-03")
    await books.take([], as_of_ms=at(24))
    assert await lines(books) == [("MU", 60_000, "held")]  # exactly 24 h: an answer would still count
    await books.take([], as_of_ms=at(24) + 1)
    [posted] = await books.charges()
    assert (posted.charge_id, posted.state) == (held.charge_id, "posted")
    entries = await books.store.read(lambda c: ledger_charges.entries(c, [posted.charge_id]))
    booked = {(one.step, one.account): one.micros for one in entries}
    assert booked == {
        ("hold", "held:brand"): 60_000,
        ("hold", "held:operator"): -60_000,
        ("release", "held:brand"): -60_000,
        ("release", "held:operator"): 60_000,
        ("post", "brand:receivable"): 60_000,
        ("post", "operator:payable"): -60_000,
    }
    assert {one.reverses for one in entries if one.step == "release"} == {
        one.entry_id for one in entries if one.step == "hold"
    }
    await books.check()


async def test_an_absorbed_message_is_voided_and_its_conversation_posted(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(1))
    await books.take([said("b", 2, kind="stop")], as_of_ms=at(2))
    assert await lines(books) == [("MU", 60_000, "void"), ("CONVERSATION", 95_000, "posted")]
    [conversation] = await books.charges("posted")
    assert (conversation.anchor, conversation.opened_by, conversation.until) == ("a", "stop", at(26))
    await books.check()


async def test_a_late_answer_reverses_and_a_later_one_still_posts_the_same_message_anew(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(30))
    await books.take(answer(3), as_of_ms=at(40))
    assert await lines(books) == [("MU", 60_000, "reversed"), ("CONVERSATION", 95_000, "posted")]
    await books.take([said("earlier", -1)], as_of_ms=at(50))  # now the bot answered the person: a free session
    states = await lines(books)
    assert ("CONV_MO1ST", 0, "posted") in states
    assert ("CONVERSATION", 95_000, "reversed") in states
    assert await books.store.read(ledger_charges.balances) == {
        "brand:receivable": 0,
        "operator:payable": 0,
    }
    await books.check()


async def test_what_was_reversed_and_comes_back_is_another_row(books: Books) -> None:
    window = Switches(stop_opens=Dated(False))
    await books.take([*sent("a", 0), said("b", 1, kind="stop")], as_of_ms=at(30))
    first = await books.charges("posted")
    books.billing = Billing(prices=PRICES, switches=SwitchBook(common=window))
    books.projector = books.started()
    await books.take([], as_of_ms=at(31))
    assert await lines(books, "posted") == [("MU", 60_000, "posted")]
    books.billing = Billing(prices=PRICES)
    books.projector = books.started()
    await books.take([], as_of_ms=at(32))
    [again] = await books.charges("posted")
    assert (again.anchor, again.product, again.times) == ("a", "CONVERSATION", 1)
    assert again.charge_id != first[0].charge_id
    runs = await books.store.read(ledger_periods.runs)
    assert [(one.kind, one.keys) for one in runs] == [("switches", 1), ("switches", 1)]
    assert again.run_id == runs[1].run_id
    await books.check()


async def test_an_event_ahead_of_our_clock_counts_when_its_time_has_come(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=START - 500)
    assert await lines(books) == []
    await books.take([], as_of_ms=START)
    assert await lines(books) == [("MU", 60_000, "held")]


async def test_a_clock_that_is_set_back_undoes_nothing(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(30))
    await books.take(sent("b", 31), as_of_ms=at(20))
    assert await lines(books) == [("MU", 60_000, "posted")]
    await books.take([], as_of_ms=at(32))
    assert await lines(books) == [("MU", 60_000, "posted"), ("MU", 60_000, "held")]


async def test_an_unknown_price_is_a_line_without_an_amount_and_without_entries(books: Books) -> None:
    await books.take([fact("mt_delivered", "a", 0, operator="SFR")], as_of_ms=at(30))
    [line] = await books.charges()
    assert (line.operator, line.micros, line.state) == ("SFR", None, "posted")
    assert await books.store.read(lambda c: ledger_charges.entries(c, [line.charge_id])) == []


async def test_a_line_carries_where_its_message_came_from(books: Books) -> None:
    origin = {"campaign": "spring", "sender": "36123", "partner": "agency", "brand": "garage"}
    await books.take([fact("mt_accepted", "a", 0)], as_of_ms=at(0), **origin)
    await books.take([fact("mt_delivered", "a", 0)], as_of_ms=at(1))
    [line] = await books.charges()
    assert {name: getattr(line, name) for name in origin} == origin


async def test_both_legs_of_one_message_are_flagged_when_both_cost(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(1), logical_id="one")
    await books.take(sms("a-sms", 1), as_of_ms=at(2), logical_id="one")
    await books.take(sms("b-sms", 1), as_of_ms=at(2), logical_id="two")
    flagged = {one.anchor: one.double_cost for one in await books.charges()}
    assert flagged == {"a": True, "a-sms": True, "b-sms": False}
    await books.check()


@pytest.mark.parametrize(("unit", "anchors"), [("part", ["p1", "p2"]), ("message", ["whole"])])
async def test_a_long_sms_counts_by_its_parts_or_once(store: Store, unit: str, anchors: list[str]) -> None:
    books = Books(store, Billing(prices=PRICES, sms_unit=unit), at_ms=START)  # type: ignore[arg-type]  # both words
    await books.take([*sms("p1", 0), *sms("p2", 1)], as_of_ms=at(2), logical_id="whole")
    assert [one.anchor for one in await books.charges()] == anchors
    await books.check()


async def test_two_processes_project_in_turns_and_book_once(store: Store) -> None:
    one, other = (Books(store, Billing(prices=PRICES), at_ms=START) for _ in range(2))
    other.projector._owner = "other"
    await one.take(sent("a", 0), as_of_ms=at(1))
    other.clock.move_to(from_ms(at(1)))
    await other.store.append([])
    await other.take(sent("b", 0, user="v"), as_of_ms=at(1))
    mine = await lines(one)
    assert mine == ([("MU", 60_000, "held")] * 2 if store.exclusive else [("MU", 60_000, "held")])
    await other.take([], as_of_ms=at(1) + 10_001)  # the lease of the first is over
    assert await lines(one) == [("MU", 60_000, "held")] * 2


async def test_an_idle_ledger_writes_nothing(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(30))
    assert await books.projector.catch_up() == 0


def engine_of(store: Store) -> Engine:
    engine = store._engine  # type: ignore[attr-defined]  # where a fault can be put in
    return engine if isinstance(engine, Engine) else engine.sync_engine


class Broken(Exception):
    pass


async def test_a_fault_at_any_statement_leaves_the_ledger_as_before(books: Books) -> None:
    """Each statement of a pass in turn fails; what is committed is right all the same, and the next start goes on."""
    count = left = 0

    def count_down(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Broken

    engine = engine_of(books.store)
    event.listen(engine, "before_cursor_execute", count_down)
    for number in range(100):
        user = f"u{number}"
        facts = [
            *sent(f"a{number}", number, user=user),
            *answer(number + 1, user=user),
            *sent(f"b{number}", number + 30),
        ]
        books.clock.move_to(from_ms(at(number + 20)))
        await books.take([], as_of_ms=at(number + 20))
        before = await books.charges()
        await books.take_in(facts)
        left = number + 1
        try:
            await books.projector.catch_up()
        except (Broken, DBAPIError):
            count += 1
        else:
            left = 0
            break
        left = 0
        cursor = await books.store.read(ledger_keys.cursor)
        if cursor.seq < await books.highest():
            assert await books.charges() == before
        await books.check()
        books.projector = books.started()
    assert count > 12
    await books.projector.catch_up()
    await books.check()
    assert len(await books.charges("posted", "held")) > count


async def test_rows_of_entries_and_prices_are_only_added(books: Books) -> None:
    await books.take(sent("a", 0), as_of_ms=at(1))
    for statement in ("UPDATE entry SET micros = 0", "DELETE FROM entry"):
        with pytest.raises(DBAPIError, match="only added"):
            await books.store.write(lambda c, asked=statement: c.execute(text(asked)))


async def test_the_loop_outlives_a_fault_and_stops_when_told(books: Books) -> None:
    books.clock.move_to(from_ms(at(1)))
    await books.take_in(sent("a", 0))
    projector = Projector(store=books.store, billing=books.billing, clock=books.clock, owner="test", idle_s=0.001)
    tried: list[str] = []

    async def once() -> bool:
        tried.append("")
        if len(tried) == 1:
            raise Broken
        await projector.stop()
        return await Projector.project_once(projector)

    projector.project_once = once  # type: ignore[method-assign]  # the first time the database is away
    await projector.run()
    assert len(tried) == 2
    await books.started().catch_up()
    assert await lines(books) == [("MU", 60_000, "held")]
