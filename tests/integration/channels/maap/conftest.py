"""The platform of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.integration.channels.maap.platform import (
    Bench,
    Platform,
)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    platform = Platform()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.handle)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Bench(platform, session, f"http://127.0.0.1:{server.port}")
