"""The webhooks of SMS gateways over aiohttp: ``/webhooks/sms/{code}/report`` and ``/webhooks/sms/{code}/message``.

Gateways call with GET or POST. The answer is empty: some send the body of an answer back to the person who wrote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Literal

import structlog
from aiohttp import web

from rbm_bots.channels.sms.http import HttpTransport
from rbm_bots.channels.sms.http.webhook import WebhookCall
from rbm_bots.channels.sms.transport import SmsTransport
from rbm_bots.errors import BodyTooLarge, InboundRefused

__all__ = ["add_sms_webhook"]

_MOST_BYTES: Final = 256 * 1024
_log = structlog.get_logger("rbm.webhook")


def add_sms_webhook(app: web.Application, transports: Mapping[str, SmsTransport]) -> None:
    """Serve the webhooks of every code in ``transports`` that listens; the mapping may change while the server runs."""

    async def report(request: web.Request) -> web.Response:
        return await _take(transports, "report", request)

    async def message(request: web.Request) -> web.Response:
        return await _take(transports, "message", request)

    for path, handler in (("report", report), ("message", message)):
        app.router.add_get(f"/webhooks/sms/{{code}}/{path}", handler, allow_head=False)
        app.router.add_post(f"/webhooks/sms/{{code}}/{path}", handler)


async def _take(
    transports: Mapping[str, SmsTransport], what: Literal["report", "message"], request: web.Request
) -> web.Response:
    """200 once all that the call told is stored; 503 when it could not be: gateways then come again."""
    code = request.match_info["code"]
    transport = transports.get(code)
    if not isinstance(transport, HttpTransport):
        return web.Response(status=404)
    try:
        call = WebhookCall(
            query=request.rel_url.raw_query_string,
            headers=request.headers,
            body=await _body(request),
            peer=request.remote,
        )
        await transport.hear(what, call)
    except InboundRefused as refused:
        _log.warning("sms_webhook.refused", code=code, what=what, http=refused.http, error=refused.code)
        return web.Response(status=refused.http)
    except Exception as fault:
        _log.error("sms_webhook.fault", code=code, what=what, error=type(fault).__name__)
        return web.Response(status=503, headers={"Retry-After": "1"})
    return web.Response()


async def _body(request: web.Request) -> bytes:
    """The raw bytes. Raises :class:`BodyTooLarge` or :class:`InboundRefused`."""
    if (request.content_length or 0) > _MOST_BYTES:
        raise BodyTooLarge
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise BodyTooLarge from None
    except (ConnectionError, asyncio.IncompleteReadError, web.HTTPException) as fault:
        raise InboundRefused("the body did not arrive whole") from fault
