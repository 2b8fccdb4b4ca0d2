"""Delivery through a whole server: pauses, sends whose end nobody knows, receipts that come too early."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from sqlalchemy import update

from rbm_bots.clock import from_ms
from rbm_bots.store.base import table
from rbm_bots.store.tables import InboxRow, JournalRow, LeaseRow, OutboxRow
from tests.acceptance.driver.operator import Operator, operating, until
from tests.integration.server.side import OPERATOR_TOKEN, PERSON, House, housed

OTHER = "+33639980003"


async def states(house: House) -> list[str]:
    return [row.state for row in await house.rows(OutboxRow)]


async def reach(house: House, *wanted: str) -> None:
    async def reached() -> bool:
        return await states(house) == list(wanted)

    await until(reached, within_s=10, strict=False)
    assert await states(house) == list(wanted)


async def paused_until_ms(house: House) -> int:
    [lease] = [row for row in await house.rows(LeaseRow) if row.name == "application:APP1"]
    return int(lease.paused_until)


class TestPause:
    """429 pauses the whole application for a minute, whoever paces it."""

    async def throttled(self, house: House, operator: Operator) -> None:
        await operator.rule({"status": 429}, path="messages", times=1)
        began = house.clock.now()
        await house.say("deux messages")

        async def paused() -> bool:
            return await paused_until_ms(house) > 0

        await until(paused, within_s=10)
        left = from_ms(await paused_until_ms(house)) - began
        assert timedelta(seconds=59) < left < timedelta(seconds=65)
        await reach(house, "queued", "queued")

    async def test_it_outlives_the_server_and_ends_by_itself(self, house: House, operator: Operator) -> None:
        await self.throttled(house, operator)
        await house.stop()
        house.clock.advance(30)
        await house.start()
        await house.say("deux messages", number=OTHER)
        await reach(house, *["queued"] * 4)
        assert operator.answers_to_sends() == {429}
        await house.stop()
        house.clock.advance(35)
        await house.start()
        await reach(house, *["accepted"] * 4)
        assert operator.texts(PERSON) == operator.texts(OTHER) == ["Premier.", "Second."]

    async def test_a_person_may_end_it(self, house: House, operator: Operator) -> None:
        await self.throttled(house, operator)
        assert await house.admin("POST", "/admin/applications/APP1/resume") == (200, {"paused_until": None})
        await reach(house, "accepted", "accepted")
        assert operator.texts(PERSON) == ["Premier.", "Second."]

    async def test_a_person_may_begin_one(self, house: House, operator: Operator) -> None:
        await house.say("deux messages")
        await reach(house, "accepted", "accepted")  # its owner is at work
        assert (await house.admin("POST", "/admin/applications/APP1/pause", {"seconds": 600}))[0] == 200
        await house.say("deux messages", number=OTHER)
        await reach(house, "accepted", "accepted", "queued", "queued")
        await house.stop()
        await house.start()
        await house.say("deux messages")
        await reach(house, "accepted", "accepted", *["queued"] * 4)
        assert (operator.texts(PERSON), operator.texts(OTHER)) == (["Premier.", "Second."], [])
        await house.admin("POST", "/admin/applications/APP1/resume")
        await reach(house, *["accepted"] * 6)
        assert operator.texts(PERSON) == ["Premier.", "Second."] * 2


class TestUnknown:
    """The connection broke after the operator had done its work: nobody can tell, so nobody sends it again."""

    @pytest.fixture
    async def lost(self, house: House, operator: Operator) -> str:
        await operator.rule({"drop": "after"}, path="messages", nth=1)
        await house.say("deux messages")
        await reach(house, "unknown", "accepted")
        [first, _] = await house.rows(OutboxRow)
        return str(first.message_id)

    async def test_it_is_not_repeated(self, house: House, operator: Operator, lost: str) -> None:
        await house.stop()
        house.clock.advance(3600)
        await house.start()
        await house.say("deux messages")
        await reach(house, "unknown", "accepted", "accepted", "accepted")
        assert operator.texts(PERSON) == ["Premier.", "Second.", "Premier.", "Second."]
        sent = [(row.status, row.message_id is None) for row in await house.rows(JournalRow) if row.kind == "sent"]
        assert sent == [("unknown", True), ("accepted", False), ("accepted", False), ("accepted", False)]

    async def test_a_person_may_send_it_again(self, house: House, operator: Operator, lost: str) -> None:
        assert await house.admin("POST", f"/admin/outbox/{lost}/decide", {"send_again": True}) == (
            200,
            {"state": "queued"},
        )
        await reach(house, "accepted", "accepted")
        assert operator.texts(PERSON) == ["Premier.", "Second.", "Premier."]

    async def test_a_person_may_give_it_up_once(self, house: House, operator: Operator, lost: str) -> None:
        answers = [await house.admin("POST", f"/admin/outbox/{lost}/decide", {"send_again": False}) for _ in range(2)]
        assert [status for status, _ in answers] == [200, 404]
        await reach(house, "rejected", "accepted")
        assert operator.texts(PERSON) == ["Premier.", "Second."]
        told = [row.status for row in await house.rows(JournalRow) if row.source_id.startswith(lost)]
        assert told == ["unknown", "rejected"]  # the ledger folds the journal alone


class HastyOperator:
    """Tells the webhook that a message was delivered before it answers the call that sends it."""

    def __init__(self) -> None:
        self.base = ""
        self.house: House | None = None
        self.looked_at = 0

    async def take(self, _request: web.Request) -> web.Response:
        house = self.house
        assert house is not None
        receipt = house.event("messageStatus", msg_id="out-1", status="delivered")
        assert await house.post(receipt) == 200

        async def seen() -> bool:
            return await states(house) == ["attempting"] and await self._waits(house)

        await until(seen, within_s=10)
        self.looked_at += 1
        return web.json_response({"RCSMessage": {"msgId": "out-1", "status": "pending"}}, status=202)

    @staticmethod
    async def _waits(house: House) -> bool:
        return any(row.due_at > 0 for row in await house.rows(InboxRow))


async def test_a_receipt_that_overtakes_its_own_message_lands(database: str) -> None:
    hasty = HastyOperator()
    app = web.Application()
    app.router.add_post("/{path:.*}", hasty.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with housed(database=database, operator=f"http://127.0.0.1:{runner.addresses[0][1]}") as house:
            hasty.house = house
            await house.say("bonjour")
            await reach(house, "delivered")
            assert hasty.looked_at == 1
    finally:
        await runner.cleanup()


async def test_a_receipt_of_nobody_s_message_is_let_go(house: House) -> None:
    assert await house.post(house.event("messageStatus", msg_id="out-9", status="delivered")) == 200

    async def counted() -> bool:
        assert house.server is not None
        return 'rbm_receipts_without_message_total{bot="shop"} 1.0' in house.server.metrics.render().decode()

    await until(counted, within_s=10)


async def test_an_operator_that_nobody_reaches_gets_all_later_and_in_order(database: str, free_port: int) -> None:
    async with housed(database=database, operator=f"http://127.0.0.1:{free_port}") as house:
        await house.say("deux messages")

        async def put_back() -> bool:
            return [row.attempts > 0 for row in await house.rows(OutboxRow)] == [True, False]

        await until(put_back, within_s=10)
        async with operating(webhook=None, token=OPERATOR_TOKEN, port=free_port) as operator:
            house.move(600)
            await reach(house, "accepted", "accepted")
            assert operator.texts(PERSON) == ["Premier.", "Second."]


async def test_a_message_that_cannot_be_read_stops_nobody(house: House, operator: Operator) -> None:
    await house.admin("POST", "/admin/applications/APP1/pause", {"seconds": 600})
    await house.say("deux messages")
    await reach(house, "queued", "queued")
    rows = table(OutboxRow)
    first = (await house.rows(OutboxRow))[0].seq
    spoil = update(rows).where(rows.c.seq == first).values(body=b"\x01 sealed with other keys, long ago")
    await house.store.write(lambda connection: connection.execute(spoil))
    await house.admin("POST", "/admin/applications/APP1/resume")
    await reach(house, "refused", "accepted")
    assert (await house.rows(OutboxRow))[0].reason == "unreadable"
    assert operator.texts(PERSON) == ["Second."]


async def test_connections_that_the_database_broke_are_made_again(postgres_database: str, operator: Operator) -> None:
    async with housed(database=postgres_database, operator=operator.base) as house:
        await house.say("bonjour")
        await reach(house, "accepted")
        await break_connections(postgres_database)
        await until_taken(house, "une lampe")
        await break_connections(postgres_database)
        await until_taken(house, "deux messages")
        await reach(house, *["accepted"] * 4)
        assert operator.texts(PERSON) == ["Que voulez-vous ?", "Commande R-9.", "Premier.", "Second."]


async def break_connections(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    await connection.close()
    await asyncio.sleep(0)


async def until_taken(house: House, text: str) -> None:
    """Post an event until it is answered 200, as an operator does."""
    event: dict[str, Any] = house.event("message", textMessage=text)

    async def taken() -> bool:
        return await house.post(event) == 200

    await until(taken, within_s=10)
