"""A whole server books what its conversations cost."""

from __future__ import annotations

from typing import Any

from rbm_bots.messages import Postback
from rbm_bots.rules.stop import STOP_STEP
from rbm_bots.store.tables import ChargeRow, JournalRow, OutboxRow
from tests.acceptance.driver.operator import until
from tests.integration.server.side import House


def reply(data: str) -> dict[str, Any]:
    return {"suggestedResponse": {"response": {"reply": {"displayText": "Oui", "postback": {"data": data}}}}}


def action() -> dict[str, Any]:
    return {"suggestedResponse": {"response": {"action": {"displayText": "Ouvrir", "postback": {"data": "x"}}}}}


async def delivered(house: House) -> None:
    """The operator reports each message that it took."""
    for row in await house.rows(OutboxRow):
        body = house.event("messageStatus", msg_id=row.platform_id, status="delivered")
        assert await house.post(body) == 200


async def test_an_answered_person_opens_a_free_session_and_a_returning_one_another(house: House) -> None:
    async def sent() -> bool:
        rows = await house.rows(OutboxRow)
        return len(rows) == 2 and all(row.platform_id for row in rows)

    async def booked() -> bool:
        return [row.state for row in await house.rows(ChargeRow)] == ["posted"]

    await house.say("deux messages")
    await until(sent, within_s=10)
    await delivered(house)
    await until(booked, within_s=10)
    [charge] = await house.rows(ChargeRow)
    assert (charge.product, charge.operator, charge.micros, charge.brand) == ("CONV_MO1ST", "ORANGE", 0, "brand")
    sends = [row for row in await house.rows(JournalRow) if row.kind == "sent"]
    assert {(row.brand, row.status, row.basic) for row in sends} == {("brand", "accepted", True)}


async def test_a_row_says_what_kind_of_answer_it_is(house: House) -> None:
    version = house.deployment.bots["shop"].bot.version
    stop = Postback(bot_version=version, talk=1, turn=1, step=STOP_STEP, option="stop").pack()
    position = {"geolocationPushMessage": {"pos": "48.8566 2.3522", "label": "Paris", "radius": 10}}
    told: list[tuple[str, dict[str, Any], str | None]] = [
        ("message", {"textMessage": "bonjour"}, "text"),
        ("message", {"textMessage": "STOP"}, "stop"),
        ("message", {"textMessage": "start"}, "text"),
        ("message", position, "location"),
        ("message", {"fileMessage": {"fileUrl": "https://example.com/a.jpg"}}, "file"),
        ("response", reply("anything"), "suggested_reply"),
        ("response", reply(stop), "stop"),
        ("response", action(), "action_tap"),
        ("response", {"sharedData": {"deviceSpecifics": {"deviceModel": "x"}}}, "action_tap"),
        ("response", {}, None),
        ("newUser", reply("new_bot_user_initiation"), "suggested_reply"),
        ("newUser", {}, None),
        ("isTyping", {"isTyping": "active"}, None),
    ]
    for kind, content, _ in told:
        assert await house.post(house.event(kind, **content)) == 200
    found = [row.detail for row in await house.rows(JournalRow) if row.source.startswith("maap:")]
    assert found == [detail for _, _, detail in told]
