"""A gateway on loopback, and an HTTP transport towards it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from rbm_bots.channels.sms.http import HttpTransport, HttpTransportSettings
from rbm_bots.clock import FixedClock
from tests.integration.channels.sms_inbox import Heard

NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
HERE = "https://bots.test"
PLAIN = {
    "request": {"body": {"to": "{to}", "text": "{text}", "ref": "{id}", "until": "{validity}", "parts": "{parts}"}},
    "answer": {"id": "id", "codes": ["error.code"], "recipient_codes": ["unknown-number"], "throttle_codes": ["slow"]},
    "webhook": {"secret": "s3cret"},
}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Call:
    method: str
    path: str
    query: dict[str, str]
    raw_query: str
    headers: Any
    body: bytes


@dataclass
class Gateway:
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: list[Answer | web.Response] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        query = dict(parse_qsl(request.rel_url.raw_query_string, encoding="latin-1"))
        raw, body = request.rel_url.raw_query_string, await request.read()
        self.calls.append(Call(request.method, request.rel_url.raw_path, query, raw, request.headers, body))
        answer = self.answers.pop(0) if self.answers else web.json_response({"id": f"g{len(self.calls)}"})
        return answer if isinstance(answer, web.Response) else await answer(request)


@dataclass
class Side:
    gateway: Gateway
    transport: HttpTransport
    heard: Heard
    clock: FixedClock


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def gated(code: str = "36123", **options: Any) -> AsyncIterator[Side]:
    gateway, heard, clock = Gateway(), Heard(), FixedClock(NOW)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", gateway.serve)
    async with serving(app) as url:
        gateway.url = url
        wanted = {"url": url} | (options if "profile" in options else PLAIN | options)
        if "oauth_url" in wanted:
            wanted["oauth_url"] = url + wanted["oauth_url"]
        settings = HttpTransportSettings.model_validate(wanted)
        transport = HttpTransport(
            settings=settings, code=code, inbound="msisdn", inbox=heard, clock=clock, public_url=HERE
        )
        await transport.start()
        try:
            yield Side(gateway, transport, heard, clock)
        finally:
            await transport.stop()
