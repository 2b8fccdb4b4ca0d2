"""The webhook over aiohttp: ``/webhooks/maap/{bot}``. What ingest says becomes HTTP, nothing more.

Each bot has a route of its own, found by one look into a table; matching a pattern would cost as much as sealing a
body.
"""

from __future__ import annotations

import asyncio
from functools import partial
from time import perf_counter
from typing import Final

import structlog
from aiohttp import web

from rbm_bots.channels.maap.verify import answer_url_check
from rbm_bots.errors import BodyTooLarge, InboundRefused
from rbm_bots.server.ingest import MOST_BYTES, Ingest
from rbm_bots.server.metrics import Metrics

__all__ = ["add_webhook"]

_OK: Final = b'{"status":"ok"}'
_log = structlog.get_logger("rbm.webhook")


def add_webhook(app: web.Application, ingests: dict[str, Ingest], metrics: Metrics) -> None:
    """Serve the webhook of every bot in ``ingests``; what is behind a name may change while the server runs."""

    async def take(bot: str, request: web.Request) -> web.Response:
        began = perf_counter()
        try:
            body = await _body(request)
            await ingests[bot].take(request.headers, body, request.remote)
        except InboundRefused as refused:
            return _refused(bot, refused, metrics)
        except Exception:
            _log.exception("webhook.fault", bot=bot)
            return web.json_response({"error": "the event could not be stored; come again"}, status=503)
        metrics.webhook_seconds.observe(perf_counter() - began)
        return web.Response(body=_OK, content_type="application/json")

    async def check(bot: str, request: web.Request) -> web.Response:
        try:
            answer = answer_url_check(ingests[bot].verifier, request.headers, request.remote)
        except InboundRefused as refused:
            return _refused(bot, refused, metrics)
        return web.Response(status=answer.http, body=answer.body, content_type=answer.content_type)

    async def options(_request: web.Request) -> web.Response:
        return web.Response(status=204, headers={"Allow": "GET, POST, OPTIONS"})

    async def nobody(_request: web.Request) -> web.Response:
        return web.json_response({"error": "no such bot"}, status=404)

    for bot in ingests:
        path = f"/webhooks/maap/{bot}"
        app.router.add_post(path, partial(take, bot))
        app.router.add_get(path, partial(check, bot))
        app.router.add_options(path, options)
    app.router.add_route("*", "/webhooks/maap/{bot}", nobody)


async def _body(request: web.Request) -> bytes:
    """The raw bytes, never more than an event may have. Raises :class:`BodyTooLarge`."""
    if (request.content_length or 0) > MOST_BYTES:
        raise BodyTooLarge
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise BodyTooLarge from None
    except (ConnectionError, asyncio.IncompleteReadError, web.HTTPException) as fault:
        raise InboundRefused("the body did not arrive whole") from fault


def _refused(bot: str, refused: InboundRefused, metrics: Metrics) -> web.Response:
    metrics.webhook_refused.labels(bot, str(refused.http)).inc()
    _log.warning("webhook.refused", bot=bot, http=refused.http, error=refused.code)
    headers = {"Retry-After": "1"} if refused.http == 503 else None
    return web.json_response({"error": refused.message}, status=refused.http, headers=headers)
