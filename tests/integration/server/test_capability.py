"""Capability and error ratios through a whole server: learned from events, shown and decided over the admin API."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from rbm_bots.clock import to_ms
from rbm_bots.store import capability
from rbm_bots.store.tables import CapabilityRow, ContactRow, OutboxRow
from tests.acceptance.driver.operator import Operator, until
from tests.integration.server.side import BOT, PERSON, House


async def known(house: House) -> dict[str, tuple[str, str | None]]:
    people = [row.contact_id for row in await house.rows(ContactRow)]
    now_ms = to_ms(house.clock.now())
    found = await house.store.read(partial(capability.known, contact_ids=people, now_ms=now_ms))
    return {contact: (one.answer, one.source) for contact, one in found.items()}


async def ask(house: House, operation: str, body: Any = None) -> tuple[int, Any]:
    return await house.admin("POST", f"/admin/capability/{operation}", body)


async def sent(house: House, *states: str) -> None:
    async def reached() -> bool:
        return [row.state for row in await house.rows(OutboxRow)] == list(states)

    await until(reached, within_s=10)


async def test_whoever_writes_has_rcs_and_costs_one_row(house: House) -> None:
    await house.say("deux messages")
    await sent(house, "accepted", "accepted")
    assert list((await known(house)).values()) == [("rcs", "inbound")]
    [first] = await house.rows(CapabilityRow)
    house.clock.advance(3600)
    await house.say("deux messages")
    await sent(house, *["accepted"] * 4)
    assert await house.rows(CapabilityRow) == [first]
    assert await ask(house, "report", {"bot": BOT, "rcs_price": 95_000}) == (
        200,
        {
            "total": 1,
            "groups": {
                "rcs": {"count": 1, "share": 10_000},
                "sms_only": {"count": 0, "share": 0},
                "other_operator": {"count": 0, "share": 0},
                "unknown": {"count": 0, "share": 0},
                "opted_out": {"count": 0, "share": 0},
            },
            "plans": [
                {"name": "rcs_only", "rcs": 1, "sms": 0, "nobody": 0, "cost": 95_000},
                {"name": "sms_only", "rcs": 0, "sms": 1, "nobody": 0, "cost": None},
                {"name": "rcs_then_sms", "rcs": 1, "sms": 0, "nobody": 0, "cost": 95_000},
            ],
        },
    )


async def test_a_miss_is_counted_and_disbelieved_for_some_hours(house: House, operator: Operator) -> None:
    await operator.rule({"not_rcs": True}, contact=PERSON)
    await house.say("deux messages")

    async def failed() -> bool:
        rows = await house.rows(OutboxRow)
        return len(rows) == 2 and {row.state for row in rows} <= {"rejected", "failed", "accepted"}

    await until(failed, within_s=10)
    for row in await house.rows(OutboxRow):
        if row.state == "accepted":
            reason = {"code": 41110, "text": "user not found"}
            event = house.event("messageStatus", msg_id=row.platform_id, status="failed", reason=reason)
            assert await house.post(event) == 200

    async def counted() -> bool:
        _, found = await ask(house, "ratios")
        return [one["misses"] for one in found["ratios"]] == [2]

    await until(counted, within_s=10)
    _, found = await ask(house, "ratios")
    [ratio] = found["ratios"]
    assert {name: ratio[name] for name in ("scope", "name", "level", "attempts", "share", "held_since")} == {
        "scope": "application", "name": "APP1", "level": "clear", "attempts": 2, "share": 10_000, "held_since": None,
    }  # fmt: skip
    assert list((await known(house)).values()) == [("none", "failed_send")]
    _, metrics = await house.admin("GET", "/metrics")
    assert 'rbm_error_ratio{name="APP1",scope="application"} 1.0' in metrics
    assert await ask(house, "resume", {"scope": "application", "name": "APP1"}) == (200, {"resumed": []})
    _, found = await ask(house, "ratios")
    assert [(one["attempts"], one["all_attempts"]) for one in found["ratios"]] == [(0, 2)]


@pytest.mark.parametrize(
    ("operation", "body", "said"),
    [
        ("report", {"bot": "nobody"}, "no bot is called nobody"),
        ("report", {}, "missing required field"),
        ("report", {"bot": BOT, "price": 1}, "unknown field"),
        ("check", {"bot": BOT, "msisdn": "06"}, "no E.164 number"),
        ("check", {"bot": BOT, "msisdn": PERSON}, "the unitary capability query is off"),
        ("resume", {"scope": "campaign", "name": "spring"}, "no campaign called spring"),
    ],
)
async def test_what_is_wrong_is_told(house: House, operation: str, body: dict[str, Any], said: str) -> None:
    status, found = await ask(house, operation, body)
    assert status == 400
    assert said in found["error"]
