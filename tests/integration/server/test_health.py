"""``/health`` and ``/ready``: a load balancer sees a dead loop and a database that is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from rbm_bots.server.health import add_health
from rbm_bots.store import open_store
from rbm_bots.store.schema import upgrade


@pytest.mark.parametrize(
    ("loops", "closed", "status", "body"),
    [
        ({"worker": True}, False, 200, {"status": "ready", "worker": True, "database": True}),
        ({"worker": False}, False, 503, {"status": "not ready", "worker": False, "database": True}),
        ({"worker": True}, True, 503, {"status": "not ready", "worker": True, "database": False}),
    ],
)
async def test_ready_tells_loops_and_database(
    sqlite_path: Path, loops: dict[str, bool], closed: bool, status: int, body: dict[str, object]
) -> None:
    url = f"sqlite:///{sqlite_path}"
    await upgrade(url)
    store = await open_store(url)
    app = web.Application()
    add_health(app, store, lambda: loops)
    async with TestClient(TestServer(app)) as client:
        if closed:
            await store.close()
        answer = await client.get("/ready")
        assert (answer.status, await answer.json()) == (status, body)
        alive = await client.get("/health")
        assert (alive.status, await alive.json()) == (200, {"status": "ok"})
    if not closed:
        await store.close()
