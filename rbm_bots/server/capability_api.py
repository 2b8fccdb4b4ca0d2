"""The admin API of capability: ``POST /admin/capability/{operation}`` with a JSON value, answered with one.

``report`` · ``check`` · ``ratios`` · ``resume``: the members are those of :mod:`rbm_bots.server.capability_desk`. What
a person did wrong, and what a platform refused, is answered with 400 and ``{"error", "code"}``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from aiohttp import web

from rbm_bots.errors import RbmError, UsageError
from rbm_bots.server.capability_desk import CapabilityDesk, CheckAsked, ReportAsked, ResumeAsked

__all__ = ["OPERATIONS", "add_capability_api"]

OPERATIONS: Final[dict[str, type[msgspec.Struct] | None]] = {
    "report": ReportAsked,
    "check": CheckAsked,
    "ratios": None,
    "resume": ResumeAsked,
}
"""The operations and what each takes."""


def add_capability_api(app: web.Application, desk: CapabilityDesk) -> None:
    """Serve the operations; the application's own door decides who may call them."""
    for name, kind in OPERATIONS.items():
        app.router.add_post(f"/admin/capability/{name}", _operation(getattr(desk, name), kind))


def _operation(
    carry_out: Callable[..., Awaitable[dict[str, Any]]], kind: type[msgspec.Struct] | None
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            asked = () if kind is None else (msgspec.json.decode(await request.read(), type=kind),)
            return web.json_response(await carry_out(*asked))
        except msgspec.MsgspecError as wrong:
            return web.json_response({"error": str(wrong), "code": UsageError.code}, status=400)
        except RbmError as wrong:
            return web.json_response({"error": str(wrong), "code": wrong.code}, status=400)

    return handle
