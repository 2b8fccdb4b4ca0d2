"""Two processes on one PostgreSQL: whichever of them takes, plays or sends, it is as if there were one."""

from __future__ import annotations

import asyncio
import bisect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.acceptance.driver.audit import Audit, audit
from tests.acceptance.driver.balancer import balancing
from tests.acceptance.driver.deployment import Deployment, deploy, free_ports, webhook
from tests.acceptance.driver.operator import Operator, numbers, operating, until
from tests.acceptance.driver.process import Process, rest

LEASE_S = 1.0
WORDS = ("Bonjour", "thé")
Second = Literal["serve", "work"]


@dataclass(slots=True)
class Pair:
    """Two processes and their operator."""

    operator: Operator
    processes: tuple[Process, Process]
    deployment: Deployment

    async def owner_first(self) -> tuple[Process, Process]:
        """Who paces the application, and the other."""
        first, second = self.processes
        http = self.operator.http

        async def owned() -> bool:
            return await first.owns(http) or await second.owns(http)

        await until(owned, within_s=10)
        return (first, second) if await first.owns(http) else (second, first)

    async def finished(self, people: list[asyncio.Task[None]], *, within_s: float = 60) -> Audit:
        """Let everybody finish, stop what runs, and look."""
        await asyncio.gather(*people)
        running = [process for process in self.processes if process.running]
        await rest(running[0], self.operator, within_s=within_s)
        assert [await process.terminate() for process in running] == [0] * len(running)
        return await audit(self.deployment, self.operator)

    def greeting(self, count: int) -> list[asyncio.Task[None]]:
        """So many people write at once, and none of them waits for an answer."""
        return [asyncio.create_task(self.operator.say(number, "Bonjour")) for number in numbers(count)]

    def talking(self, count: int, words: tuple[str, ...], *, patience_s: float = 60) -> list[asyncio.Task[None]]:
        """So many people talk at once."""
        talks = (self.operator.talk(number, words, patience_s=patience_s) for number in numbers(count))
        return [asyncio.create_task(talk) for talk in talks]


@asynccontextmanager
async def pair(
    folder: Path, database: str, *, second: Second = "serve", quota_per_s: int = 3000
) -> AsyncIterator[Pair]:
    """``rbm serve`` and a second process, behind a balancer when both have a webhook."""
    door, *ports = free_ports(5)
    served = ports[::2] if second == "serve" else ports[:1]
    async with operating(webhook=webhook(door), quota_per_s=quota_per_s) as operator, balancing(door, served):
        where = {"database": database, "operator": operator.base, "quota_per_s": quota_per_s}
        one = await deploy(folder, ports=(ports[0], ports[1]), **where)
        two = await deploy(folder, ports=(ports[2], ports[3]), **where)
        processes = Process(one), Process(two, command=second)
        try:
            await asyncio.gather(*(process.start() for process in processes))
            yield Pair(operator, processes, one)
        finally:
            for process in processes:
                await process.close()


def busiest_second(instants: list[float]) -> int:
    """How many instants lie in the fullest second; they are exact to a millisecond, so two of them are left off."""
    return max(bisect.bisect_left(instants, at + 0.998) - start for start, at in enumerate(instants))


def share_of(quota_per_s: int, instants: list[float], *, without_s: float) -> float:
    """How much of the quota was used between the first and the last, but for so many seconds."""
    return len(instants) / (quota_per_s * (instants[-1] - instants[0] + 1 - without_s))


@pytest.mark.parametrize(
    ("second", "people"),
    [("serve", 1000), ("work", 200), pytest.param("serve", 3000, marks=pytest.mark.soak)],
)
async def test_many_conversations_keep_their_order(
    postgres_database: str, tmp_path: Path, second: Second, people: int
) -> None:
    async with pair(tmp_path, postgres_database, second=second) as two:
        found = await two.finished(two.talking(people, WORDS), within_s=people / 10)
    found.all()
    assert found.unknown == []
    assert len(found.numbers) == people


@pytest.mark.parametrize("how", ["terminate", "kill"])
async def test_the_application_is_handed_over_within_the_lease(
    postgres_database: str, tmp_path: Path, how: Literal["terminate", "kill"]
) -> None:
    async with pair(tmp_path, postgres_database) as two:
        people = two.talking(100, ("Bonjour", "thé", "2", "oui"), patience_s=5)
        await until(lambda: two.operator.received_by_all() >= 100, within_s=30)
        owner, other = await two.owner_first()
        await getattr(owner, how)()
        await until(lambda: other.owns(two.operator.http), within_s=10 * LEASE_S)
        found = await two.finished(people)
    found.all()
    assert found.silence_s() < 2 * LEASE_S + 1  # the lease, a look every quarter of it, and a slow machine
    if how == "terminate":
        assert found.unknown == []


async def test_two_processes_share_the_quota_across_a_hand_over(postgres_database: str, tmp_path: Path) -> None:
    async with pair(tmp_path, postgres_database, quota_per_s=30) as two:
        people = two.greeting(180)
        await until(lambda: two.operator.received_by_all() >= 70, within_s=30)
        owner, _ = await two.owner_first()
        assert await owner.terminate() == 0
        found = await two.finished(people)
    found.all()
    assert two.operator.answers_to_sends() == {202}
    assert busiest_second(two.operator.sent_at()) <= 30


@pytest.mark.soak
@pytest.mark.parametrize("owner_killed", [False, True])
async def test_two_minutes_at_the_quota_without_a_refusal(
    postgres_database: str, tmp_path: Path, owner_killed: bool
) -> None:
    async with pair(tmp_path, postgres_database, quota_per_s=30) as two:
        people = two.greeting(3600)
        if owner_killed:
            await until(lambda: two.operator.received_by_all() >= 1500, within_s=100)
            owner, _ = await two.owner_first()
            await owner.kill()
        found = await two.finished(people, within_s=300)
    found.all()
    assert two.operator.answers_to_sends() == {202}
    instants = two.operator.sent_at()
    assert busiest_second(instants) <= 30
    silence_s = found.silence_s() if owner_killed else 0.0
    assert silence_s < 2 * LEASE_S + 1
    assert share_of(30, instants, without_s=silence_s) >= 0.94
