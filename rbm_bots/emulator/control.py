"""The control API under ``/_emulator/``: the clock, the phones, the rules, the record. JSON in and out.

Wrong input is 400 with ``{"error": sentence}``. Calls that a page of another origin makes are refused with 403: the
API has no credentials and listens on this machine.

``GET state`` · ``POST clock`` · ``GET phones/{phone}`` · ``POST phones/{phone}/{act}`` · ``POST rules`` ·
``DELETE rules`` · ``GET record`` · ``GET events`` (server-sent events: the phone that changed, and the notice) ·
``GET files/{id}``
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from rbm_bots.addresses import read_msisdn
from rbm_bots.clock import parse_instant, rfc3339
from rbm_bots.emulator.acts import Acts
from rbm_bots.emulator.changes import Change, Notice
from rbm_bots.emulator.files import Files
from rbm_bots.emulator.orders import ORDERS, ClockOrder
from rbm_bots.emulator.phones import Phone
from rbm_bots.emulator.platform import Platform
from rbm_bots.emulator.refusals import ControlRefused
from rbm_bots.emulator.rules import read_rules
from rbm_bots.emulator.talk_file import talk_file

__all__ = ["BASE", "Control"]

BASE = "/_emulator"
_HEARTBEAT_S = 15.0

_Order = TypeVar("_Order", bound=msgspec.Struct)
_Handler = Callable[[web.Request], Awaitable[Any]]


class Control:
    """Handlers of the control API."""

    def __init__(self, platform: Platform, acts: Acts, files: Files) -> None:
        self._platform, self._acts, self._files = platform, acts, files

    def add_routes(self, app: web.Application) -> None:
        """Mount the control API."""
        routes: list[tuple[str, str, _Handler]] = [
            ("GET", "/state", self._state),
            ("POST", "/clock", self._clock),
            ("GET", "/phones/{phone}", self._phone),
            ("POST", "/phones/{phone}/{act}", self._act),
            ("POST", "/rules", self._add_rules),
            ("DELETE", "/rules", self._clear_rules),
            ("GET", "/record", self._record),
        ]
        for method, path, handler in routes:
            app.router.add_route(method, BASE + path, _json_handler(handler))
        app.router.add_get(BASE + "/phones/{phone}/talk", self._talk)
        app.router.add_get(BASE + "/events", self._events)
        app.router.add_get(BASE + "/files/{file}", self._file)

    async def _state(self, _request: web.Request) -> dict[str, Any]:
        platform = self._platform
        return {
            "clock": self._clock_json(),
            "bots": list(platform.bots),
            "phones": {phone.key: self._phone_json(phone) for phone in platform.phones.all()},
            "files": self._files.all_as_json(),
            "quota": platform.quota.as_json(platform.clock.now()),
            "rules": platform.rules.as_json(),
            "webhook": {"given_up": platform.webhook.given_up},
        }

    async def _clock(self, request: web.Request) -> dict[str, Any]:
        order = await _order(request, ClockOrder)
        clock = self._platform.clock
        if order.freeze is not None:
            clock.freeze(order.freeze)
        if order.advance is not None:
            await clock.advance(order.advance)
        if order.now is not None:
            at = parse_instant(order.now)
            if at is None:
                raise ControlRefused("«now» must be an ISO 8601 date-time with an offset")
            await clock.move_to(at)
        return self._clock_json()

    async def _phone(self, request: web.Request) -> dict[str, Any]:
        return {**self._phone_json(self._find(request)), "clock": self._clock_json()}

    async def _talk(self, request: web.Request) -> web.Response:
        """A phone's talk as a file of tests; of the bot it talked with last, or of ``?bot=``."""
        try:
            phone = self._find(request)
        except ControlRefused as refused:
            raise web.HTTPBadRequest(text=refused.message) from None
        bot = request.query.get("bot") or (phone.thread[-1].bot if phone.thread else "")
        return web.Response(text=talk_file(phone, bot, now=self._platform.clock.now()), content_type="text/yaml")

    async def _act(self, request: web.Request) -> dict[str, Any]:
        name = request.match_info["act"]
        if name not in ORDERS:
            raise ControlRefused(f"a phone can {', '.join(sorted(ORDERS))}")
        order = await _order(request, ORDERS[name])
        phone = self._find(request)
        return {"phone": phone.key, "events": order.play(self._acts, phone)}

    async def _add_rules(self, request: web.Request) -> dict[str, Any]:
        try:
            rules = read_rules(await _json(request))
        except ValueError as wrong:
            raise ControlRefused(str(wrong)) from None
        platform = self._platform
        for rule in rules:
            platform.quota.per_s = rule.do.quota_per_s or platform.quota.per_s
            platform.quota.per_min = rule.do.quota_per_min or platform.quota.per_min
        return {"ids": platform.rules.add(rules)}

    async def _clear_rules(self, _request: web.Request) -> dict[str, Any]:
        self._platform.rules.clear()
        self._platform.quota.restore()
        return {"ids": []}

    async def _record(self, _request: web.Request) -> list[dict[str, Any]]:
        return self._platform.record.lines()

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        with self._platform.changes.listen() as queue:
            await response.prepare(request)
            with contextlib.suppress(ConnectionResetError):  # the page is gone
                await response.write(b": ready\n\n" + _event(self._platform.changes.notice))
                while (change := await _next(queue)) is not None:
                    await response.write(change)
        return response

    async def _file(self, request: web.Request) -> web.Response:
        found = self._files.content(request.match_info["file"].partition(".")[0])
        if found is None:
            raise web.HTTPNotFound
        headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff", "Content-Type": found[1]}
        return web.Response(body=found[0], headers=headers)

    def _find(self, request: web.Request) -> Phone:
        """The phone of the path: a number (a lost ``+`` is repaired) or a chat id somebody has used."""
        written = request.match_info["phone"]
        number = read_msisdn(written)
        if number is not None:
            return self._platform.phones.of_msisdn(number)
        if self._platform.phones.has_chat_id(written):
            return self._platform.phones.of_chat_id(written)
        raise ControlRefused("the phone must be an E.164 number, or a chat id that was used before")

    def _phone_json(self, phone: Phone) -> dict[str, Any]:
        return {**phone.as_json(), "known_bots": list(self._platform.bots)}

    def _clock_json(self) -> dict[str, Any]:
        return {"now": rfc3339(self._platform.clock.now()), "frozen": self._platform.clock.frozen}


async def _next(queue: asyncio.Queue[Change]) -> bytes | None:
    """What to write next, a sign of life when nothing changes for a while; ``None`` at the end."""
    try:
        change = await asyncio.wait_for(queue.get(), _HEARTBEAT_S)
    except TimeoutError:
        return b": still here\n\n"
    return None if change is None else _event(change)


def _event(change: str | Notice) -> bytes:
    """A server-sent event: the phone that changed, or the lines of the notice."""
    if isinstance(change, Notice):
        return b"event: notice\ndata: " + msgspec.json.encode(change.lines) + b"\n\n"
    return f"data: {change}\n\n".encode()


def _json_handler(handler: _Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler's value as JSON; what it refuses as 400 with a sentence."""

    async def handle(request: web.Request) -> web.Response:
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            return _reply(403, {"error": "the control API is not for pages of another origin"})
        try:
            return _reply(200, await handler(request))
        except ControlRefused as refusal:
            return _reply(400, {"error": refusal.message})

    return handle


def _reply(status: int, data: object) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(data), content_type="application/json")


async def _json(request: web.Request) -> Any:  # noqa: ANN401 - the caller reads it
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise ControlRefused("the body is too large") from None
    try:
        return msgspec.json.decode(body) if body.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ControlRefused("the body is not JSON") from None


async def _order(request: web.Request, kind: type[_Order]) -> _Order:
    try:
        return msgspec.convert(await _json(request), kind)
    except msgspec.ValidationError as wrong:
        raise ControlRefused(str(wrong)) from None
