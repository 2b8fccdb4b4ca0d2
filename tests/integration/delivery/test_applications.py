"""Several applications in one process, and what a person or an operator does to one of them."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from rbm_bots.channels.maap.errors import OverQuota
from rbm_bots.clock import to_ms
from rbm_bots.delivery.other_calls import OtherCalls
from rbm_bots.store import leases
from tests.integration.delivery.applications_side import Desk, Operator, at_desk


def used(operator: Operator, per_second: int) -> float:
    """The share of its quota, without the first second, which may leave at once."""
    at = operator.taken_at()
    return (len(at) - per_second) / (per_second * (at[-1] - at[0]))


def test_each_application_has_its_whole_quota_at_the_same_time(sqlite_path: Path) -> None:
    """S2-70: the limit is the aggregator's, so two of them send sixty a second."""

    async def body(desk: Desk) -> None:
        rates = {"APP1": 30, "APP2": 30, "APP3": 10}
        operators = {name: desk.open(name, per_second=rate) for name, rate in rates.items()}
        for name, rate in rates.items():
            await desk.queue(name, rate * 12)
        await desk.until(lambda: all(len(operators[name].taken) == rates[name] * 12 for name in rates), within_s=14)
        for name, operator in operators.items():
            assert operator.refused == 0
            assert used(operator, rates[name]) > 0.95
        starts, ends = zip(*((one.taken_at()[0], one.taken_at()[-1]) for one in operators.values()), strict=True)
        assert min(ends) - max(starts) > 10, "all at the same time, not one after the other"

    at_desk(sqlite_path, body)


def test_a_429_of_one_application_leaves_the_others_alone(sqlite_path: Path) -> None:
    async def body(desk: Desk) -> None:
        first, second = desk.open("APP1"), desk.open("APP2")
        first.quota.per_s = 5
        await desk.queue("APP1", 100)
        await desk.queue("APP2", 300)
        await desk.until(lambda: len(second.taken) == 300, within_s=11)
        assert first.refused > 0
        assert len(first.taken) <= 10
        assert second.refused == 0

    at_desk(sqlite_path, body)


def test_a_pause_by_hand_holds_at_once_and_its_end_too(sqlite_path: Path) -> None:
    """The owner need not renew its lease first."""

    async def body(desk: Desk) -> None:
        operator = desk.open("APP1")
        pause = partial(leases.pause, name="application:APP1")
        await desk.queue("APP1", 150)
        await desk.until(lambda: len(operator.taken) > 60, within_s=5)
        await desk.store.write(partial(pause, until_ms=to_ms(desk.clock.now()) + 600_000))
        paused_at = asyncio.get_running_loop().time()
        await asyncio.sleep(3)
        await desk.queue("APP1", 1, message_class="code", start=900)
        await asyncio.sleep(2)
        assert max(operator.taken_at()) < paused_at + 0.03, "only what was on its way"
        await desk.store.write(partial(pause, until_ms=0))
        resumed_at = asyncio.get_running_loop().time()
        await desk.until(lambda: len(operator.taken) == 151, within_s=6)
        at, message = next((at, message) for at, message in operator.taken if at > resumed_at)
        assert at - resumed_at < 0.3
        assert message.startswith("APP1-code")
        assert operator.refused == 0

    at_desk(sqlite_path, body)


def test_a_429_to_another_call_silences_the_sends_at_once(sqlite_path: Path) -> None:
    """S2-68, for every call of the application."""

    async def body(desk: Desk) -> None:
        operator = desk.open("APP1")
        await desk.queue("APP1", 120)
        await desk.until(lambda: len(operator.taken) > 60, within_s=5)
        calls = OtherCalls(store=desk.store, clock=desk.clock, application="APP1", per_second=30)

        async def throttled() -> None:
            raise OverQuota(http=429)

        with pytest.raises(OverQuota):
            await calls.make(throttled)
        told_at = asyncio.get_running_loop().time()
        await desk.until(lambda: len(operator.taken) == 120, within_s=70)
        late = [at - told_at for at in operator.taken_at() if at > told_at + 0.03]
        assert late[0] > 60
        assert all(later - earlier > 0.033 for earlier, later in pairwise(late[:30])), "evenly"

    at_desk(sqlite_path, body)


def test_a_429_does_not_shorten_a_longer_pause(sqlite_path: Path) -> None:
    async def body(desk: Desk) -> None:
        operator = desk.open("APP1")
        operator.quota.per_s = 5
        await desk.queue("APP1", 40)
        far = to_ms(desk.clock.now()) + 600_000
        await desk.until(lambda: operator.refused > 0, within_s=5)
        await desk.store.write(partial(leases.pause, name="application:APP1", until_ms=far))
        await asyncio.sleep(70)
        assert len(operator.taken) == 5
        assert await desk.store.read(partial(leases.paused_until, name="application:APP1")) == far

    at_desk(sqlite_path, body)


def test_a_code_passes_what_waits_at_full_rate(sqlite_path: Path) -> None:
    async def body(desk: Desk) -> None:
        operator = desk.open("APP1")
        await desk.queue("APP1", 300)
        await desk.until(lambda: len(operator.taken) > 60, within_s=5)
        began = asyncio.get_running_loop().time()
        await desk.queue("APP1", 40, message_class="code", start=2000)
        await desk.until(lambda: len(operator.taken) == 340, within_s=12)
        codes = [at - began for at, message in operator.taken if "-code-" in message]
        others = [at - began for at, message in operator.taken if "-code-" not in message]
        assert max(codes) < 2.5, "forty of them at thirty a second, and the second that was full"
        assert [at for at in others if 0.3 < at < max(codes) - 0.1] == [], "what waits waits on"
        assert operator.refused == 0

    at_desk(sqlite_path, body)
