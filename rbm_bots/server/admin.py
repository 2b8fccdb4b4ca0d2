"""The admin API: what stands in the store, by counts and ids, and a person's decisions. On loopback, behind a token.

No answer holds a number or a text. ``GET /admin/state`` · ``GET /admin/conversations/{bot}/{contact}`` ·
``POST /admin/lookup {"bot", "msisdn"}`` gives the contact id · ``POST /admin/outbox/{message}/decide {"send_again":
bool}`` about an unknown send · ``POST /admin/applications/{id}/pause {"seconds"}`` and ``/resume`` · ``GET
/metrics``.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, select

from rbm_bots.addresses import read_msisdn
from rbm_bots.clock import Clock, from_ms, rfc3339, to_ms
from rbm_bots.server.campaign_metrics import measured
from rbm_bots.server.metrics import Metrics
from rbm_bots.store import Store, calls, contacts, conversations, guard, leases, outbox
from rbm_bots.store.base import table
from rbm_bots.store.seal import Seal
from rbm_bots.store.tables import ConversationRow

__all__ = ["admin_app"]

_conversation = table(ConversationRow)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def admin_app(*, store: Store, seal: Seal, clock: Clock, metrics: Metrics, token: str) -> web.Application:
    """The admin application; every call needs ``Authorization: Bearer TOKEN``."""

    @web.middleware
    async def bearer(request: web.Request, handler: _Handler) -> web.StreamResponse:
        if len(request.match_info.apps) > 1:  # what is mounted here has a door of its own
            return await handler(request)
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return web.json_response({"error": "the admin token is missing or wrong"}, status=401)
        return await handler(request)

    app = web.Application(middlewares=[bearer], client_max_size=64_000)
    admin = _Admin(store, seal, clock, metrics)
    app.router.add_get("/admin/state", admin.state)
    app.router.add_get("/admin/conversations/{bot}/{contact}", admin.conversation)
    app.router.add_post("/admin/lookup", admin.lookup)
    app.router.add_post("/admin/outbox/{message}/decide", admin.decide)
    app.router.add_post("/admin/applications/{application}/pause", admin.pause)
    app.router.add_post("/admin/applications/{application}/resume", admin.resume)
    app.router.add_get("/metrics", admin.show_metrics)
    return app


class _Admin:
    def __init__(self, store: Store, seal: Seal, clock: Clock, metrics: Metrics) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._metrics = metrics

    async def state(self, _request: web.Request) -> web.Response:
        return web.json_response(await self._store.read(_state))

    async def conversation(self, request: web.Request) -> web.Response:
        bot, contact = request.match_info["bot"], request.match_info["contact"]
        found = await self._store.read(partial(_conversation_facts, bot=bot, contact=contact))
        if found is None:
            return web.json_response({"error": "no such conversation"}, status=404)
        return web.json_response(found)

    async def lookup(self, request: web.Request) -> web.Response:
        msisdn = read_msisdn(str((await _json(request)).get("msisdn", "")))
        if msisdn is None:
            return web.json_response({"error": "«msisdn» wants an E.164 number"}, status=400)
        index = self._seal.index("msisdn", msisdn)
        contact = await self._store.read(lambda connection: contacts.contact_of(connection, index))
        return web.json_response({"contact": contact})

    async def decide(self, request: web.Request) -> web.Response:
        again = (await _json(request)).get("send_again")
        if not isinstance(again, bool):
            return web.json_response({"error": "«send_again» wants true or false"}, status=400)
        decide = partial(
            outbox.decide_unknown,
            message_id=request.match_info["message"],
            again=again,
            now_ms=to_ms(self._clock.now()),
        )
        if not await self._store.write(decide):
            error = "no unknown send has this id, or its fallback decides"
            return web.json_response({"error": error}, status=404)
        await self._store.notify("outbox")
        return web.json_response({"state": "queued" if again else "rejected"})

    async def pause(self, request: web.Request) -> web.Response:
        seconds = (await _json(request)).get("seconds", 60)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= 86_400:
            return web.json_response({"error": "«seconds» wants a number up to 86400"}, status=400)
        return await self._pause_until(request, to_ms(self._clock.now()) + int(seconds * 1000))

    async def resume(self, request: web.Request) -> web.Response:
        return await self._pause_until(request, 0)

    async def show_metrics(self, _request: web.Request) -> web.Response:
        state = await self._store.read(_state)
        self._metrics.inbox.set(state["inbox"])
        for application, states in state["outbox"].items():
            for name, count in states.items():
                self._metrics.outbox.labels(application, name).set(count)
        for one in await self._store.read(partial(guard.show, windows={})):
            self._metrics.show_ratio(one.scope, one.name, one.ratio.errors / max(1, one.ratio.attempts))
        self._metrics.campaigns.show(await self._store.read(partial(measured, now_ms=to_ms(self._clock.now()))))
        return web.Response(body=self._metrics.render(), content_type="text/plain", charset="utf-8")

    async def _pause_until(self, request: web.Request, until_ms: int) -> web.Response:
        name = f"application:{request.match_info['application']}"
        await self._store.write(partial(leases.pause, name=name, until_ms=until_ms))
        return web.json_response({"paused_until": rfc3339(from_ms(until_ms)) if until_ms else None})


def _state(connection: Connection) -> dict[str, Any]:
    return {
        "inbox": conversations.waiting_count(connection),
        "calls": calls.open_count(connection),
        "outbox": outbox.counts(connection),
        "applications": [
            {
                "name": lease.name.removeprefix("application:"),
                "owner": lease.owner,
                "fence": lease.fence,
                "paused_until": rfc3339(from_ms(lease.paused_until)) if lease.paused_until else None,
            }
            for lease in leases.show(connection)
            if lease.name.startswith("application:")
        ],
    }


def _conversation_facts(connection: Connection, bot: str, contact: str) -> dict[str, Any] | None:
    row = connection.execute(
        select(
            _conversation.c.turns, _conversation.c.waiting_for, _conversation.c.updated_at, _conversation.c.via
        ).where(_conversation.c.bot == bot, _conversation.c.contact_id == contact)
    ).first()
    if row is None:
        return None
    return {
        "turns": row.turns,
        "waiting_for_call": row.waiting_for,
        "updated_at": rfc3339(from_ms(row.updated_at)),
        "identity": row.via,
    }


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text='{"error": "the body wants a JSON object"}', content_type="application/json")
    return body
