"""The HTTP transport against a gateway on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from rbm_bots.channels.sms.errors import (
    AccountRefused,
    AddressRefused,
    CentreBusy,
    LinkDown,
    OverRate,
    SmsRejected,
    SmsUnknown,
    TimesRefused,
)
from rbm_bots.channels.sms.http import HttpTransport, HttpTransportSettings
from rbm_bots.channels.sms.parts import cut
from rbm_bots.channels.sms.transport import Submitted
from rbm_bots.clock import SystemClock
from rbm_bots.errors import ChannelError, NotSent, SettingsError
from tests.integration.channels.http_side import HERE, NOW, Answer, Side, gated
from tests.integration.channels.sms_inbox import PERSON, Heard, one_sms, until


@pytest.fixture
async def side() -> AsyncIterator[Side]:
    async with gated() as one:
        yield one


async def test_a_part_is_one_call_with_our_key(side: Side) -> None:
    until_then = NOW + timedelta(hours=2)
    assert await side.transport.submit(one_sms(validity_until=until_then)) == Submitted(reference="g1")
    (call,) = side.gateway.calls
    assert (call.method, call.path, call.headers["Idempotency-Key"]) == ("POST", "/", "m1")
    assert call.headers["Content-Type"] == "application/json"
    wanted = f'{{"to":"{PERSON}","text":"Bonjour","ref":"m1","until":"2026-11-24T11:15:00.000Z","parts":1}}'
    assert call.body.decode() == wanted
    await side.transport.submit(one_sms())
    assert b"until" not in side.gateway.calls[1].body


async def test_a_value_never_changes_the_address() -> None:
    request = {"method": "GET", "url": "{url}/send/{sender}", "query": {"t": "{text}", "fix": "a&b"}}
    async with gated(request=request) as side:
        await side.transport.submit(one_sms("a&t=x#/../é", sender="Vélo/.."))
        (call,) = side.gateway.calls
    assert call.path == "/send/V%C3%A9lo%2F.."
    assert call.raw_query == "t=a%26t%3Dx%23%2F..%2F%C3%A9&fix=a%26b"


async def test_a_form(side: Side) -> None:
    request = {"form": {"to": "{to}", "text": "{text}"}, "headers": {"X-Key": "{token}", "X-None": "{report_url}"}}
    async with gated(request=request, token="t0ken", webhook=None) as side:
        await side.transport.submit(one_sms("Ça va ?"))
        (call,) = side.gateway.calls
    assert parse_qs(call.body.decode()) == {"to": [PERSON], "text": ["Ça va ?"]}
    assert call.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert call.headers["X-Key"] == "t0ken"
    assert "X-None" not in call.headers


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (400, {"error": {"code": "no-text"}}, SmsRejected, "no-text"),
        (404, {}, SmsRejected, None),
        (302, {}, SmsRejected, None),
        (422, {"error": {"code": "unknown-number"}}, AddressRefused, "unknown-number"),
        (400, {"error": {"code": "slow"}}, OverRate, "slow"),
        (401, {}, AccountRefused, None),
        (403, {}, AccountRefused, None),
        (429, {}, OverRate, None),
        (503, {}, CentreBusy, None),
        (408, {}, SmsUnknown, None),
        (500, {}, SmsUnknown, None),
        (502, {}, SmsUnknown, None),
        (504, {}, SmsUnknown, None),
        (200, {"other": 1}, SmsUnknown, None),
        (201, {"id": ""}, SmsUnknown, None),
    ],
)
async def test_each_answer_has_its_outcome(
    side: Side, status: int, body: Any, error: type[ChannelError], code: str | None
) -> None:
    side.gateway.answers = [web.json_response(body, status=status, headers={"Location": "/elsewhere"})]
    with pytest.raises(error) as refused:
        await side.transport.submit(one_sms())
    assert (refused.value.http, refused.value.platform_code) == (status, code)
    assert len(side.gateway.calls) == 1


@pytest.mark.parametrize(("said", "seconds"), [("7", 7.0), ("99999", 3600.0), ("Wed, 25 Nov 2026 08:00:00 GMT", 1.0)])
async def test_how_long_the_gateway_wants_us_to_wait(side: Side, said: str, seconds: float) -> None:
    side.gateway.answers = [web.Response(status=429, headers={"Retry-After": said})]
    with pytest.raises(OverRate) as refused:
        await side.transport.submit(one_sms())
    assert refused.value.retry_after_s == pytest.approx(seconds)


async def test_an_answer_that_is_no_json_is_unknown(side: Side) -> None:
    side.gateway.answers = [web.Response(text="<html>busy")]
    with pytest.raises(SmsUnknown):
        await side.transport.submit(one_sms())


async def cut_off(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def half_an_answer(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Length": "100"})
    await answer.prepare(request)
    await answer.write(b'{"id": "g')
    return await cut_off(request)


async def silence(_request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(3600)
    return web.Response()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("what", [cut_off, half_an_answer, silence])
async def test_what_may_have_been_taken_is_unknown_and_called_once(method: str, what: Answer) -> None:
    request = {"method": method, "query": {"text": "{text}"}}
    async with gated(request=request, timeout_s=0.3) as side:
        side.gateway.answers = [what]
        with pytest.raises(SmsUnknown):
            await side.transport.submit(one_sms())
        assert len(side.gateway.calls) == 1


async def test_a_gateway_that_is_not_there_took_nothing(free_port: int) -> None:
    async with gated(url=f"http://127.0.0.1:{free_port}") as side:
        with pytest.raises(NotSent) as refused:
            await side.transport.submit(one_sms())
    assert not isinstance(refused.value, LinkDown)
    assert "127.0.0.1" not in str(refused.value)


async def test_open_calls_are_waited_for_at_the_end(side: Side) -> None:
    go = asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        await go.wait()
        return web.json_response({"id": "g9"})

    side.gateway.answers = [slow]
    task = asyncio.ensure_future(side.transport.submit(one_sms()))
    await until(lambda: side.gateway.calls)
    stopping = asyncio.ensure_future(side.transport.stop())
    await asyncio.sleep(0)
    go.set()
    assert await task == Submitted(reference="g9")
    await stopping
    with pytest.raises(LinkDown):
        await side.transport.submit(one_sms())
    assert side.heard.links == ["open", "stopped"]


async def test_a_validity_that_is_over_is_not_sent(side: Side) -> None:
    with pytest.raises(TimesRefused):
        await side.transport.submit(one_sms(validity_until=NOW))
    assert side.gateway.calls == []


class TestKannel:
    @pytest.fixture
    async def side(self) -> AsyncIterator[Side]:
        webhook = {"secret": "s&cret"}
        async with gated(profile="kannel", username="us", password="pw", webhook=webhook) as one:
            one.gateway.answers = [web.Response(status=202, text="0: Accepted for delivery") for _ in range(9)]
            yield one

    async def test_one_part(self, side: Side) -> None:
        until_then = NOW + timedelta(minutes=61, seconds=59)
        assert await side.transport.submit(one_sms(validity_until=until_then)) == Submitted()
        (call,) = side.gateway.calls
        report = call.query.pop("dlr-url")
        assert call.method == "GET"
        assert call.query == {
            "username": "us",
            "password": "pw",
            "from": "36123",
            "to": PERSON,
            "text": "Bonjour",
            "charset": "UTF-8",
            "coding": "0",
            "validity": "61",
            "dlr-mask": "31",
        }
        assert report == f"{HERE}/webhooks/sms/36123/report?id=m1&state=%d&key=s%26cret"

    async def test_parts_have_their_headers(self, side: Side) -> None:
        for part in cut("Reçu 📄" * 20, reference=0xE9):
            await side.transport.submit(one_sms(part=part))
        headers = [call.query["udh"].encode("latin-1") for call in side.gateway.calls]
        assert headers == [bytes((5, 0, 3, 0xE9, len(headers), at)) for at in range(1, len(headers) + 1)]
        assert {call.query["coding"] for call in side.gateway.calls} == {"2"}

    async def test_queued_is_taken_and_busy_is_not(self, side: Side) -> None:
        side.gateway.answers = [
            web.Response(status=202, text="3: Queued for later delivery"),
            web.Response(status=503, text="Temporal failure, try again later."),
            web.Response(status=400, text="Missing receiver"),
            web.Response(status=202, text="something else"),
        ]
        assert await side.transport.submit(one_sms()) == Submitted()
        for error in (CentreBusy, SmsRejected, SmsUnknown):
            with pytest.raises(error):
                await side.transport.submit(one_sms())


async def test_contact_everyone_takes_texts_whole() -> None:
    async with gated(profile="contact-everyone", token="t0ken", values={"category": "Pulse"}) as side:
        assert not side.transport.caps.takes_parts
        side.gateway.answers = [
            web.Response(text='"d-81"'),
            web.json_response({"message": "no", "logId": 1}, status=400),
        ]
        (whole,) = cut("Bonjour à tous. " * 20, reference=1, whole=True)
        assert await side.transport.submit(one_sms(part=whole)) == Submitted(reference="d-81")
        (call,) = side.gateway.calls
        assert (call.method, call.path) == ("POST", "/api/light/diffusions/sms")
        assert call.query["to"] == PERSON[1:]
        assert (call.query["category"], call.query["diffusionname"], call.query["xcharset"]) == ("Pulse", "m1", "true")
        with pytest.raises(SmsRejected):
            await side.transport.submit(one_sms())
        with pytest.raises(AddressRefused):
            await side.transport.submit(one_sms(to="412700583916"))


class TestOrangeDeveloper:
    @pytest.fixture
    async def side(self) -> AsyncIterator[Side]:
        options = {"username": "id", "password": "secret", "oauth_url": "/oauth/v3/token"}
        async with gated(profile="orange-developer", **options) as one:
            yield one

    @staticmethod
    def token(number: int) -> web.Response:
        return web.json_response({"access_token": f"t{number}", "expires_in": 3600})

    @staticmethod
    def taken() -> web.Response:
        where = "https://api.orange.test/smsmessaging/v1/outbound/tel:+33199001234/requests/abc-1"
        return web.json_response({"outboundSMSMessageRequest": {"resourceURL": where}}, status=201)

    async def test_a_token_serves_until_it_is_refused(self, side: Side) -> None:
        side.gateway.answers = [
            self.token(1),
            self.taken(),
            self.taken(),
            web.Response(status=401),
            self.token(2),
            self.taken(),
        ]
        for _ in range(3):
            assert await side.transport.submit(one_sms(sender="+33199001234")) == Submitted(reference="abc-1")
        calls = side.gateway.calls
        assert [call.headers["Authorization"] for call in calls] == [
            "Basic aWQ6c2VjcmV0",
            "Bearer t1",
            "Bearer t1",
            "Bearer t1",
            "Basic aWQ6c2VjcmV0",
            "Bearer t2",
        ]
        assert calls[1].path == "/smsmessaging/v1/outbound/tel%3A%2B33199001234/requests"
        assert b'"senderName"' not in calls[1].body
        assert b'"address":"tel:+33639981234"' in calls[1].body

    async def test_without_a_token_nothing_leaves(self, side: Side) -> None:
        side.gateway.answers = [web.Response(status=500), web.Response(status=401), cut_off]
        for error in (NotSent, AccountRefused, NotSent):
            with pytest.raises(error):
                await side.transport.submit(one_sms(sender="+33199001234"))
        assert {call.path for call in side.gateway.calls} == {"/oauth/v3/token"}


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ({}, "request"),
        ({"request": {"query": {"a": "{nothing}"}}}, "nothing"),
        ({"request": {"method": "GET", "form": {"a": "b"}}}, "GET"),
        ({"request": {"form": {"a": "b"}, "body": {"a": "b"}}}, "both"),
        ({"profile": "kannel", "webhook": {}}, "secret"),
        ({"profile": "kannel", "webhook": {"networks": ["nowhere"]}}, "nowhere"),
        ({"profile": "kannel", "answer": {"taken": "("}}, "expression"),
    ],
)
def test_settings_that_cannot_work(raw: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        HttpTransportSettings.model_validate(raw)


@pytest.mark.parametrize("url", ["", "sms.test/send", "ftp://sms.test", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    settings = HttpTransportSettings.model_validate({"request": {"query": {"text": "{text}"}}, "url": url})
    with pytest.raises(SettingsError, match="http"):
        HttpTransport(settings=settings, code="36123", inbound="msisdn", inbox=Heard(), clock=SystemClock())


def test_a_profile_says_what_it_needs() -> None:
    settings = HttpTransportSettings(profile="kannel", url="http://127.0.0.1:1", username="us")
    with pytest.raises(SettingsError, match="password is missing"):
        HttpTransport(settings=settings, code="36123", inbound="msisdn", inbox=Heard(), clock=SystemClock())
