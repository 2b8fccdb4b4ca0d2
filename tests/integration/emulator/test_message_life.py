"""The states of a bot's message, the operator's time, and the webhook's repeats."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.integration.emulator.side import AT, ListeningBot, Operator, Started

CANCEL = {"RCSMessage": {"status": "canceled"}}


async def test_a_message_goes_through_its_states(operator: Operator, listening: ListeningBot) -> None:
    msg_id = await operator.send()
    assert await operator.status(msg_id) == "pending"
    await operator.advance(0.05)
    assert await operator.status(msg_id) == "sent"
    await operator.advance(0.1)
    assert await operator.status(msg_id) == "delivered"
    await operator.act("read")
    assert await operator.status(msg_id) == "displayed"
    assert listening.words() == ["sent", "delivered", "displayed"]


async def test_a_number_without_rcs_fails_by_event(operator: Operator, listening: ListeningBot) -> None:
    await operator.send("+33639980002")
    await operator.send("+33199000002")  # only the fictive range ends at 02
    await operator.advance(1)
    failed = [event for event in listening.events if event["RCSMessage"]["status"] == "failed"]
    assert [event["reason"] for event in failed] == [{"code": 41110, "text": "User not found on RCS"}]
    assert list(failed[0]) == ["RCSMessage", "reason", "messageContact", "event"]


@pytest.mark.parametrize("place", ["message", "message_text"])
async def test_the_place_of_a_reason_is_a_setting(place: str, started: Started, listening: ListeningBot) -> None:
    operator = await started(failure_reason_place=place)
    await operator.send("+33639980002")
    await operator.advance(1)
    reason = listening.events[-1]["RCSMessage"]["reason"]
    assert reason == (
        "User not found on RCS" if place == "message_text" else {"code": 41110, "text": "User not found on RCS"}
    )


async def test_no_rcs_can_be_said_at_once(started: Started) -> None:
    operator = await started(not_rcs_at_send="404")
    body = {"RCSMessage": {"textMessage": "a"}, "messageContact": {"userContact": "+33639980002"}}
    assert await operator.bot("POST", "messages", body) == (
        404,
        {"reason": {"code": 41110, "text": "User not found on RCS"}},
    )


async def test_an_offline_phone_lets_messages_wait_and_one_be_revoked(
    operator: Operator, listening: ListeningBot
) -> None:
    await operator.act("offline")
    first, second, third = [await operator.send(textMessage=text) for text in ("1", "2", "3")]
    await operator.advance(3600)
    assert await operator.bot("PUT", f"messages/{second}/status", CANCEL) == (204, None)
    assert await operator.status(second) == "canceled"
    assert (await operator.bot("PUT", f"messages/{second}/status", CANCEL))[0] == 204
    await operator.advance(1)
    await operator.act("online")
    assert [await operator.status(one) for one in (first, second, third)] == ["delivered", "revoked", "delivered"]
    assert listening.words() == ["sent", "sent", "sent", "revoked", "delivered", "delivered"]
    assert (await operator.bot("PUT", f"messages/{second}/status", CANCEL))[1]["reason"]["code"] == 41011


async def test_a_revocation_can_come_too_late(operator: Operator, listening: ListeningBot) -> None:
    msg_id = await operator.send()
    await operator.advance(0.05)
    await operator.bot("PUT", f"messages/{msg_id}/status", CANCEL)
    await operator.advance(1)
    assert listening.words() == ["sent", "delivered"]
    status, reply = await operator.bot("PUT", f"messages/{msg_id}/status", CANCEL)
    assert (status, reply["reason"]["code"]) == (409, 41002)


@pytest.mark.parametrize("refusal", [204, 400])
async def test_how_a_late_revocation_is_refused_is_a_setting(
    refusal: int, started: Started, listening: ListeningBot
) -> None:
    operator = await started(revoke_refusal=refusal)
    msg_id = await operator.send()
    await operator.advance(1)
    assert (await operator.bot("PUT", f"messages/{msg_id}/status", CANCEL))[0] == refusal
    await operator.advance(1)
    assert listening.words() == ["sent", "delivered", *(["delivered"] if refusal == 204 else [])]


async def test_an_expired_message_is_revoked_by_the_platform(operator: Operator, listening: ListeningBot) -> None:
    await operator.act("offline")
    expiry = (AT + timedelta(hours=1)).isoformat()
    msg_id = await operator.send(textMessage="a", expiry=expiry)
    await operator.advance(3601)
    assert (await operator.status(msg_id), listening.words()) == ("revoked", ["sent", "revoked"])


async def test_time_happens_in_order_on_the_way(operator: Operator, listening: ListeningBot) -> None:
    await operator.send()
    await operator.advance(86_400)
    stamps = [event["RCSMessage"]["timestamp"] for event in listening.events]
    assert stamps == ["2026-01-15T10:00:00.020Z", "2026-01-15T10:00:00.120Z"]


async def test_the_clock_can_go_back_and_a_wait_stays_a_wait(operator: Operator) -> None:
    msg_id = await operator.send()
    assert (await operator.control("POST", "clock", {"now": "2026-01-15T09:00:00Z"}))[0] == 200
    await operator.advance(0.01)
    assert await operator.status(msg_id) == "pending"
    await operator.advance(0.2)
    assert await operator.status(msg_id) == "delivered"


async def test_a_running_clock_needs_no_push(started: Started, listening: ListeningBot) -> None:
    operator = await started(frozen=False, sent_after_s=0.001, delivered_after_s=0.001)
    await operator.send()
    async with asyncio.timeout(5):
        while listening.words() != ["sent", "delivered"]:  # noqa: ASYNC110 - a webhook has no event to wait for
            await asyncio.sleep(0)
    frozen = (await operator.control("POST", "clock", {"freeze": True}))[1]
    assert frozen["frozen"]
    assert (await operator.control("GET", "state"))[1]["clock"] == frozen


async def test_the_webhook_is_tried_again_after_5_25_and_125_seconds(
    operator: Operator, listening: ListeningBot
) -> None:
    listening.answers = [500, 429, 503]
    await operator.act("say", text="a", bot="b1")
    await operator.act("say", text="b")
    for seconds, tries in ((4.9, 1), (0.2, 2), (24.8, 2), (0.2, 3), (124.7, 3), (0.3, 5)):
        await operator.advance(seconds)
        assert len(listening.events) == tries
    assert [event["RCSMessage"]["textMessage"] for event in listening.events] == ["a", "a", "a", "a", "b"]


async def test_the_webhook_is_given_up_after_the_last_try(operator: Operator, listening: ListeningBot) -> None:
    listening.answers = [500] * 4
    await operator.act("say", text="a", bot="b1")
    await operator.advance(200)
    assert (len(listening.events), (await operator.control("GET", "state"))[1]["webhook"]) == (4, {"given_up": 1})


async def test_another_refusal_is_final(operator: Operator, listening: ListeningBot) -> None:
    listening.answers = [400]
    await operator.act("say", text="a", bot="b1")
    await operator.advance(200)
    assert len(listening.events) == 1


async def test_a_webhook_that_is_down_is_tried_again(started: Started, free_port: int) -> None:
    operator = await started(webhook=f"http://127.0.0.1:{free_port}/{{bot}}")
    await operator.act("say", text="a", bot="b/1")
    await operator.advance(200)
    lines = [line for line in (await operator.control("GET", "record"))[1] if line["direction"] == "out"]
    assert [line["status"] for line in lines] == [None] * 4
    assert lines[0]["path"].endswith("/b%2F1")


@pytest.mark.parametrize(
    ("settings", "header", "value"),
    [
        ({}, "Authorization", "tok"),
        ({"webhook_auth": "header"}, "X-Webhook-Secret", "tok"),
        ({"webhook_auth": "basic"}, "Authorization", "Basic dG9r"),
    ],
)
async def test_the_webhooks_credentials(
    settings: dict[str, str], header: str, value: str, started: Started, listening: ListeningBot
) -> None:
    operator = await started(webhook_token="tok", **settings)
    await operator.act("say", text="a", bot="b1")
    assert listening.headers[0][header] == value
    assert "tok" not in str((await operator.control("GET", "record"))[1])


async def test_a_webhook_url_may_be_checked_at_the_start(
    started: Started, listening: ListeningBot, caplog: pytest.LogCaptureFixture
) -> None:
    await started(webhook_url_check=True, bots=["b1"])  # this bot takes POST alone, so the check fails
    assert "did not answer its check" in caplog.text
    assert listening.events == []


async def test_stopping_drops_what_waits_for_another_try(started: Started, listening: ListeningBot) -> None:
    operator = await started()
    listening.answers = [500]
    await operator.act("say", text="a", bot="b1")
    await operator.emulator.stop()
    assert len(listening.events) == 1
