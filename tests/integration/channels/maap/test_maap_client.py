"""The client's calls: tokens, repeats, refusals, and what each setting changes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.auth import jwt
from pydantic import SecretStr

from rbm_bots.addresses import Address
from rbm_bots.channels.maap import errors as e
from rbm_bots.channels.maap.replies import Accepted
from rbm_bots.errors import SettingsError
from tests.integration.channels.maap.platform import (
    BULK,
    CASES,
    HI,
    NOBODY,
    NOW,
    OK,
    USER,
    Bench,
    bot,
    text,
)


async def test_the_token_request_is_sent_as_written(bench: Bench) -> None:
    case = next(case for case in CASES if case["name"] == "OAuth token")
    await bench.client().send(bot(), USER, HI)
    [call] = bench.platform.token_calls
    assert (call.method, call.path, call.body.decode()) == (case["method"], case["path"], case["body"])
    assert all(call.headers[name.title()] == value for name, value in case["headers"].items())


async def test_credentials_may_travel_as_form_members(bench: Bench) -> None:
    await bench.client(oauth_credentials="form").send(bot(), USER, HI)
    [call] = bench.platform.token_calls
    assert call.body == b"grant_type=client_credentials&client_id=APP1&client_secret=s3cr3t"
    assert "Authorization" not in call.headers


async def test_concurrent_calls_share_one_token_request(bench: Bench) -> None:
    client = bench.client()
    await asyncio.gather(*(client.send(bot(), USER, HI) for _ in range(5)))
    assert (len(bench.platform.token_calls), len(bench.platform.received)) == (1, 5)


async def test_a_stale_token_is_renewed_once_and_the_call_repeated(bench: Bench) -> None:
    bench.platform.tokens = ["OAT-stale", "OAT-77aa"]
    stale = {"code": 42, "message": "Expired credentials", "description": "d"}
    bench.platform.replies = [(401, stale), (202, OK)]
    assert (await bench.client().send(bot(), USER, HI)).message_id == "m-1"
    sent = [call.headers["Authorization"] for call in bench.platform.received]
    assert sent == ["Bearer OAT-stale", "Bearer OAT-77aa"]


async def test_a_secret_that_stays_wrong_costs_one_token_a_minute(bench: Bench) -> None:
    client = bench.client()
    bench.platform.replies = [(401, {"code": 41, "message": "m"})] * 20
    for _ in range(5):
        with pytest.raises(e.TokenRefused):
            await client.send(bot(), USER, HI)
    assert (len(bench.platform.token_calls), len(bench.platform.received)) == (2, 6)


async def test_a_refused_jwt_is_signed_anew_and_the_token_kept(bench: Bench) -> None:
    refused = {"reason": {"code": 40004, "text": "expired"}}
    bench.platform.replies = [(202, OK), (401, refused), (202, OK)]
    client = bench.client()
    await client.send(bot(), USER, HI)
    bench.clock.advance(10)
    await client.send(bot(), USER, HI)
    first, second, third = (call.headers["X-Gsma-Authorization"] for call in bench.platform.received)
    assert first == second != third
    assert len(bench.platform.token_calls) == 1


async def test_gsma_only_with_a_static_token(bench: Bench) -> None:
    client = bench.client(auth_mode="gsma_only", gsma_token="static")
    await client.send(bot(token=SecretStr("T")), USER, HI)
    [call] = bench.platform.received
    assert call.headers["Authorization"] == "Bearer T"
    assert "X-Gsma-Authorization" not in call.headers
    bench.platform.replies = [(401, None)]
    with pytest.raises(e.TokenRefused):
        await client.send(bot(token=SecretStr("T")), USER, HI)
    assert (len(bench.platform.received), len(bench.platform.token_calls)) == (2, 0)


async def test_gsma_only_with_a_jwt(bench: Bench) -> None:
    await bench.client(auth_mode="gsma_only").send(bot(), USER, HI)
    [call] = bench.platform.received
    token = call.headers["Authorization"].removeprefix("Bearer ")
    assert jwt.decode(token, verify=False)["scope"] == "Chatbot message"


async def test_gsma_only_with_its_own_token_endpoint(bench: Bench) -> None:
    client = bench.client(auth_mode="gsma_only", gsma_token="oauth2")
    await client.send(bot(secret=SecretStr("s")), USER, HI)
    bench.clock.advance(3500)
    await client.send(bot(secret=SecretStr("s")), USER, HI)
    first, second = bench.platform.token_calls
    assert first.path == "/oauth2/v1/token"
    assert first.body == b"grant_type=client_credentials&scope=botmessage"
    assert second.body == b"grant_type=refresh_token&refresh_token=R1&scope=botmessage"
    bench.clock.advance(3500)
    bench.platform.token_status = 401
    with pytest.raises(e.TokenRefused):
        await client.send(bot(secret=SecretStr("s")), USER, HI)
    assert [call.body[:25] for call in bench.platform.token_calls[2:]] == [
        b"grant_type=refresh_token&",
        b"grant_type=client_credent",
    ]


async def test_a_missing_key_is_a_settings_error(bench: Bench) -> None:
    with pytest.raises(SettingsError, match="private_key"):
        await bench.client().send(bot(private_key=None), USER, HI)


async def test_without_a_token_nothing_leaves(bench: Bench) -> None:
    bench.platform.token_status = 503
    with pytest.raises(e.NoToken):
        await bench.client().send(bot(), USER, HI)
    assert (len(bench.platform.token_calls), bench.platform.received, bench.slept()) == (4, [], 3.5)


GATEWAY_BUSY = {"code": 6, "message": "m", "description": "d"}


@pytest.mark.parametrize(
    ("status", "body", "cls"),
    [
        (200, {}, e.NoMessageId),
        (202, None, e.NoMessageId),
        (202, "<html>", e.NoMessageId),
        (302, None, e.PlatformFailed),
        (404, None, e.NotOnRcs),
        (403, {"code": 53, "message": "m"}, e.OverQuota),
        (408, None, e.PlatformFailed),
        (500, None, e.PlatformFailed),
        (502, None, e.PlatformFailed),
        (503, None, e.PlatformFailed),
        (503, GATEWAY_BUSY, e.GatewayBusy),
        (504, None, e.PlatformFailed),
    ],
)
async def test_a_send_is_posted_once_whatever_comes_back(
    status: int, body: Any, cls: type[Exception], bench: Bench
) -> None:
    bench.platform.replies = [(status, body)]
    with pytest.raises(cls):
        await bench.client().send(bot(), USER, HI)
    assert (len(bench.platform.received), bench.slept()) == (1, 0)


async def test_any_2xx_with_an_id_is_accepted(bench: Bench) -> None:
    bench.platform.replies = [(200, {"RCSMessage": {"msgId": "x"}, "error": None})]
    assert await bench.client().send(bot(), USER, HI) == Accepted(message_id="x")
    bench.platform.replies = [(200, {})]
    await bench.client().typing(bot(), USER, active=False)  # needs no id
    bench.platform.replies = [(200, {})]
    await bench.client().read_report(bot(), "in-1")


async def test_a_faulty_message_is_never_posted(bench: Bench) -> None:
    for faulty in (text("x" * 2501), text("x", expires_at=NOW)):
        with pytest.raises(e.MessageMalformed):
            await bench.client().send(bot(), USER, faulty)
    assert (bench.platform.received, bench.platform.token_calls) == ([], [])


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_question_is_repeated_with_a_growing_wait(status: int, bench: Bench) -> None:
    bench.platform.replies = [(status, None), (status, None), (200, {"RCSMessage": {"status": "sent"}})]
    assert (await bench.client().status(bot(), "m-1")).status == "sent"
    assert (len(bench.platform.received), bench.slept()) == (3, 1.5)


async def test_the_gateways_own_503_is_no_matter_of_one_question(bench: Bench) -> None:
    bench.platform.replies = [(503, GATEWAY_BUSY)]
    with pytest.raises(e.GatewayBusy) as busy:
        await bench.client().status(bot(), "m-1")
    assert (len(bench.platform.received), bench.slept(), busy.value.retry_after_s) == (1, 0, 60)


async def test_a_question_does_not_wait_for_minutes(bench: Bench) -> None:
    bench.platform.replies = [(503, None)]
    bench.platform.reply_headers = {"Retry-After": "86399"}
    with pytest.raises(e.PlatformFailed):
        await bench.client().status(bot(), "m-1")
    assert (len(bench.platform.received), bench.slept()) == (1, 0)


async def test_a_question_is_given_up_after_four_times_and_honours_retry_after(bench: Bench) -> None:
    bench.platform.replies = [(503, None)] * 9
    bench.platform.reply_headers = {"Retry-After": "7"}
    with pytest.raises(e.PlatformFailed):
        await bench.client().file_info(bot(), "f-1")
    assert (len(bench.platform.received), bench.slept()) == (4, 21)


@pytest.mark.parametrize(("status", "cls"), [(404, e.ResourceMissing), (429, e.OverQuota), (403, e.AccessDenied)])
async def test_other_refusals_of_a_question_are_not_repeated(status: int, cls: type[Exception], bench: Bench) -> None:
    bench.platform.replies = [(status, None)]
    with pytest.raises(cls):
        await bench.client().status(bot(), "m-1")
    assert (len(bench.platform.received), bench.slept()) == (1, 0)


async def test_a_late_revocation_says_why(bench: Bench) -> None:
    for code, cls in ((41002, e.AlreadyDelivered), (41011, e.AlreadyRevoked)):
        bench.platform.replies = [(409, {"reason": {"code": code}})]
        with pytest.raises(cls):
            await bench.client(cancel_word="canceled").revoke(bot(), "m/1")
    assert bench.platform.received[0].path.endswith("/messages/m%2F1/status")
    assert bench.platform.received[0].body == b'{"RCSMessage":{"status":"canceled"}}'


async def test_the_capability_query_is_off_until_configured(bench: Bench) -> None:
    with pytest.raises(SettingsError):
        await bench.client().capabilities(bot(), USER)
    assert bench.platform.received == []


async def test_both_ways_of_not_being_there_are_an_empty_set_and_a_wrong_path_is_not(bench: Bench) -> None:
    client = bench.client(caps_in_production=True)
    bench.platform.replies = [(404, {"reason": {"code": 41110}}), (200, {"capabilities": []})]
    assert await client.capabilities(bot(), NOBODY) == frozenset()
    assert await client.capabilities(bot(), Address(chat_id="tk 1")) == frozenset()
    assert bench.platform.received[1].path.endswith("contactCapabilities?chatId=tk%201")
    bench.platform.replies = [(404, {"code": 60, "message": "Resource not found"})]
    with pytest.raises(e.ResourceMissing):
        await client.capabilities(bot(), NOBODY)


async def test_capability_queries_keep_to_one_a_second(bench: Bench) -> None:
    client = bench.client(caps_in_production=True)
    bench.platform.replies = [(200, {"capabilities": ["chat"]})] * 3
    await asyncio.gather(*(client.capabilities(bot(), USER) for _ in range(3)))
    assert bench.slept() == 2


async def test_bulk_checks_are_refused_here_by_day_and_when_wrong(bench: Bench) -> None:
    client = bench.client()
    for act in (client.start_bulk(bot(), BULK), client.bulk_result(bot())):
        with pytest.raises(e.BulkClosed):
            await act
    for numbers in ([], ["+33639980001"] * 10_001, ["0639980001"]):
        with pytest.raises(ValueError, match="bulk check"):
            await client.start_bulk(bot(), numbers)
    assert bench.platform.received == []
    bench.platform.replies = [(404, None), (202, {"status": "pending"})]
    by_day = bench.client(bulk_slot_methods="post")
    assert (await by_day.bulk_result(bot())).state == "none"
    assert (await by_day.bulk_result(bot())).state == "pending"


async def test_versions_and_the_files_path_are_settings(bench: Bench) -> None:
    client = bench.client(version_messages="v2", files_path="fileuploads")
    await client.delete_file(bot(), "f 1")
    base = "/bothub/v1/gsma/bot/v2/bakery.demo%40bots.example"
    assert bench.platform.received[0].path == f"{base}/fileuploads/f%201"
