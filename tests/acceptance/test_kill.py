"""``kill -9`` in the middle of many conversations.

Whatever was answered with 200 is handled, once, and nothing else.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.acceptance.driver.audit import audit
from tests.acceptance.driver.deployment import deploy, free_ports, webhook
from tests.acceptance.driver.operator import numbers, operating, until
from tests.acceptance.driver.process import Process, rest

PEOPLE = 200
WORDS = ("Bonjour", "thé", "2", "oui")
TALKING_S = 60
KILLS = [*range(3), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 23))]


class KillContract:
    """Each engine's test class gives the fixture ``database``."""

    @pytest.mark.parametrize("seed", KILLS)
    async def test_nothing_is_lost_and_nothing_twice(self, database: str, tmp_path: Path, seed: int) -> None:
        ports = free_ports(2)
        async with operating(webhook=webhook(ports[0])) as operator:
            deployment = await deploy(tmp_path, database=database, operator=operator.base, ports=(ports[0], ports[1]))
            server = Process(deployment)
            try:
                await server.start()
                people = [asyncio.create_task(operator.talk(number, WORDS)) for number in numbers(PEOPLE)]
                instant = random.Random(seed).randrange(PEOPLE // 4, PEOPLE * len(WORDS) - PEOPLE // 4)
                await until(lambda: operator.received_by_all() >= instant, within_s=TALKING_S)
                await server.kill()
                await server.start()
                await asyncio.gather(*people)
                await rest(server, operator)
                assert await server.terminate() == 0
            finally:
                await server.close()
            found = await audit(deployment, operator)
        found.all()
        assert {row.reason for row in found.unknown} <= {"owner_lost"}
        # one call of a person is under way at a time, so a kill leaves at most one of each in doubt
        assert len({(row.bot, row.contact_id) for row in found.unknown}) == len(found.unknown)

    async def test_a_told_stop_ends_clean_and_a_start_goes_on(self, database: str, tmp_path: Path) -> None:
        ports = free_ports(2)
        async with operating(webhook=webhook(ports[0])) as operator:
            deployment = await deploy(tmp_path, database=database, operator=operator.base, ports=(ports[0], ports[1]))
            server = Process(deployment)
            try:
                await server.start()
                people = [asyncio.create_task(operator.talk(number, WORDS)) for number in numbers(PEOPLE // 2)]
                await until(lambda: operator.received_by_all() >= PEOPLE // 2, within_s=TALKING_S)
                assert await server.terminate() == 0
                stopped = await audit(deployment, operator)
                assert {row.state for row in stopped.outbox} & {"attempting", "unknown"} == set()
                assert {row.lease_until for row in stopped.calls} <= {0}, "a call is kept by nobody"
                await server.start()
                await asyncio.gather(*people)
                await rest(server, operator)
                assert await server.terminate() == 0
            finally:
                await server.close()
            found = await audit(deployment, operator)
        found.all()
        assert found.unknown == []


class TestSqlite(KillContract):
    @pytest.fixture
    def database(self, sqlite_path: Path) -> str:
        return f"sqlite:///{sqlite_path}"


class TestPostgres(KillContract):
    @pytest.fixture
    def database(self, postgres_database: str) -> str:
        return postgres_database
