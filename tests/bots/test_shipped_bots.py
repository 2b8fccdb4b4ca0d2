"""The bots that ship: each passes its own tests, and these reach every one of its steps."""

import asyncio

import pytest

from rbm_bots.paths import bots_dir
from rbm_bots.testing.suite import cover, find_talk_files, run_files

BOTS = sorted(path.parent for path in bots_dir().glob("*/bot.yaml"))


def test_there_are_bots():
    assert len(BOTS) >= 6
    assert {bot.name for bot in BOTS} >= {"garage", "parcel", "survey", "dunning", "store-locator", "contest"}


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_a_bot_passes_its_tests_and_they_reach_every_step(bot):
    results = asyncio.run(run_files(find_talk_files([bot])))
    runs = [run for found in results for run in found.runs]
    assert runs, "a bot without tests"
    told = [line for run in runs if run.result.failure is not None for line in run.result.failure.lines()]
    told += [f"{fault.file}:{fault.line}: {fault.message}" for found in results for fault in found.faults]
    assert told == []
    assert all(found.good for found in results)
    (covered,) = cover(results)
    assert [f"{step.mark.line} {step.name}" for step in covered.never] == []
    assert covered.steps > 0
