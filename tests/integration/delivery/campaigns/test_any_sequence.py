"""Whatever happens to a campaign and in whatever order: nobody gets two messages, and nobody is forgotten."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path

import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from rbm_bots.delivery.campaigns.budget import NoBudget
from rbm_bots.delivery.campaigns.desk import CampaignRefused
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.store.tables import OutboxRow
from tests.integration.delivery.campaigns.stage import NOON, Stage, campaign_file, people, staged, text_of

PEOPLE = 45
STEPS = ("feed", "send", "pause", "resume", "cancel", "crash", "other process", "hours")
SEQUENCES = st.lists(st.sampled_from(STEPS), max_size=20)


class PowerCut(Exception):
    """The process dies in the middle of a transaction."""


class Failing(NoBudget):
    """A budget that lets the next transaction die when it is told to."""

    def __init__(self) -> None:
        self.dies = False

    def reserve(self, connection: Connection, *, campaign: str, month: str, sends: int) -> int:
        del connection, campaign, month
        if self.dies and sends:
            raise PowerCut
        return sends


def test_nobody_gets_two_and_nobody_is_forgotten(database: str, tmp_path: Path) -> None:
    numbers = count(1)
    budget = Failing()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with asyncio.Runner() as runner:
        opened = staged(database, budget=budget)
        stage = runner.run(opened.__aenter__())
        stage.clock.move_to(NOON)

        @given(SEQUENCES)
        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
        def any_sequence(steps: list[str]) -> None:
            name = f"c{next(numbers)}"
            runner.run(_play(stage, budget, campaign_file(tmp_path, text_of(name)), steps))

        try:
            any_sequence()
        finally:
            runner.run(opened.__aexit__(None, None, None))
    assert next(numbers) > 5, "some sequences were played"


async def _play(stage: Stage, budget: Failing, campaign: Campaign, steps: list[str]) -> None:
    await stage.begin(campaign, people(PEOPLE))
    for step in steps:
        with suppress(CampaignRefused):
            await _do(stage, budget, campaign.name, step)
    with suppress(CampaignRefused):
        await stage.desk.resume(campaign.name)
    await stage.feed(12, per_second=60)
    await _check(stage, campaign.name)


async def _do(stage: Stage, budget: Failing, name: str, step: str) -> None:
    match step:
        case "feed":
            await stage.feed(1)
        case "send":
            await stage.send(10)
        case "pause":
            await stage.desk.pause(name, "by hand")
        case "resume":
            await stage.desk.resume(name)
        case "cancel":
            await stage.desk.cancel(name)
        case "crash":
            budget.dies = True
            with suppress(PowerCut):
                await stage.feed(1)
            budget.dies = False
        case "other process":
            stage.take_over()
            stage.clock.advance(15)
        case "hours":
            stage.clock.advance(600)


async def _check(stage: Stage, name: str) -> None:
    rows = [row for row in await stage.rows(OutboxRow) if row.campaign == name]
    assert len({row.contact_id for row in rows}) == len(rows), "nobody has two"
    lines = await stage.desk.report(name, after="", columns=(), most=1000)
    assert len(lines) == PEOPLE
    outcomes = Counter(line.outcome for line in lines)
    status = await stage.desk.status(name)
    if status.state == "done":
        assert outcomes == {"sent": PEOPLE}
    else:
        assert status.state == "cancelled"
        assert set(outcomes) <= {"sent", "cancelled"}
    assert outcomes["sent"] == len([row for row in rows if row.state == "accepted"])
