"""``/health``: the process lives. ``/ready``: it can store events and its loops run; load balancers ask this one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from aiohttp import web
from sqlalchemy import text

from rbm_bots.store import Store

__all__ = ["add_health"]


def add_health(app: web.Application, store: Store, loops: Callable[[], Mapping[str, bool]]) -> None:
    """``loops`` tells which background loops run."""

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_request: web.Request) -> web.Response:
        checks = dict(loops())
        try:
            async with asyncio.timeout(2):
                await store.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
            checks["database"] = True
        except Exception:
            checks["database"] = False
        good = all(checks.values())
        return web.json_response({"status": "ready" if good else "not ready", **checks}, status=200 if good else 503)

    app.router.add_get("/health", health)
    app.router.add_get("/ready", ready)
