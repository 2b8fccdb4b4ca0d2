"""What stands before several servers: each webhook call goes to the next of them that answers."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import ClientError, ClientSession, TCPConnector, web

__all__ = ["balancing"]


@asynccontextmanager
async def balancing(port: int, targets: Sequence[int]) -> AsyncIterator[None]:
    """Listen on ``port`` of 127.0.0.1 for the servers on the ports ``targets``; 502 when none answers."""
    turns = itertools.cycle(targets)
    async with ClientSession(connector=TCPConnector(limit=0)) as http:

        async def pass_on(request: web.Request) -> web.Response:
            body = await request.read()
            headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
            for _ in targets:
                try:
                    url = f"http://127.0.0.1:{next(turns)}{request.raw_path}"
                    async with http.post(url, data=body, headers=headers) as answer:
                        return web.Response(status=answer.status, body=await answer.read())
                except ClientError:
                    continue
            return web.Response(status=502)

        app = web.Application()
        app.router.add_post("/{path:.*}", pass_on)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield
        finally:
            await runner.cleanup()
