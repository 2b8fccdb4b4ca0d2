"""What a server makes of a centre's refusals and of long messages: what ends, what lasts, what a restart loses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from rbm_bots.channels.sms.header import Part
from rbm_bots.channels.sms.ucp.operations import Deliver
from rbm_bots.channels.sms.ucp.stamps import read_stamp, stamp_digits
from rbm_bots.store.tables import JournalRow, LeaseRow, OutboxRow, SmsPartRow
from tests.acceptance.driver.operator import Operator
from tests.integration.server.sms_side import CODE, SmsHouse, sms_housed


@pytest.fixture
async def shop(database: str, operator: Operator) -> AsyncIterator[SmsHouse]:
    async with sms_housed(database=database, operator=operator.base) as running:
        yield running


async def written_to(shop: SmsHouse, digits: str) -> None:
    """Somebody without RCS gets a message; the digits of their number say what the centre does."""
    contact = await shop.know(number=f"+3363998{digits}", rcs=False)
    await shop.queue(contact)


async def sms_rows(shop: SmsHouse) -> list[Any]:
    return [row for row in await shop.rows(OutboxRow) if row.operation == "sms"]


async def test_a_refusal_that_may_pass_is_tried_three_times(shop: SmsHouse) -> None:
    await written_to(shop, "1027")
    for attempts in (1, 2):
        await shop.holds(lambda: tried(shop), ("queued", attempts, "sms_for_now"))
        shop.move(5)
    await shop.holds(lambda: tried(shop), ("rejected", 3, "27"))
    assert shop.centre.counts["in_51"] == 3


async def tried(shop: SmsHouse) -> tuple[str, int, str | None]:
    rows = await sms_rows(shop)
    return (rows[0].state, rows[0].attempts, rows[0].reason) if rows else ("", 0, None)


@pytest.mark.parametrize(("code", "reason", "ceiling"), [("04", "sms_rate", 500), ("03", "sms_busy", 1000)])
async def test_too_fast_halves_the_rate_and_busy_does_not(shop: SmsHouse, code: str, reason: str, ceiling: int) -> None:
    await written_to(shop, f"10{code}")
    await shop.holds(lambda: tried(shop), ("queued", 1, reason))
    [lease] = [row for row in await shop.rows(LeaseRow) if row.name == "application:sms:36123"]
    assert lease.ceiling == ceiling
    assert (lease.throttled_at > 0) == (ceiling < 1000)
    assert lease.paused_until > 0


async def test_a_restart_between_two_parts_of_a_message_loses_neither(shop: SmsHouse) -> None:
    centre = shop.centre
    now = read_stamp(stamp_digits(shop.clock.now(), centre.zone), centre.zone)
    second, first = (
        Deliver(to=CODE, sender="33639980003", text=text, scts=now, part=Part(ref=7, total=2, seq=seq))
        for text, seq in (("et la date", 2), ("Je voudrais changer l'heure ", 1))
    )
    centre.deliver(second)
    await shop.holds(lambda: acknowledged(shop), 1)
    assert [row.part for row in await shop.rows(SmsPartRow)] == [2]
    assert await heard(shop) == 0
    await shop.again()
    centre.deliver(first)
    await shop.holds(lambda: acknowledged(shop), 2)
    await shop.holds(lambda: heard(shop), 1)
    shop.move(61)
    await shop.holds(lambda: left(shop), 0)
    assert await heard(shop) == 1


async def acknowledged(shop: SmsHouse) -> int:
    return shop.centre.counts["result_52_A"]


async def heard(shop: SmsHouse) -> int:
    return len([row for row in await shop.rows(JournalRow) if row.kind == "message" and row.sender == CODE])


async def left(shop: SmsHouse) -> int:
    return len(await shop.rows(SmsPartRow))
