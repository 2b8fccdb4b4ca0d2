"""The desk over a real ledger, on both engines: statements, close, reconciliation, explanation, prices."""

from __future__ import annotations

import msgspec
import pytest

from rbm_bots.accounts.asked import (
    Acknowledge,
    ChargesAsked,
    Close,
    EnterPrice,
    Explain,
    MonthAsked,
    NothingToExplain,
    PricesAsked,
    Reconcile,
    ReportFiles,
    Rerate,
)
from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.desk import LedgerDesk
from rbm_bots.accounts.invoices_contract import read_contract
from rbm_bots.accounts.periods import PeriodNotClosable, grace_ends
from rbm_bots.accounts.statements import Held, Scope
from rbm_bots.clock import from_ms
from rbm_bots.errors import UsageError
from rbm_bots.ledger.price_files import known_prices
from rbm_bots.ledger.prices import Price
from rbm_bots.store import Store, charge_pages, reconciliations
from rbm_bots.store.charge_pages import Remarkable, Wanted
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books
from tests.integration.accounts.told import START, answer, at, said, sent, sms

MARCH = MonthAsked(month="2026-03")
AFTER_GRACE = grace_ends("2026-03", grace_hours=72)
HEADER = "billing_event_id,type,agent_id,start_time,mt_messages,mo_messages\n"


def desk_of(books: Books) -> LedgerDesk:
    return LedgerDesk(store=books.store, billing=books.billing, clock=books.clock, bots={"bot.demo": "bot"})


@pytest.fixture
async def played(books: Books) -> Books:
    """In March: a Conversation, a Message Unique, two SMS and a message that is still held."""
    await books.take(
        [*sent("a", 0), *answer(2), *sent("b", 1, user="v"), *sms("s1", 3), *sms("s2", 4, user="v")],
        as_of_ms=at(40),
        campaign="spring",
    )
    await books.take(sent("c", 47, user="w"), as_of_ms=at(48))
    return books


async def test_a_statement_has_a_line_for_each_product_and_holds_below(played: Books) -> None:
    shown = await desk_of(played).month(MARCH)
    lines = [(one.operator, one.product, one.bot, one.quantity, one.amount) for one in shown.lines]
    assert lines == [
        ("OPS", "SMS_MT", "", 2, 60_000),
        ("ORANGE", "CONVERSATION", "bot", 1, 95_000),
        ("ORANGE", "MU", "bot", 1, 60_000),
    ]
    assert (shown.total_ht, shown.held, shown.state, shown.basis) == (
        220_000,
        Held(quantity=1, micros=60_000),
        "open",
        "delivered",
    )


async def test_a_statement_is_for_what_was_asked(played: Books) -> None:
    desk = desk_of(played)
    every = ["SMS_MT", "CONVERSATION", "MU"]
    for scope, products in [
        (Scope(bot="bot"), every),
        (Scope(operator="ORANGE"), every[1:]),
        (Scope(campaign="spring"), every),
        (Scope(brand="brand"), every),
        (Scope(campaign="other"), []),
        (Scope(bot="other"), []),
    ]:
        shown = await desk.month(msgspec.structs.replace(MARCH, scope=scope))
        assert [one.product for one in shown.lines] == products, scope


async def test_every_line_leads_to_its_charges_and_every_charge_to_its_story(played: Books) -> None:
    desk = desk_of(played)
    shown = await desk.month(MARCH)
    for line in shown.lines:
        wanted = Wanted(
            month="2026-03", operator=line.operator, product=line.product, bot=line.bot or None, unit=line.unit
        )
        charges = await played.store.read(lambda c, wanted=wanted: charge_pages.page(c, wanted))
        assert (len(charges), sum(one.micros or 0 for one in charges)) == (line.quantity, line.amount)
        for charge in charges:
            story = await desk.explain(Explain(what=charge.charge_id))
            assert story.moments
            assert [one.id for one in story.bills] == [charge.charge_id]
            whole = await desk.explain(Explain(what=f"{charge.bot}/{charge.contact_id}"))
            assert set(story.moments) <= set(whole.moments)


async def test_charges_come_in_pages(played: Books) -> None:
    wanted, found, after = Wanted(month="2026-03"), [], None
    while rows := await played.store.read(lambda c, after=after: charge_pages.page(c, wanted, after=after, most=2)):
        assert len(rows) <= 2
        found += rows
        after = rows[-1].at, rows[-1].charge_id
    assert len(found) == 4
    assert found == sorted(found, key=lambda one: (one.at, one.charge_id))
    hours = await played.store.read(lambda c: charge_pages.hours(c, wanted))
    assert (sum(one.quantity for one in hours), sum(one.micros for one in hours)) == (4, 215_000)
    assert await played.store.read(charge_pages.months) == ["2026-03"]
    seen = await played.store.read(lambda c: charge_pages.remarkable(c, wanted))
    assert seen == Remarkable(by_stop=0, by_stop_micros=0, double=0, double_micros=0)


async def test_what_a_stop_opened_is_counted(books: Books) -> None:
    await books.take([*sent("a", 0), said("s", 1, kind="stop")], as_of_ms=at(2))
    seen = await books.store.read(lambda c: charge_pages.remarkable(c, Wanted(month="2026-03")))
    assert (seen.by_stop, seen.by_stop_micros) == (1, 95_000)


async def test_the_last_campaigns_say_how_many_answer(played: Books) -> None:
    assert await played.store.read(lambda c: charge_pages.answered(c, bot="bot")) == (1, 2)
    assert await played.store.read(lambda c: charge_pages.answered(c, bot="other")) == (0, 0)


async def test_nothing_is_explained_that_is_not_there(played: Books) -> None:
    for what in ("bot/nobody", "0" * 32):
        with pytest.raises(NothingToExplain):
            await desk_of(played).explain(Explain(what=what))


async def test_a_wrong_month_is_said(books: Books) -> None:
    for month in ("2026-13", "march", ""):
        with pytest.raises(UsageError, match="a month is written"):
            await desk_of(books).month(MonthAsked(month=month))


async def test_a_month_closes_when_all_is_acknowledged_and_later_events_are_adjustments(played: Books) -> None:
    desk = desk_of(played)
    await played.take([], as_of_ms=AFTER_GRACE)
    assert [one.kind for one in await desk.blockers(MARCH)] == ["reconciliation", "reconciliation"]
    with pytest.raises(PeriodNotClosable, match="ORANGE"):
        await desk.close(Close(month="2026-03", who="ann"))
    for operator in ("ORANGE", "OPS"):
        await desk.acknowledge(Acknowledge(month="2026-03", operator=operator, who="ann", why="seen"))
    assert (await desk.close(Close(month="2026-03", who="ann"))).closed_by == "ann"
    before = await desk.month(MARCH)
    assert not before.provisional
    await played.take(answer(10, user="v"), as_of_ms=AFTER_GRACE + 1000)  # a late answer: a Conversation after all
    after = await desk.month(MARCH)
    assert (after.lines, after.total_ht) == (before.lines, before.total_ht)
    april = await desk.month(MonthAsked(month="2026-04"))
    moved = [(one.of_month, one.line.product, one.line.quantity, one.line.amount) for one in april.adjustments]
    assert moved == [("2026-03", "CONVERSATION", 1, 95_000), ("2026-03", "MU", -1, -60_000)]
    assert april.total_ht == 40_000  # 0.035, rounded half up
    taken = {one: await desk.charges(ChargesAsked(month="2026-04", taken_back=one)) for one in (False, True)}
    assert [one.product for one in taken[False]] == ["CONVERSATION"]
    assert [one.product for one in taken[True]] == ["MU"]
    last = taken[False][-1]
    assert await desk.charges(ChargesAsked(month="2026-04", after=(last.at, last.charge_id))) == []


async def test_an_acknowledgement_says_why(books: Books) -> None:
    with pytest.raises(UsageError, match="says why"):
        await desk_of(books).acknowledge(Acknowledge(month="2026-03", operator="ORANGE", who="ann", why=" "))


async def test_fees_stand_on_the_whole_statement_alone(store: Store) -> None:
    contract = read_contract(b"""
[[short_codes]]
code = "36123"
opened = 2026-03-10
[qualified]
"2026-03" = 100
""")
    prices = tuple(one for one in known_prices() if one.operator == "OPS")
    books = Books(store, Billing(prices=(*PRICES, *prices), contract=contract), at_ms=START)
    shown = await desk_of(books).month(MARCH)
    assert {one.product: one.amount for one in shown.fees} == {
        "NC_ADMIN_OPEN": 300_000_000, "NC_TECH_OPEN": 280_000_000, "NC_MONTH_1_20": 150_000_000,
        "QUAL_MSISDN": 1_000_000,
    }  # fmt: skip
    assert all(one.price_source for one in shown.fees)
    assert (await desk_of(books).month(MonthAsked(month="2026-03", scope=Scope(bot="bot")))).fees == ()


async def test_a_price_is_previewed_then_entered_and_booked(played: Books) -> None:
    desk = desk_of(played)
    price = Price(operator="ORANGE", product="MU", from_ms=1000, micros=70_000, source="annex 1")
    tried = await desk.price(EnterPrice(price=price, who="ann", dry_run=True))
    assert (tried.keys, tried.posted, tried.reversed, tried.micros) == (2, 1, 1, 10_000)  # one posted, one held
    assert price.source not in {one.source for one in await desk.prices(PricesAsked(operator="ORANGE"))}
    await desk.price(EnterPrice(price=price, who="ann", dry_run=False))
    await played.projector.catch_up()
    shown = await desk.month(MARCH)
    line = next(one for one in shown.lines if one.product == "MU")
    assert (line.unit, line.price_source, shown.held.micros) == (70_000, "annex 1", 70_000)
    assert [one.source for one in await desk.prices(PricesAsked(operator="ORANGE")) if one.product == "MU"][
        -1
    ] == "annex 1"
    await played.check()


async def test_a_rerating_finds_nothing_where_all_is_well(played: Books) -> None:
    desk = desk_of(played)
    found = await desk.rerate(Rerate(from_ms=START, who="ann", why="audit", dry_run=True))
    assert (found.keys, found.posted, found.reversed, found.run) == (0, 0, 0, None)
    ordered = await desk.rerate(Rerate(from_ms=START, who="ann", why="audit", dry_run=False))
    assert ordered.run is not None
    await played.projector.catch_up()
    await played.check()


async def test_a_report_is_compared_kept_and_acknowledged(
    played: Books, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("report") / "events.csv"
    rows = [
        "e1,a2p_conversation,bot.demo@x,2026-03-02T09:00:01+00:00,1,1",  # dated by its first message
        "e2,a2p_conversation,bot.demo@x,2026-03-02T10:00:00+00:00,1,0",  # we say it is a Message Unique
        "e3,single_message,bot.demo@x,2026-03-20T10:00:00+00:00,1,0",  # we know nothing of it
        "e4,single_message,bot.demo@x,2026-04-02T10:00:00+00:00,1,0",  # another month
    ]
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    desk = desk_of(played)
    found = await desk.reconcile(Reconcile(month="2026-03"), ReportFiles(report=path))
    assert (found.result.month, found.result.operator, found.elsewhere) == ("2026-03", "ORANGE", 1)
    assert found.result.counts == {"same": 1, "amount_differs": 0, "type_differs": 1, "only_theirs": 1, "only_ours": 0}
    by_outcome = {one["outcome"]: one for one in found.result.lines}
    assert (by_outcome["same"]["theirs"]["id"], by_outcome["same"]["ours"]["msg"]) == ("e1", "a")
    assert by_outcome["type_differs"]["reason"] == "they say CONVERSATION, we say MU"
    [kept] = await played.store.read(lambda c: reconciliations.kept(c, "2026-03"))
    assert (kept.operator, b'"e3"' in kept.result, b'"e1"' in kept.result) == ("ORANGE", True, False)
    stored = await desk.acknowledge(
        Acknowledge(month="2026-03", operator="ORANGE", who="ann", why="two lines, 3 cents")
    )
    assert (stored.differences, stored.report_hash) == (2, kept.report_hash)
    assert await played.store.read(lambda c: reconciliations.acknowledged(c, "2026-03")) == {"ORANGE"}


async def test_an_activity_file_pairs_by_message(played: Books, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("report")
    (folder / "r.csv").write_text(
        HEADER + "e1,a2p_conversation,bot.demo@x,2026-03-05T09:00:00Z,1,1\n", encoding="utf-8"
    )
    (folder / "a.csv").write_text("activity_id,billing_event_id\na,e1\n", encoding="utf-8")
    files = ReportFiles(report=folder / "r.csv", activity=folder / "a.csv")
    found = await desk_of(played).reconcile(Reconcile(month="2026-03"), files)
    assert found.result.counts == {"same": 1, "amount_differs": 0, "type_differs": 0, "only_theirs": 0, "only_ours": 1}


async def test_a_summary_is_compared_at_its_own_grain(played: Books, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("report")
    (folder / "m.toml").write_text(
        '[columns]\nproduct = "p"\nmonth = "m"\nquantity = "q"\namount = "a"\n[products]\nConv = "CONVERSATION"\n',
        encoding="utf-8",
    )
    (folder / "r.csv").write_text(
        "p;m;q;a\nConv;2026-03;1;0,095\nMU;2026-03;2;0,12\nMU;2026-02;9;1\n", encoding="utf-8"
    )
    files = ReportFiles(report=folder / "r.csv", mapping=folder / "m.toml")
    found = (await desk_of(played).reconcile(Reconcile(month="2026-03"), files)).result
    assert [(one.product, one.ours, one.theirs, one.difference) for one in found.totals] == [
        ("CONVERSATION", (1, 95_000), (1, 95_000), (0, 0)),
        ("MU", (1, 60_000), (2, 120_000), (-1, -60_000)),
    ]
    assert [(one["outcome"], one.get("reason", "")) for one in found.lines] == [
        ("same", ""), ("amount_differs", "they count 2, we count 1"),
    ]  # fmt: skip


async def test_time_in_a_statement_is_the_clocks(played: Books) -> None:
    shown = await desk_of(played).month(MARCH)
    assert from_ms(shown.as_of_ms) == played.clock.now()
