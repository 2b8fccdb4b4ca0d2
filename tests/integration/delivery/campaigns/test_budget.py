"""What a campaign may cost: it pauses before its cap is passed, goes on under a higher one, gives back what is left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rbm_bots.accounts.budgets import StoredBudget
from rbm_bots.delivery.campaigns.desk import CampaignRefused
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.money import CENT
from rbm_bots.store.budgets import BudgetStatus
from rbm_bots.store.tables import OutboxRow
from tests.integration.delivery.campaigns.stage import Stage, campaign_file, people, staged, text_of


@pytest.fixture
async def stage(database: str) -> AsyncIterator[Stage]:
    async with staged(database, budget=StoredBudget()) as running:
        yield running


def capped(folder: Path, euros: str, *, more: str = "") -> Campaign:
    return campaign_file(folder, text_of("one", more=f"budget: {euros}\n{more}"))


async def reserved(stage: Stage) -> int:
    """For how many people something is reserved, at a cent each."""
    budget = (await stage.desk.status("one")).budget
    assert budget is not None
    assert budget.reserved_micros == budget.sends * CENT
    return budget.sends


async def test_a_budget_that_is_spent_pauses_it_until_it_is_raised(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(capped(tmp_path, "0.50"), people(200))
    await stage.feed(5)
    status = await stage.desk.status("one")
    assert (status.state, status.why, status.people) == ("paused", "budget", {"queued": 50, "waiting": 150})
    assert status.budget == BudgetStatus(cap_micros=50 * CENT, sends=50, reserved_micros=50 * CENT, posted_micros=0)
    with pytest.raises(CampaignRefused, match="the budget of one is spent") as refused:
        await stage.desk.resume("one")
    assert "rbm campaign resume one --budget" in str(refused.value.hint)
    assert (await stage.desk.status("one")).state == "paused", "nothing of it is kept"
    with pytest.raises(CampaignRefused, match="is spent"):
        await stage.desk.resume("one", budget=50 * CENT)
    await stage.desk.resume("one", budget=70 * CENT)
    await stage.feed(5)
    assert (await stage.desk.status("one")).people == {"queued": 70, "waiting": 130}
    await stage.desk.resume("one", budget=1000 * CENT)
    await stage.feed(20, per_second=30)
    assert (await stage.desk.status("one")).state == "done"
    assert len(await stage.rows(OutboxRow)) == 200


async def test_a_campaign_may_get_its_first_cap_when_it_goes_on(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one")), people(100))
    await stage.desk.pause("one", "by hand")
    assert (await stage.desk.status("one")).budget is None
    await stage.desk.resume("one", budget=30 * CENT)
    await stage.feed(5)
    status = await stage.desk.status("one")
    assert (status.state, status.why, status.people["queued"]) == ("paused", "budget", 30)


async def test_refused_messages_make_room_for_others(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(capped(tmp_path, "0.50"), people(200))
    await stage.feed(5)
    await stage.become("refused", 20, of="held")
    await stage.desk.resume("one")
    await stage.feed(5)
    status = await stage.desk.status("one")
    assert (status.why, status.people["queued"]) == ("budget", 70)


async def test_what_a_cancel_takes_back_is_free(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(capped(tmp_path, "10"), people(100))
    await stage.feed(2)
    await stage.send(7)
    await stage.desk.cancel("one")
    assert await reserved(stage) == 7


async def test_what_came_to_nothing_is_free_when_it_is_done(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(capped(tmp_path, "10"), people(60))
    await stage.feed(2)
    assert await reserved(stage) == 60
    await stage.become("rejected", 12)
    await stage.send(100)
    await stage.feed(1)
    assert (await stage.desk.status("one")).state == "done"
    assert await reserved(stage) == 48


async def test_it_is_free_too_when_its_end_has_come(stage: Stage, tmp_path: Path) -> None:
    await stage.begin(capped(tmp_path, "10", more="schedule: {ends: 2026-11-24T12:00:03+01:00}"), people(500))
    await stage.feed(2)
    before = await reserved(stage)
    await stage.become("refused", 12)
    await stage.feed(2)
    assert (await stage.desk.status("one")).why == "ended"
    assert await reserved(stage) == before - 12


async def test_an_hour_later_what_turned_out_to_be_nothing_is_free(stage: Stage, tmp_path: Path) -> None:
    """A process that died between the end and giving back is made up for as well."""
    await stage.begin(capped(tmp_path, "10"), people(10))
    await stage.feed(2, per_second=30)
    assert ((await stage.desk.status("one")).state, await reserved(stage)) == ("done", 10)
    await stage.become("failed", 4, of="accepted")
    await stage.feeder.settle()
    assert await reserved(stage) == 6
    await stage.become("failed", 1, of="accepted")
    await stage.feeder.settle()
    assert await reserved(stage) == 6, "not every second"
    stage.clock.advance(3600)
    await stage.feeder.settle()
    assert await reserved(stage) == 5
    stage.clock.advance(7 * 86_400)
    await stage.feeder.settle()
    budget = (await stage.desk.status("one")).budget
    assert budget == BudgetStatus(cap_micros=1000 * CENT, sends=5, reserved_micros=0, posted_micros=0)
