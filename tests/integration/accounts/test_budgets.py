"""Budgets in the database: what is granted, what is given back, and that feeders cannot pass a cap together."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import count

import pytest
from sqlalchemy import Connection, insert, select, update

from rbm_bots.accounts.budgets import StoredBudget, worst_case
from rbm_bots.ledger.months import month_begins
from rbm_bots.ledger.prices import KNOWN_ALWAYS, PriceBook
from rbm_bots.store import Store, budgets
from rbm_bots.store.base import table
from rbm_bots.store.tables import CampaignRecipientRow, CampaignRow, OutboxRow, SagaRow
from tests.integration.accounts.conftest import PRICES
from tests.integration.accounts.playing import Books
from tests.integration.accounts.told import START, answer, at, sent

MONTH = "2026-03"
BUDGET = StoredBudget()
DAY_H = 24
PEOPLE = count(1)
RECIPIENT, OUTBOX, SAGA, CAMPAIGN = (table(one) for one in (CampaignRecipientRow, OutboxRow, SagaRow, CampaignRow))


async def capped(store: Store, cap_micros: int, *, sms_parts: int = 0) -> None:
    prices = PriceBook(PRICES).as_known(KNOWN_ALWAYS)
    worst = worst_case(prices, at_ms=at(0), operators=["ORANGE"], sms_parts=sms_parts)
    await store.write(partial(budgets.set_cap, campaign="spring", cap=worst.cap(cap_micros)))


def reserve(store: Store, sends: int, campaign: str = "spring", *, month: str = MONTH) -> asyncio.Future[int]:
    """As the feeder does: what is granted is queued in the same transaction."""

    def work(connection: Connection) -> int:
        granted = BUDGET.reserve(connection, campaign=campaign, month=month, sends=sends)
        if granted <= 20:
            queue(connection, campaign, granted, at_ms=month_begins(month))
        return granted

    return asyncio.ensure_future(store.write(work))


def queue(connection: Connection, campaign: str, people: int, *, at_ms: int) -> None:
    for number in [next(PEOPLE) for _ in range(people)]:
        who = {"contact_id": f"c{number}", "message_id": f"m{number}"}
        person = CampaignRecipientRow(campaign_id=campaign, line=number, state="queued", queued_at=at_ms, **who)
        sent = OutboxRow(
            application="APP1", bot="bot", brand="brand", via="msisdn", operation="message", message_class="marketing",
            lane=3, state="queued", campaign=campaign, created_at=at_ms, **who,
        )  # fmt: skip
        connection.execute(insert(RECIPIENT), person.model_dump(exclude={"seq"}))
        connection.execute(insert(OUTBOX), sent.model_dump(exclude={"seq"}))


async def became(store: Store, *states: str) -> None:
    """The states of the first messages of the campaign, oldest first."""

    def work(connection: Connection) -> None:
        ids = connection.execute(select(OUTBOX.c.message_id).order_by(OUTBOX.c.seq).limit(len(states))).scalars().all()
        for message, state in zip(ids, states, strict=True):
            connection.execute(update(OUTBOX).where(OUTBOX.c.message_id == message).values(state=state))

    await store.write(work)


async def ended(store: Store, state: str = "done", *, at_ms: int = START) -> None:
    row = CampaignRow(
        campaign_id="spring", application="APP1", bot="bot", brand="brand", message_class="marketing", state=state,
        created_at=at_ms, changed_at=at_ms,
    )  # fmt: skip
    await store.write(lambda connection: connection.execute(insert(CAMPAIGN), row.model_dump()))


async def reserved(store: Store, *, month: str = MONTH) -> tuple[int, int]:
    status = await store.read(partial(budgets.status, campaign="spring", month=month))
    assert status is not None
    return status.sends, status.reserved_micros


async def settled(store: Store, hours: float) -> tuple[int, int]:
    await store.write(partial(BUDGET.settle, campaign="spring", now_ms=at(hours)))
    return await reserved(store)


def _unsettled(connection: Connection, *, now_ms: int) -> list[str]:
    return BUDGET.unsettled(connection, "APP1", now_ms=now_ms)


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
    assert await reserve(store, 2, month="2026-04") == 1


async def test_feeders_at_once_cannot_pass_the_cap_together(store: Store) -> None:
    await capped(store, 1_000_000)
    assert sum(await asyncio.gather(*(reserve(store, 3) for _ in range(8)))) == 10


async def test_what_came_to_nothing_is_given_back_once(store: Store) -> None:
    await capped(store, 1_000_000)
    assert await reserve(store, 20) == 10
    await became(store, "refused", "rejected", "revoked", "failed", "delivered", "unknown")
    assert await settled(store, 1) == (6, 570_000)
    assert await settled(store, 1) == (6, 570_000), "asked again it changes nothing"
    assert await reserve(store, 20) == 4
    await store.write(partial(BUDGET.settle, campaign="uncapped", now_ms=at(1)))


async def test_a_feeder_finds_the_room_by_itself(store: Store) -> None:
    await capped(store, 1_000_000)
    assert await reserve(store, 10) == 10
    await became(store, *["refused"] * 4)
    assert await store.write(partial(BUDGET.fits, campaign="spring", month=MONTH, sends=9)) == 4
    assert await reserve(store, 3) == 3


async def test_who_waits_for_another_try_is_reserved_once(store: Store) -> None:
    await capped(store, 190_000)
    assert await reserve(store, 2) == 2
    await store.write(lambda c: c.execute(update(RECIPIENT).values(state="waiting", message_id=None)))
    assert await reserve(store, 2) == 2, "the starts before have left nothing behind"
    await store.write(lambda c: c.execute(update(RECIPIENT).values(state="queued", message_id=None)))
    assert await reserve(store, 2) == 0, "a scene that has said nothing yet may still cost"


@pytest.mark.parametrize(
    ("outcome", "left_by", "sends"), [(None, None, 2), ("REFUSED", None, 1), ("FAILED", "rcs", 1), ("FAILED", "sms", 2)]
)
async def test_an_sms_that_left_or_may_follow_stays_reserved(
    store: Store, outcome: str | None, left_by: str | None, sends: int
) -> None:
    await capped(store, 1_000_000, sms_parts=1)
    assert await reserve(store, 2) == 2
    await became(store, "failed")

    def begun(connection: Connection) -> None:
        first = connection.execute(select(OUTBOX).order_by(OUTBOX.c.seq)).first()
        assert first is not None
        saga = SagaRow(
            message_id=first.message_id, contact_id=first.contact_id, application="APP1", sms_code="36123", bot="bot",
            brand="brand", message_class="marketing", campaign="spring", starts_at=0, created_at=0, outcome=outcome,
            left_by=left_by,
        )  # fmt: skip
        connection.execute(insert(SAGA), saga.model_dump())

    await store.write(begun)
    assert await settled(store, 1) == (sends, sends * 125_000)


async def test_a_campaign_that_is_over_keeps_what_it_costs(books: Books) -> None:
    await capped(books.store, 1_000_000)
    assert await reserve(books.store, 4) == 4
    await became(books.store, "delivered", "displayed", "refused", "accepted")
    await ended(books.store)
    facts = [*sent("a", 0), *sent("b", 0, user="v"), *answer(1, user="v")]
    await books.take(facts, as_of_ms=at(2), campaign="spring")
    assert await settled(books.store, 2) == (3, 285_000)
    await books.take([], as_of_ms=at(60))
    assert await settled(books.store, 60) == (3, 285_000), "of one message nobody knows anything yet"
    await became(books.store, "delivered", "displayed", "refused", "failed")
    unsettled = partial(_unsettled, now_ms=at(60))
    assert await books.store.read(unsettled) == ["spring"]
    assert await settled(books.store, 60) == (2, 155_000), "a Message Unique and a Conversation"
    assert await books.store.read(unsettled) == []


async def test_what_is_only_held_is_not_given_back(books: Books) -> None:
    await capped(books.store, 1_000_000)
    assert await reserve(books.store, 1) == 1
    await became(books.store, "delivered")
    await ended(books.store, "cancelled", at_ms=at(-50))
    await books.take(sent("a", 0), as_of_ms=at(2), campaign="spring")
    assert await settled(books.store, 2) == (1, 95_000)
    await books.take([], as_of_ms=at(25))
    assert await settled(books.store, 25) == (1, 60_000)


async def test_a_message_that_nobody_tells_of_is_given_up_after_a_week(store: Store) -> None:
    await capped(store, 1_000_000)
    assert await reserve(store, 1) == 1
    await became(store, "accepted")
    await ended(store)
    assert await settled(store, 6 * DAY_H) == (1, 95_000)
    assert await settled(store, 7 * DAY_H) == (1, 0)


async def test_one_that_runs_keeps_its_reservations(store: Store) -> None:
    await capped(store, 1_000_000)
    assert await reserve(store, 1) == 1
    await became(store, "delivered")
    assert await settled(store, 30 * DAY_H) == (1, 95_000)
    assert await store.read(partial(_unsettled, now_ms=at(1))) == []


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
