"""A platform that records what it is called with and answers from a list, and a client of it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from rbm_bots.addresses import Address
from rbm_bots.channels.maap.client import MaapClient
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot, MaapSettings
from rbm_bots.channels.maap.webhook_auth import NoAuth
from rbm_bots.clock import FixedClock
from rbm_bots.messages import (
    Message,
    Text,
)

__all__ = [
    "BULK",
    "CASES",
    "HI",
    "NOBODY",
    "NOW",
    "OK",
    "PARIS",
    "SHOP",
    "USER",
    "Bench",
    "Platform",
    "Received",
    "bot",
    "key",
    "private_pem",
    "text",
]

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[3] / "cases" / "maap-requests.json").read_text())
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
PARIS = timezone(timedelta(hours=1))
USER, NOBODY = Address(msisdn="+33639980001"), Address(msisdn="+33639980002")
SHOP = "+33199000010"
BULK = ["+33639980001", "+33639980002"]
HI = Message(content=Text(text="Bonjour"))
OK = {"RCSMessage": {"msgId": "m-1", "status": "pending", "timestamp": "2026-01-15T10:00:00.000Z"}}


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem() -> SecretStr:
    form = serialization.PrivateFormat.PKCS8
    return SecretStr(key().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode())


def bot(**changes: Any) -> MaapBot:
    members = {"private_key": private_pem(), "webhook_auth": NoAuth(), **changes}
    return MaapBot(id="bakery", platform_id="bakery.demo@bots.example", application="APP1", **members)


def text(words: str, **more: Any) -> Message:
    return Message(content=Text(text=words), **more)


class Received(msgspec.Struct):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Platform:
    """Records each call and answers from a list; the token endpoint hands out the tokens of another."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.replies: list[tuple[int, Any]] = []
        self.tokens = ["OAT-77aa"]
        self.token_status = 200
        self.token_calls: list[Received] = []
        self.reply_headers = {"X-OAPI-Request-Id": "req-7"}
        self.gate: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.Response:
        call = Received(
            method=request.method,
            path=request.raw_path,
            headers={name.title(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        if request.path.endswith("/token"):
            return await self._token(call)
        self.received.append(call)
        if self.gate is not None:
            await self.gate.wait()
        status, body = self.replies.pop(0) if self.replies else (202, OK)
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, headers=self.reply_headers)

    async def _token(self, call: Received) -> web.Response:
        self.token_calls.append(call)
        await asyncio.sleep(0)
        if self.token_status != 200:
            return web.json_response({"error": "invalid_client"}, status=self.token_status)
        token = self.tokens[min(len(self.token_calls), len(self.tokens)) - 1]
        return web.json_response(
            {"token_type": "Bearer", "access_token": token, "expires_in": "3600", "refresh_token": "R1"}
        )


class Bench:
    """A platform, a client of it, and a clock that moves instead of waiting."""

    def __init__(self, platform: Platform, session: aiohttp.ClientSession, url: str) -> None:
        self.platform, self._session, self._url = platform, session, url
        self.clock = FixedClock(NOW)

    def client(self, **settings: Any) -> MaapClient:
        members = {
            "api_base": f"{self._url}/bothub/v1/gsma",
            "oauth_url": f"{self._url}/oauth/v3/token",
            "timeout_s": 5,
            **settings,
        }
        application = MaapApplication(
            id="APP1", client_id="APP1", client_secret=SecretStr("s3cr3t"), settings=MaapSettings(**members)
        )
        return MaapClient(self._session, application, clock=self.clock)

    def slept(self) -> float:
        return (self.clock.now() - NOW).total_seconds()
