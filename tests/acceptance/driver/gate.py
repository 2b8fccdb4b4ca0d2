"""A gate on the way from a command to its server or its database, which lets through what it is allowed to.

So a command can be stopped between two steps of its work for certain, however fast or slow the machine is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy.engine import make_url

from tests.acceptance.driver.deployment import Deployment
from tests.acceptance.driver.operator import until

__all__ = ["gated"]

_CHUNK = 64 * 1024
_PATIENCE_S = 300
_Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@asynccontextmanager
async def gated(deployment: Deployment, may_pass: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
    """The settings of a command of this deployment, whose every step asks ``may_pass`` and waits until it may.

    On PostgreSQL commands use the database, on SQLite the admin API of the server that has it.
    """
    url = make_url(deployment.database)
    postgres = url.get_backend_name() == "postgresql"
    connect = _database(deployment) if postgres else _tcp("127.0.0.1", deployment.admin_port)
    serving: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.create_task(_serve(reader, writer, connect, may_pass)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = deployment.config.read_text(encoding="utf-8")
    if postgres:
        through = url.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
        settings = settings.replace(f'database = "{deployment.database}"', f'database = "{through}"')
    else:
        settings = settings.replace(f"admin_port = {deployment.admin_port}", f"admin_port = {port}")
    try:
        yield settings
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


def _tcp(host: str, port: int) -> _Connect:
    return lambda: asyncio.open_connection(host, port)


def _database(deployment: Deployment) -> _Connect:
    url = make_url(deployment.database)
    folder, port = url.query.get("host"), url.port or 5432
    if folder is not None:
        return lambda: asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
    return _tcp(url.host or "127.0.0.1", port)


async def _serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    connect: _Connect,
    may_pass: Callable[[], Awaitable[bool]],
) -> None:
    answers, asks = await connect()
    back = asyncio.create_task(_copy(answers, writer))
    try:
        while chunk := await reader.read(_CHUNK):
            await until(partial(_goes_on, reader, may_pass), within_s=_PATIENCE_S)
            if await may_pass():
                asks.write(chunk)
    except ConnectionError:
        pass  # the command was killed
    finally:
        asks.close()
        await back


async def _goes_on(reader: asyncio.StreamReader, may_pass: Callable[[], Awaitable[bool]]) -> bool:
    return reader.at_eof() or await may_pass()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
    writer.close()
