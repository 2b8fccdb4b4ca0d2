"""Every billing scenario from journal rows to booked charges, in its own order, shuffled, and in parts."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from rbm_bots.ledger.comparison import differences
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.scenario_files import Scenario, read_scenarios
from tests.integration.accounts.playing import Books, billing_of, new_database, opened, wipe
from tests.unit.ledger.made import CASES

SHIPPED = read_scenarios((CASES / "billing-scenarios.json").read_bytes())
ON_POSTGRES = ("B03", "B22", "B47", "B58", "B70", "P02", "P04", "P07")


def test_there_are_scenarios() -> None:
    assert len(SHIPPED) == 50
    assert {one.id for one in SHIPPED} >= set(ON_POSTGRES)


async def play(books: Books, scenario: Scenario) -> None:
    """Each checkpoint is an instant at which the ledger was up to date; the next takes what came since."""
    seen: list[Fact] = []
    for run in scenario.runs:
        new = [fact for fact in run.facts if fact not in seen]
        seen += new
        await books.take(new, as_of_ms=run.as_of_ms)
        result = await books.result()
        assert differences(result, run.expect) == []
        await books.check()


@pytest.mark.parametrize("scenario", SHIPPED, ids=lambda scenario: scenario.id)
async def test_each_scenario_is_booked_as_it_should(scenario: Scenario, template: Path, tmp_path: Path) -> None:
    async with opened(await new_database(template, tmp_path / "books.db")) as store:
        await play(Books(store, billing_of(scenario)), scenario)


@pytest.mark.parametrize("scenario", SHIPPED, ids=lambda scenario: scenario.id)
async def test_in_any_order_and_in_parts_it_ends_alike(scenario: Scenario, template: Path, tmp_path: Path) -> None:
    """What was booked in between is reversed as need be; only where it ends is compared, not how it came there."""
    chance, last = Random(scenario.id), scenario.runs[-1]
    facts = [*last.facts, *chance.sample(last.facts, k=len(last.facts) // 2)]  # every second one comes twice
    chance.shuffle(facts)
    first = min(fact.at_ms for fact in facts)
    async with opened(await new_database(template, tmp_path / "books.db")) as store:
        books = Books(store, billing_of(scenario), most=2)
        places = sorted(chance.choices(range(len(facts) + 1), k=3))
        instants = sorted(chance.randrange(first, last.as_of_ms) for _ in places)
        for begin, end, at_ms in zip([0, *places], [*places, None], [*instants, last.as_of_ms], strict=True):
            await books.take(facts[begin:end], as_of_ms=at_ms)
            await books.check()
        result = await books.result()
        wanted = {} if last.expect is None else {"posted": None, "reversed": None}
        missed = [one for one in differences(result, last.expect) if one["key"] not in wanted]
        assert missed == []


async def test_on_postgres_as_well(postgres_books: str) -> None:
    async with opened(postgres_books) as store:
        for scenario in (one for one in SHIPPED if one.id in ON_POSTGRES):
            await wipe(store)
            await play(Books(store, billing_of(scenario)), scenario)
