"""One HTTP call to the operator: read it, let the rules interfere, answer, record.

Every answer carries ``X-OAPI-Request-Id`` (Orange). A refusal becomes an answer here and nowhere else.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from rbm_bots.emulator.codes import GATEWAY
from rbm_bots.emulator.members import Json
from rbm_bots.emulator.platform import Platform
from rbm_bots.emulator.refusals import CallRefused, by_gateway, refusal_body, refusal_status
from rbm_bots.emulator.rules import Deed
from rbm_bots.emulator.validate import BODY_MOST

__all__ = ["Call", "Calls", "Reply"]

_CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer; no body when ``data`` is ``None``."""

    status: int
    data: Any = None


@dataclass(slots=True, kw_only=True)
class Call:
    """A call as the resources see it. ``path`` is what follows the bot id; ``body`` is empty for a multipart upload."""

    request: web.Request
    bot: str = ""
    version: str = ""
    path: str
    body: bytes = b""
    recorded: Json = field(default=None)

    def read_contact(self) -> str:
        """Whom the call is about, if that can be told; for the rules alone."""
        asked = self.request.query.get("userContact") or self.request.query.get("chatId")
        if asked:
            return asked
        try:
            named = msgspec.json.decode(self.body, type=_Addressed).messageContact
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""
        return named.get("chatId") or named.get("userContact") or ""


class _Addressed(msgspec.Struct):
    messageContact: dict[str, str | None] = {}  # noqa: N815 - the wire's name


class Calls:
    """Serves calls; ``work`` is the resource that answers."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def serve(self, call: Call, work: Callable[[Call], Awaitable[Reply]]) -> web.StreamResponse:
        """Play one call from its first byte to its record."""
        dropped = False
        try:
            if not call.request.content_type.startswith("multipart/"):
                call.body = await _body(call.request)
                call.recorded = _readable(call.body)
            deeds = self._deeds(call)
            dropped = any(deed.drop == "before" for deed in deeds)
            reply = Reply(status=0) if dropped else await self._reply(call, deeds, work)
            dropped = dropped or any(deed.drop == "after" for deed in deeds)
        except CallRefused as refusal:
            settings = self._platform.settings
            reply = Reply(status=refusal_status(refusal, settings), data=refusal_body(refusal, settings))
        self._record(call, None if dropped else reply)
        if dropped and call.request.transport is not None:
            call.request.transport.abort()
        return _response(reply)

    def _deeds(self, call: Call) -> list[Deed]:
        return self._platform.rules.ask(
            "call", path=call.path, method=call.request.method, bot=call.bot, contact=call.read_contact()
        )

    async def _reply(self, call: Call, deeds: list[Deed], work: Callable[[Call], Awaitable[Reply]]) -> Reply:
        for deed in deeds:
            if deed.delay_s:
                await self._platform.clock.sleep(deed.delay_s)
        for deed in deeds:
            if deed.status is not None:
                return Reply(status=deed.status, data=deed.body if deed.body is not None else self._words(deed.status))
        return await work(call)

    def _words(self, status: int) -> Json:
        """The body of a rule's status when the rule gives none."""
        number = next((number for http, number in GATEWAY if http == status), None)
        return None if number is None else refusal_body(by_gateway(status, number), self._platform.settings)

    def _record(self, call: Call, reply: Reply | None) -> None:
        self._platform.record.add(
            at=self._platform.clock.now(),
            direction="in",
            method=call.request.method,
            path=call.request.raw_path,
            headers=call.request.headers,
            body=call.recorded,
            status=None if reply is None else reply.status,
            reply=None if reply is None else reply.data,
        )


async def _body(request: web.Request) -> bytes:
    """The body, at most 250 KB. Raises ``CallRefused`` (413)."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > BODY_MOST:
            raise by_gateway(413, 66)
    return bytes(body)


def _readable(body: bytes) -> Json:
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body.decode("utf-8", "replace")


def _response(reply: Reply) -> web.Response:
    headers = {"X-OAPI-Request-Id": str(uuid.uuid4())}
    if reply.data is None:
        return web.Response(status=reply.status or 500, headers=headers)
    body = msgspec.json.encode(reply.data)
    return web.Response(status=reply.status, body=body, headers=headers, content_type="application/json")
