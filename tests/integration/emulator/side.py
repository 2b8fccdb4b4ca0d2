"""The callers of an emulator: a bot that listens, an operator that is called, tokens that are signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from rbm_bots.emulator import Emulator

BOT = "bakery.demo@bots.example"
AT = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)


class ListeningBot:
    """A bot's webhook: keeps what comes; answers what it is told to, then 200."""

    def __init__(self) -> None:
        self.url = ""
        self.events: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bots: list[str] = []
        self.answers: list[int] = []

    async def take(self, request: web.Request) -> web.Response:
        self.events.append(await request.json())
        self.headers.append(dict(request.headers))
        self.bots.append(request.match_info["bot"])
        return web.json_response({"status": "ok"}, status=self.answers.pop(0) if self.answers else 200)

    def words(self) -> list[str]:
        """Each event in a word: its status, else its kind."""
        return [event.get("RCSMessage", {}).get("status", event["event"]) for event in self.events]


class Operator:
    """The emulator as its callers see it."""

    def __init__(self, emulator: Emulator, session: ClientSession, base: str) -> None:
        self.emulator, self.session, self.base = emulator, session, base

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """A bot's call; JSON in, status and JSON out."""
        prefix = "/bothub/v1/gsma" if self.emulator.platform.settings.auth == "orange" else ""
        url = f"{self.base}{prefix}/bot/{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            raw = await answer.read()
            return answer.status, json.loads(raw) if raw else None

    async def bot(self, method: str, path: str, body: Any = None, *, bot: str = "b1", version: str = "v1") -> Any:
        """A call of a GSMA bot; its status and JSON."""
        return await self.call(method, f"{version}/{bot}/{path}", body, Authorization="Bearer t")

    async def send(self, number: str = "+33639980001", *, bot: str = "b1", **message: Any) -> str:
        """Send a message (a text when none is given); its id."""
        body = {"RCSMessage": message or {"textMessage": "Bonjour"}, "messageContact": {"userContact": number}}
        status, reply = await self.bot("POST", "messages", body, bot=bot)
        assert status == 202, reply
        return str(reply["RCSMessage"]["msgId"])

    async def status(self, msg_id: str, *, bot: str = "b1") -> str:
        _, reply = await self.bot("GET", f"messages/{msg_id}/status", bot=bot)
        return str(reply["RCSMessage"]["status"])

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.session.request(method, f"{self.base}/_emulator/{path}", json=body) as answer:
            return answer.status, await answer.json()

    async def act(self, name: str, number: str = "+33639980001", /, **order: Any) -> list[dict[str, Any]]:
        status, reply = await self.control("POST", f"phones/{number}/{name}", order)
        assert status == 200, reply
        await self.emulator.platform.webhook.settled()
        return list(reply["events"])

    async def advance(self, seconds: float) -> None:
        status, reply = await self.control("POST", "clock", {"advance": seconds})
        assert status == 200, reply

    async def rule(self, do: dict[str, Any], **match: Any) -> None:
        status, reply = await self.control("POST", "rules", {"match": match, "do": do})
        assert status == 200, reply


Started = Callable[..., Awaitable[Operator]]


def signed(key: rsa.RSAPrivateKey, claims: dict[str, Any], *, alg: str = "RS256") -> str:
    parts = [_packed(json.dumps(part).encode()) for part in ({"alg": alg, "typ": "JWT"}, claims)]
    return ".".join([*parts, _packed(key.sign(".".join(parts).encode(), padding.PKCS1v15(), SHA256()))])


def claims_at(at: datetime = AT, **changed: Any) -> dict[str, Any]:
    """The claims of a good token at ``at``; a member given as ``None`` is left out."""
    whole = {
        "iss": BOT,
        "scope": "Chatbot message",
        "aud": "https://api.orange.com/bothub/v1/gsma",
        "iat": int(at.timestamp()),
        "exp": int((at + timedelta(hours=1)).timestamp()),
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
