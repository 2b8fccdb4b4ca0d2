"""The webhook over aiohttp: ``/webhooks/maap/{bot}``. What ingest says becomes HTTP, nothing more."""

from __future__ import annotations

import asyncio
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
    """Serve the webhook of every bot in ``ingests``; the mapping may change while the server runs."""

    async def take(request: web.Request) -> web.Response:
        began = perf_counter()
        bot = request.match_info["bot"]
        ingest = ingests.get(bot)
        if ingest is None:
            return web.json_response({"error": "no such bot"}, status=404)
        try:
            body = await _body(request)
            await ingest.take(request.headers, body, request.remote)
        except InboundRefused as refused:
            return _refused(bot, refused, metrics)
        except Exception:
            _log.exception("webhook.fault", bot=bot)
            return web.json_response({"error": "the event could not be stored; come again"}, status=503)
        metrics.webhook_seconds.observe(perf_counter() - began)
        return web.Response(body=_OK, content_type="application/json")

    async def check(request: web.Request) -> web.Response:
        bot = request.match_info["bot"]
        ingest = ingests.get(bot)
        if ingest is None:
            return web.json_response({"error": "no such bot"}, status=404)
        try:
            answer = answer_url_check(ingest.verifier, request.headers, request.remote)
        except InboundRefused as refused:
            return _refused(bot, refused, metrics)
        return web.Response(status=answer.http, body=answer.body, content_type=answer.content_type)

    async def options(_request: web.Request) -> web.Response:
        return web.Response(status=204, headers={"Allow": "GET, POST, OPTIONS"})

    app.router.add_post("/webhooks/maap/{bot}", take)
    app.router.add_get("/webhooks/maap/{bot}", check)
    app.router.add_options("/webhooks/maap/{bot}", options)


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
