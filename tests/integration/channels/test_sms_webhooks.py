"""Our webhooks as gateways call them: reports and messages from phones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web

from rbm_bots.server.sms_webhook import add_sms_webhook
from tests.integration.channels.http_side import NOW, Side, gated, serving
from tests.integration.channels.sms_inbox import PERSON


class Listening:
    """Our webhooks on a port, and a gateway that calls them."""

    def __init__(self, side: Side, url: str, http: ClientSession) -> None:
        self.heard, self.url, self.http = side.heard, url, http

    async def call(self, path: str, **options: Any) -> tuple[int, str]:
        method = "POST" if "json" in options or "data" in options else "GET"
        async with self.http.request(method, f"{self.url}/webhooks/sms/{path}", **options) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def listening(**options: Any) -> AsyncIterator[Listening]:
    async with gated(**options) as side:
        app = web.Application()
        add_sms_webhook(app, {"36123": side.transport})
        async with serving(app) as url, ClientSession() as http:
            yield Listening(side, url, http)


KANNEL = {"profile": "kannel", "username": "us", "password": "pw", "webhook": {"secret": "k"}}


@pytest.mark.parametrize(
    ("word", "state"),
    [("1", "delivered"), ("2", "failed"), ("4", "buffered"), ("8", "submitted"), ("16", "failed")],
)
async def test_reports_of_kannel(word: str, state: str) -> None:
    async with listening(**KANNEL) as ours:
        assert await ours.call(f"36123/report?id=m1&state={word}&key=k") == (200, "")
        (report,) = ours.heard.reports
    assert (report.id, report.reference, report.state, report.at) == ("m1", "", state, NOW)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("text=STOP", "STOP"),
        ("text=%C3%87a+va", "Ça va"),
        ("text=%00%C7%00a&charset=UTF-16BE", "Ça"),
        ("text=%C7a&charset=windows-1252", "Ça"),
        ("text=%FF", "\ufffd"),
        ("text=", ""),
    ],
)
async def test_messages_of_kannel(query: str, text: str) -> None:
    async with listening(**KANNEL) as ours:
        asked = f"36123/message?id=k1&from=%2B33639981234&to=36123&time=1764000000&key=k&{query}"
        assert await ours.call(asked) == (200, "")
        (message,) = ours.heard.messages
    assert (message.id, message.sender.value, message.to, message.text) == ("k1", PERSON, "36123", text)
    assert message.sent == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)


async def test_reports_and_messages_of_orange() -> None:
    options = {"profile": "orange-developer", "username": "u", "password": "p", "webhook": {"secret": "k"}}
    async with listening(**options) as ours:
        told: Any = {"callbackData": "abc-1", "deliveryInfo": {"address": "tel:+33639981234"}}
        told["deliveryInfo"]["deliveryStatus"] = "DeliveredToTerminal"
        report = {"deliveryInfoNotification": told}
        assert (await ours.call("36123/report?key=k", json=report))[0] == 200
        words = {
            "dateTime": "2026-11-24T09:00:00Z",
            "destinationAddress": "tel:+33199001234",
            "messageId": "in-1",
            "message": "Ça va",
            "senderAddress": "tel:+33639981234",
        }
        written = {"inboundSMSMessageNotification": {"inboundSMSMessage": words}}
        assert (await ours.call("36123/message?key=k", json=written))[0] == 200
        assert [(one.id, one.reference, one.state) for one in ours.heard.reports] == [("", "abc-1", "delivered")]
        (message,) = ours.heard.messages
    assert (message.id, message.sender.value, message.text) == ("in-1", PERSON, "Ça va")


async def test_lists_and_forms() -> None:
    report = {"items": "results", "id": "ref", "state": "status.word", "reason": "status.code"}
    async with listening(report=report) as ours:
        results = [
            {"ref": "m1", "status": {"word": "delivered", "code": "0"}},
            {"ref": "m2", "status": {"word": "failed", "code": 27}},
            {"ref": "m3", "status": {"word": "weighed", "code": 1}},
        ]
        assert (await ours.call("36123/report?key=s3cret", json={"results": results}))[0] == 200
        assert [(one.id, one.state, one.reason) for one in ours.heard.reports] == [
            ("m1", "delivered", ""),
            ("m2", "failed", "27"),
        ]
        assert (await ours.call("36123/report?key=s3cret", json={"results": {}}))[0] == 400
        form = {"from": "0639981234", "text": "Ça va", "to": "36123"}
        for _ in range(2):
            assert (await ours.call("36123/message?key=s3cret", data=form))[0] == 200
        first, again = ours.heard.messages
    assert (first.sender.value, first.text) == (PERSON, "Ça va")
    assert first.id == again.id


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("36123/report?id=m1&state=1", {}, 401),
        ("36123/report?id=m1&state=1&key=wrong", {}, 401),
        ("36123/report?id=m1&state=1&key=%E9", {}, 401),
        ("36124/report?id=m1&state=1&key=k", {}, 404),
        ("36123/report?state=1&key=k", {}, 400),
        ("36123/report?id=m1&key=k", {}, 400),
        ("36123/message?text=STOP&key=k", {}, 400),
        ("36123/message?from=33639981234&key=k", {}, 400),
        ("36123/message?from=33639981234&text=x&charset=klingon&key=k", {}, 400),
        ("36123/message?key=k", {"data": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ("36123/message?key=k", {"data": b"x" * 300_000}, 413),
        ("36123/message?from=Info&text=x&key=k", {}, 200),
        ("36123/report?id=m1&state=99&key=k", {}, 200),
    ],
)
async def test_a_call_that_says_nothing_useful(path: str, options: Any, status: int) -> None:
    async with listening(**KANNEL) as ours:
        assert (await ours.call(path, **options))[0] == status
        assert ours.heard.reports == []
        assert ours.heard.messages == []


async def test_what_cannot_be_stored_is_asked_for_again() -> None:
    async with listening(**KANNEL) as ours:
        ours.heard.failing = 1
        assert (await ours.call("36123/report?id=m1&state=1&key=k"))[0] == 503
        assert (await ours.call("36123/report?id=m1&state=1&key=k"))[0] == 200
        assert [one.state for one in ours.heard.reports] == ["delivered"]


async def test_the_gateways_address_and_a_header() -> None:
    for networks, status in ((["127.0.0.0/8"], 200), (["10.0.0.0/8"], 401)):
        async with listening(**(KANNEL | {"webhook": {"networks": networks}})) as ours:
            assert (await ours.call("36123/report?id=m1&state=1"))[0] == status
    webhook = {"secret": "k", "shown_in": "header", "secret_name": "X-Key", "networks": ["127.0.0.1"]}
    async with listening(**(KANNEL | {"webhook": webhook})) as ours:
        assert (await ours.call("36123/report?id=m1&state=1&X-Key=k"))[0] == 401
        assert (await ours.call("36123/report?id=m1&state=1", headers={"x-key": "k"}))[0] == 200


async def test_without_a_proof_no_webhook() -> None:
    async with listening(**(KANNEL | {"webhook": None})) as ours:
        assert (await ours.call("36123/report?id=m1&state=1"))[0] == 401
