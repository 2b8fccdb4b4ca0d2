"""An emulator on a port of this machine, its clock at the instant of the worked requests, and a bot that listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rbm_bots.clock import FixedClock
from rbm_bots.emulator import Emulator, EmulatorSettings, build_emulator
from tests.integration.emulator.side import AT, ListeningBot, Operator, Started


@pytest.fixture
async def listening() -> AsyncIterator[ListeningBot]:
    bot = ListeningBot()
    app = web.Application()
    app.router.add_post("/webhooks/{bot}", bot.take)
    server = TestServer(app)
    await server.start_server()
    bot.url = str(server.make_url("/webhooks/")) + "{bot}"
    yield bot
    await server.close()


@pytest.fixture
async def started(listening: ListeningBot) -> AsyncIterator[Started]:
    """Start an emulator with these settings; frozen at 10:00 UTC unless ``running``."""
    running: list[tuple[Emulator, TestServer, ClientSession]] = []

    async def start(*, frozen: bool = True, **settings: Any) -> Operator:
        settings = {"auth": "gsma", "webhook": listening.url, **settings}
        emulator = build_emulator(EmulatorSettings(**settings), clock=FixedClock(AT) if frozen else None)
        app = web.Application()
        emulator.add_routes(app)
        server = TestServer(app)
        await emulator.start()
        await server.start_server()
        session = ClientSession()
        running.append((emulator, server, session))
        return Operator(emulator, session, str(server.make_url("")).rstrip("/"))

    yield start
    for emulator, server, session in running:
        await session.close()
        await asyncio.gather(server.close(), emulator.stop())


@pytest.fixture
async def operator(started: Started) -> Operator:
    """A strict GSMA emulator with every default."""
    return await started()


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def public_pem(key: rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
