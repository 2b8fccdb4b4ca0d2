"""From RCS to SMS through a whole server: deadlines, revokes, rules between the legs, restarts between any steps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, update

from rbm_bots.channels.sms.ucp.operations import Deliver
from rbm_bots.channels.sms.ucp.stamps import Stamp, stamp_digits
from rbm_bots.store.base import table
from rbm_bots.store.tables import JournalRow, OptRow, SagaRow
from tests.acceptance.driver.operator import Operator, until
from tests.integration.server.side import PERSON
from tests.integration.server.sms_side import CODE, SmsHouse, sms_housed

CHOICE = """
rbm: 1
bot: {id: shop, name: La Boutique, languages: [fr], expires: 48h}
slots: {food: {type: choice, options: {bread: Pain, milk: Lait}}}
start: order
flows:
  order:
    hears: [bonjour]
    steps:
      - {ask: food, say: Du pain ou du lait ?}
      - {say: "Ce sera {{ food }}."}
"""
OTHER = "+33639980003"
SENT = ("message", "accepted")
REVOKE = ("revoke", "accepted")
SMS = ("sms", "delivered")


@pytest.fixture
async def shop(database: str, operator: Operator) -> AsyncIterator[SmsHouse]:
    async with operator.http.post(f"{operator.base}/_emulator/phones/{PERSON}/offline") as answer:
        assert answer.status == 200  # so that what the operator tells is told by the test
    async with sms_housed(database=database, operator=operator.base) as running:
        yield running


async def left_by_rcs(shop: SmsHouse, message_class: Any = "service", **more: Any) -> str:
    """A message whose RCS leg is with the operator."""
    contact = await shop.know()
    await shop.queue(contact, message_class, **more)
    await shop.reach(SENT)
    return contact


async def revoking(shop: SmsHouse, message_class: Any = "service", *, deadline_s: float = 901) -> str:
    """A message that the operator was asked to take back."""
    contact = await left_by_rcs(shop, message_class)
    shop.move(deadline_s)
    await shop.reach(SENT, REVOKE)
    return contact


class TestOneWay:
    """What becomes of a message when everything goes its way."""

    async def test_what_arrives_by_rcs_ends_there(self, shop: SmsHouse) -> None:
        await left_by_rcs(shop)
        await shop.receipt("delivered")
        await shop.end("done_rcs", "DONE_RCS")
        shop.move(3600)
        await shop.reach(("message", "delivered"))
        assert shop.sms == []

    async def test_a_deadline_a_revoke_and_its_word_make_the_sms_leave(
        self, shop: SmsHouse, operator: Operator
    ) -> None:
        await revoking(shop)
        [call] = [line for line in operator.emulator.platform.record.lines() if line["path"].endswith("/messages")]
        assert call["body"]["RCSMessage"]["expiry"].startswith("2030-03-12T09:15:0")  # the platform's own deadline
        await shop.end("revoking", None)
        await shop.receipt("revoked")
        await shop.reach(("message", "revoked"), REVOKE, SMS)
        await shop.end("sms_sent", "DONE_SMS")
        assert shop.sms == ["Votre colis est la."]
        facts = [(row.kind, row.status, row.source) for row in await shop.rows(JournalRow)]
        assert facts == [
            ("sent", "accepted", "outbox:APP1"),
            ("revoke", "accepted", "outbox:APP1"),
            ("messageStatus", "revoked", "maap:APP1:shop"),
            ("sms", "accepted", "outbox:sms:36123"),
            ("messageStatus", "delivered", "sms:36123"),
        ]

    async def test_who_is_not_there_gets_the_sms_at_once(self, shop: SmsHouse, operator: Operator) -> None:
        await operator.rule({"status": 404}, path="messages", times=1)
        await shop.queue(await shop.know(), "service")
        await shop.reach(("message", "rejected"), SMS)


def write_saga(connection: Connection, state: str) -> None:
    """Put something in the place of the first message's saga."""
    found = table(SagaRow)
    connection.execute(update(found).where(found.c.message_id == "m1").values(state=state))


async def test_a_saga_that_cannot_go_on_keeps_no_other_from_its_deadline(shop: SmsHouse, operator: Operator) -> None:
    async with operator.http.post(f"{operator.base}/_emulator/phones/{OTHER}/offline") as answer:
        assert answer.status == 200
    await left_by_rcs(shop)
    await shop.queue(await shop.know(number=OTHER), "service", name="m2")
    await shop.reach(SENT, name="m2")
    [whole, _] = await shop.rows(SagaRow)
    await shop.store.write(partial(write_saga, state="{}"))
    shop.move(901)
    await shop.reach(SENT, REVOKE, name="m2")
    await shop.store.write(partial(write_saga, state=whole.state))
    shop.move(61)
    await shop.reach(SENT, REVOKE)


class TestRevoke:
    """The three outcomes of a revoke, and nobody's word."""

    async def test_delivered_after_all_needs_no_sms(self, shop: SmsHouse) -> None:
        await revoking(shop)
        await shop.receipt("delivered")
        await shop.end("done_rcs", "DONE_RCS")
        shop.move(3600)
        await shop.reach(("message", "delivered"), REVOKE)
        assert shop.sms == []

    async def test_without_a_word_service_says_that_it_may_be_a_repeat(self, shop: SmsHouse) -> None:
        await revoking(shop)
        shop.move(61)
        await shop.reach(SENT, REVOKE, SMS)
        assert shop.sms == ["Rappel : Votre colis est la."]

    async def test_without_a_word_marketing_is_given_up(self, shop: SmsHouse) -> None:
        await revoking(shop, "marketing", deadline_s=7201)
        shop.move(61)
        await shop.end("dropped", "UNKNOWN")
        assert shop.sms == []

    async def test_a_late_receipt_is_a_double_that_is_counted_and_listed(self, shop: SmsHouse) -> None:
        await revoking(shop)
        shop.move(61)
        await shop.reach(SENT, REVOKE, SMS)
        await shop.receipt("delivered")
        await shop.end("sms_sent", "DOUBLE")
        _, metrics = await shop.admin("GET", "/metrics")
        for what in ("fallback", "uncertain", "late_receipt", "double"):
            assert f'rbm_messages_total{{bot="shop",message_class="service",what="{what}"}} 1.0' in metrics
        _, listed = await shop.admin("GET", "/admin/messages?outcome=DOUBLE")
        assert [one["message"] for one in listed["messages"]] == ["m1"]


class TestRulesBetweenTheLegs:
    """The gate is asked for each leg as it leaves."""

    async def test_stop_after_rcs_keeps_the_sms_from_leaving(self, shop: SmsHouse) -> None:
        await revoking(shop, "marketing", deadline_s=7201)
        await shop.say("STOP")
        await shop.receipt("revoked")
        await shop.end("refused", "REFUSED")
        [row] = [row for row in await shop.rows(SagaRow) if row.message_id == "m1"]
        assert shop.sms == []
        assert row.outcome == "REFUSED"

    async def test_closing_time_puts_the_sms_off_until_the_next_opening(self, shop: SmsHouse) -> None:
        shop.move(timedelta(hours=10).total_seconds())  # eight in the evening
        await left_by_rcs(shop, "marketing")
        shop.move(timedelta(minutes=91).total_seconds())  # half past nine: marketing's deadline is the closing hour
        await shop.reach(SENT, REVOKE)
        await shop.receipt("revoked")
        await shop.end("sms_waiting", None)
        assert shop.sms == []
        [row] = await shop.rows(SagaRow)
        assert (row.rule, row.rule_set) == ("quiet_hours", "af2m-2026")
        shop.move(timedelta(hours=10, minutes=30).total_seconds())
        await shop.reach(("message", "revoked"), REVOKE, SMS)
        assert shop.sms == ["Votre colis est la.\nSTOP au 36123"]


async def test_restarts_between_all_steps_change_nothing(shop: SmsHouse) -> None:
    contact = await shop.know()
    await shop.again()
    await shop.queue(contact)
    await shop.reach(SENT)
    await shop.again()
    shop.move(901)
    await shop.reach(SENT, REVOKE)
    await shop.again()
    await shop.receipt("revoked")
    await shop.reach(("message", "revoked"), REVOKE, SMS)
    await shop.again()
    shop.move(3600)
    await shop.end("sms_sent", "DONE_SMS")
    assert shop.sms == ["Votre colis est la."]


async def test_a_deadline_that_passed_while_nobody_ran_is_kept(shop: SmsHouse) -> None:
    await left_by_rcs(shop)
    await shop.stop()
    shop.clock.advance(5000)
    await shop.start()
    await shop.reach(SENT, REVOKE)


async def test_a_paused_application_falls_back_without_a_revoke(shop: SmsHouse, operator: Operator) -> None:
    await operator.rule({"status": 429}, path="messages", times=1)
    await shop.queue(await shop.know(), "code")
    await shop.holds(lambda: shop.state(), ("rcs_sent", None))
    await shop.reach(("message", "queued"))
    shop.move(31)
    await shop.reach(("message", "refused"), SMS)
    assert operator.texts(PERSON) == []


class TestBySms:
    """People who write by SMS: to the number, with the number of an option, and with STOP."""

    async def writes(self, shop: SmsHouse, text: str) -> None:
        at = shop.clock.now()
        stamp = Stamp(digits=stamp_digits(at, shop.centre.zone), at=None)
        shop.centre.deliver(Deliver(to=CODE, sender=f"00{PERSON[1:]}", text=text, scts=stamp))

    async def test_an_sms_is_answered_by_sms_and_its_numbers_are_understood(
        self, database: str, operator: Operator
    ) -> None:
        async with sms_housed(database=database, operator=operator.base, text=CHOICE) as shop:
            await self.writes(shop, "bonjour")
            await shop.holds(lambda: self.texts(shop), ["Du pain ou du lait ?\n1 Pain\n2 Lait"])
            await self.writes(shop, "2")
            await shop.holds(lambda: self.texts(shop), ["Du pain ou du lait ?\n1 Pain\n2 Lait", "Ce sera Lait."])
            assert operator.texts(PERSON) == []

    async def texts(self, shop: SmsHouse) -> list[str]:
        return shop.sms

    async def test_stop_by_sms_counts_at_once_and_everywhere(self, shop: SmsHouse) -> None:
        contact = await shop.know()
        await self.writes(shop, "STOP")

        async def stopped() -> bool:
            return any(row.kind == "stop" for row in await shop.rows(OptRow))

        await until(stopped, within_s=10)
        await shop.queue(contact, "marketing")
        await shop.end("refused", "REFUSED")
