"""``kill -9`` while messages go from RCS to SMS: each ends in one way, and who got two is listed."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from rbm_bots.clock import SystemClock, to_ms
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.queueing import Wanted, queue_messages
from rbm_bots.emulator.smsc import Smsc, SmscSettings
from rbm_bots.messages import Message, Text
from rbm_bots.store import capability, contacts, open_store
from rbm_bots.store.base import table
from rbm_bots.store.capability import Learned
from rbm_bots.store.tables import OutboxRow, SagaRow
from tests.acceptance.driver.deployment import BOT, TOKEN, Deployment, deploy, free_ports, webhook
from tests.acceptance.driver.operator import Operator, numbers, operating, until
from tests.acceptance.driver.process import Process

PEOPLE = 60
WITHIN_S = 90
CODE = "36123"
KILLS = [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 26))]
SETTINGS = """
sms = "36123"

[sms.codes.36123]
operations_per_s = 50
[sms.codes.36123.transport]
kind = "ucp"
hosts = ["127.0.0.1:{port}"]
account = "36123"
password = "secret"
result_timeout_s = 3.0

[fallback.service]
sms_grace = 0.5
deadline = 1.0
revoke_wait = 2.0
"""
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
ENDS = {"DONE_RCS", "DONE_SMS", "DOUBLE", "FAILED", "UNKNOWN", "REFUSED", "EXPIRED"}


async def queue_all(deployment: Deployment) -> dict[str, str]:
    """A message for everybody: a third is there, a third is offline, a third has no RCS; numbers by message."""
    store, seal, now_ms = await open_store(deployment.database), deployment.seal, to_ms(SystemClock().now())

    def work(connection: Any) -> dict[str, str]:
        found = {}
        for place, number in enumerate(numbers(PEOPLE)):
            contact = contacts.ensure_contact(connection, seal, kind="msisdn", address=number, now_ms=now_ms)
            answer = "none" if place % 3 == 2 else "rcs"
            learned = Learned(contact_id=contact, bot=BOT, answer=answer, source="bulk", at=now_ms)
            capability.learned(connection, [learned])
            message = Message(content=Text(text="Votre colis est la."), sms="Votre colis est la.")
            wanted = Wanted(
                message_id=f"m{place}", application="APP1", bot=BOT, brand=BOT, contact_id=contact,
                message_class="service", body=seal.close(msgspec.json.encode(message), purpose=BODY), sms_code=CODE,
            )  # fmt: skip
            queue_messages(connection, [wanted], now_ms=now_ms)
            found[wanted.message_id] = number
        return found

    try:
        return await store.write(work)
    finally:
        await store.close()


async def read(deployment: Deployment) -> tuple[list[Any], list[Any]]:
    """All sagas and all calls of a deployment whose server is down."""
    store = await open_store(deployment.database)
    try:
        sagas = await store.read(lambda c: c.execute(select(table(SagaRow))).all())
        calls = await store.read(lambda c: c.execute(select(table(OutboxRow))).all())
    finally:
        await store.close()
    return list(sagas), list(calls)


def check(people: dict[str, str], sagas: list[Any], calls: list[Any], operator: Operator, centre: Smsc) -> None:
    """One end for each message; two messages for one person only where the tables say so."""
    assert sorted(row.message_id for row in sagas) == sorted(people)
    assert {row.outcome for row in sagas} <= ENDS
    in_doubt = defaultdict(list)
    for row in calls:
        assert row.state not in ("queued", "attempting")
        if row.state == "unknown":
            in_doubt[row.logical_id].append(row)
    by_sms = Counter(taken.submit.to[-9:] for taken in centre.taken)
    for saga in sagas:
        number = people[saga.message_id]
        seen = [one for one in operator.received(number) if one.status in ("delivered", "displayed")]
        got = len(seen) + by_sms[number[-9:]]
        assert got <= 1 or saga.outcome == "DOUBLE" or in_doubt[saga.message_id], (saga.outcome, got)
        assert got >= 1 or saga.outcome in ("UNKNOWN", "FAILED"), saga.outcome


class KillContract:
    """Each engine's test class gives the fixture ``database``."""

    @pytest.mark.parametrize("seed", KILLS)
    async def test_each_message_ends_once(self, database: str, tmp_path: Path, seed: int) -> None:
        ports = free_ports(2)
        centre = Smsc(settings=SmscSettings(), clock=SystemClock())
        await centre.start()
        async with operating(webhook=webhook(ports[0])) as operator:
            deployment = await deploy(
                tmp_path, database=database, operator=operator.base, ports=(ports[0], ports[1]), quota_per_s=30
            )
            with deployment.config.open("a", encoding="utf-8") as config:
                config.write(SETTINGS.format(port=centre.port))
            people = await queue_all(deployment)
            for number in [number for place, number in enumerate(people.values()) if place % 3 == 1]:
                async with operator.http.post(f"{operator.base}/_emulator/phones/{number}/offline") as answer:
                    assert answer.status == 200
            server, instant = Process(deployment), random.Random(seed).randrange(2, PEOPLE)
            try:
                await server.start()
                await until(lambda: operator.received_by_all() + len(centre.taken) >= instant, within_s=WITHIN_S)
                await server.kill()
                await server.start()
                await self.settle(server, operator)
                assert await server.terminate() == 0
            finally:
                await server.close()
                await centre.stop()
            check(people, *await read(deployment), operator, centre)

    async def settle(self, server: Process, operator: Operator) -> None:
        """Return when every message has its end and nothing is on its way."""

        async def settled() -> bool:
            state = (await server.state(operator.http))["outbox"]
            calls = {name for states in state.values() for name in states}
            return not calls & {"queued", "attempting"} and sum(await self.ends(server, operator)) == PEOPLE

        await until(settled, within_s=WITHIN_S)

    async def ends(self, server: Process, operator: Operator) -> list[int]:
        """How many messages came to each end."""
        url = f"http://127.0.0.1:{server.deployment.admin_port}/admin/messages"
        found = []
        for outcome in sorted(ENDS):
            async with operator.http.get(url, params={"outcome": outcome}, headers=HEADERS) as answer:
                found.append(len((await answer.json())["messages"]))
        return found


class TestSqlite(KillContract):
    @pytest.fixture
    def database(self, sqlite_path: Path) -> str:
        return f"sqlite:///{sqlite_path}"


class TestPostgres(KillContract):
    @pytest.fixture
    def database(self, postgres_database: str) -> str:
        return postgres_database
