"""The client against raw sockets: every way a call can go wrong, and what is known then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from pydantic import SecretStr

from rbm_bots.channels.maap import errors as e
from rbm_bots.channels.maap.client import MaapClient
from rbm_bots.channels.maap.replies import StatusReply
from rbm_bots.channels.maap.settings import MaapApplication, MaapSettings
from rbm_bots.clock import FixedClock
from rbm_bots.errors import NotSent, OutcomeUnknown
from tests.integration.channels.maap.platform import (
    HI,
    NOW,
    OK,
    USER,
    bot,
)


@asynccontextmanager
async def raw_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def direct(port: int, session: aiohttp.ClientSession, *, scheme: str = "http", timeout_s: float = 5) -> MaapClient:
    settings = MaapSettings(
        api_base=f"{scheme}://127.0.0.1:{port}",
        auth_mode="gsma_only",
        gsma_token="static",
        timeout_s=timeout_s,
    )
    return MaapClient(session, MaapApplication(id="a", settings=settings), clock=FixedClock(NOW))


async def send_to(port: int, **more: Any) -> None:
    async with aiohttp.ClientSession() as session:
        await direct(port, session, **more).send(bot(token=SecretStr("T")), USER, HI)


async def test_a_refused_connection_is_not_sent() -> None:
    with pytest.raises(NotSent):
        await send_to(unused_port())


async def test_a_connection_reset_before_writing_is_not_sent() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)  # the first byte of the handshake, then the reset

    async with raw_server(hang_up) as port:
        with pytest.raises(NotSent):
            await send_to(port, scheme="https")


async def test_a_connection_that_never_comes_up_is_not_sent() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # never answers the handshake

    async with raw_server(silent) as port:
        with pytest.raises(NotSent):
            await send_to(port, scheme="https", timeout_s=0.2)


async def test_a_cut_after_writing_is_unknown_and_posted_once() -> None:
    seen: list[bytes] = []

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b'"}}'))

    async with raw_server(cut) as port:
        with pytest.raises(e.ConnectionCut):
            await send_to(port)
    assert len(seen) == 1


async def test_a_time_out_after_writing_is_unknown() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw_server(silent) as port:
        with pytest.raises(e.TimedOut) as raised:
            await send_to(port, timeout_s=0.2)
    assert isinstance(raised.value, OutcomeUnknown)


@pytest.mark.parametrize(("status", "cls"), [(b"202 Accepted", e.NoMessageId), (b"404 Not Found", e.NotOnRcs)])
async def test_a_reply_cut_in_its_body_still_has_its_status(status: bytes, cls: type[Exception]) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b'"}}')
        writer.write(b"HTTP/1.1 " + status + b'\r\nContent-Length: 100\r\n\r\n{"RCSMessage"')
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with raw_server(half) as port:
        with pytest.raises(cls):
            await send_to(port)


async def test_a_kept_connection_that_the_platform_closed_is_never_posted_to_twice() -> None:
    seen: list[bytes] = []
    answer = json.dumps(OK).encode()

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b'"}}'))
        head = f"HTTP/1.1 202 Accepted\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
        writer.write(head + answer)
        await writer.drain()
        seen.append(await reader.readuntil(b'"}}'))  # the second request is read, then the line goes dead

    async with raw_server(once) as port, aiohttp.ClientSession() as session:
        client = direct(port, session)
        await client.send(bot(token=SecretStr("T")), USER, HI)
        with pytest.raises(e.ConnectionCut):
            await client.send(bot(token=SecretStr("T")), USER, HI)
    assert len(seen) == 2


async def test_a_cut_question_is_asked_again() -> None:
    asked = 0

    async def cut_twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        if asked > 2:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()

    async with raw_server(cut_twice) as port, aiohttp.ClientSession() as session:
        found = await direct(port, session).status(bot(token=SecretStr("T")), "m-1")
    assert (found, asked) == (StatusReply(status=None), 3)
