"""The operator of a test: an emulator in this process, and everybody who has a phone."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import ClientSession, TCPConnector, web

from rbm_bots.emulator import Emulator, EmulatorSettings, build_emulator
from rbm_bots.emulator.phones import Message
from tests.acceptance.driver.deployment import BOT, TOKEN

__all__ = ["Operator", "numbers", "operating", "until"]

_POLL_S = 0.02
_PATIENCE_S = 3.0
"""How long a person waits for an answer before they go on: a send that a kill left open is never repeated."""


class Operator:
    """What the operator's people do and saw."""

    def __init__(self, emulator: Emulator, http: ClientSession, base: str) -> None:
        self.emulator = emulator
        self.http = http
        self.base = base
        self._changed: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def watch(self) -> None:
        """Wake whoever waits for a phone that changed; runs until cancelled."""
        with self.emulator.platform.changes.listen() as changes:
            while (phone := await changes.get()) is not None:
                self._changed[phone].set()

    async def say(self, number: str, text: str, *, bot: str = BOT) -> None:
        """A person writes."""
        url = f"{self.base}/_emulator/phones/{number}/say"
        async with self.http.post(url, json={"text": text, "bot": bot}) as answer:
            assert answer.status == 200, await answer.text()

    async def rule(self, do: dict[str, Any], **match: Any) -> None:
        """Let something go wrong."""
        async with self.http.post(f"{self.base}/_emulator/rules", json={"match": match, "do": do}) as answer:
            assert answer.status == 200, await answer.text()

    async def talk(self, number: str, words: tuple[str, ...], *, patience_s: float = _PATIENCE_S) -> None:
        """A person says ``words``, each after the bot's answer to the one before, or when they tire of waiting."""
        for word in words:
            seen = len(self.received(number))
            await self.say(number, word)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await self._more_than(seen, number)

    async def _more_than(self, seen: int, number: str) -> None:
        changed = self._changed[number]
        while len(self.received(number)) <= seen:
            changed.clear()
            await changed.wait()

    def thread(self, number: str) -> list[Message]:
        """All messages of a phone, in their order."""
        return self.emulator.platform.phones.of_msisdn(number).thread

    def received(self, number: str) -> list[Message]:
        """What the bot sent to a phone."""
        return [message for message in self.thread(number) if message.sender == "bot"]

    def texts(self, number: str) -> list[str]:
        """What the bot wrote to a phone."""
        return [str(message.content.get("textMessage")) for message in self.received(number)]

    def received_by_all(self) -> int:
        """How many messages all bots sent."""
        return sum(len(self.received(phone.key)) for phone in self.emulator.platform.phones.all())

    def told(self) -> set[tuple[str, str, str]]:
        """(event, message, status) of what a webhook answered with 200."""
        lines = self.emulator.platform.record.lines()
        return {
            (line["body"]["event"], line["body"]["RCSMessage"]["msgId"], line["body"]["RCSMessage"].get("status", ""))
            for line in lines
            if line["direction"] == "out" and line["status"] == 200
        }

    def owed(self) -> set[tuple[str, str, str]]:
        """(event, message, status) of everything that happened and belongs to a webhook."""
        happened = set()
        for phone in self.emulator.platform.phones.all():
            for message in phone.thread:
                if message.sender == "person":
                    happened.add(("message", message.msg_id, ""))
                else:
                    happened.add(("messageStatus", message.msg_id, "delivered"))
                if message.status == "displayed":
                    happened.add(("messageStatus", message.msg_id, "displayed"))
        return happened

    def answers_to_sends(self) -> set[int | None]:
        """The HTTP statuses that the calls to send a message got."""
        return {line["status"] for line in self._sends()}

    def sent_at(self) -> list[float]:
        """When messages came in, oldest first; seconds, exact to a millisecond."""
        return sorted(datetime.fromisoformat(line["t"]).timestamp() for line in self._sends() if line["status"] == 202)

    def _sends(self) -> list[dict[str, Any]]:
        lines = self.emulator.platform.record.lines()
        return [line for line in lines if line["direction"] == "in" and line["path"].endswith("/messages")]


@asynccontextmanager
async def operating(
    *, webhook: str | None, quota_per_s: int = 3000, token: str = TOKEN, port: int = 0, **settings: Any
) -> AsyncIterator[Operator]:
    """An operator that tells ``webhook`` (if any) what happens, again and again until it answers 200."""
    how = EmulatorSettings(
        auth="gsma",
        token=token,
        webhook=webhook,
        webhook_auth="header",
        webhook_token=TOKEN,
        webhook_retry_delays_s=(0.2,) * 300,
        quota_per_s=quota_per_s,
        quota_per_min=quota_per_s * 60,
        emit_sent=False,
        record_lines=1_000_000,
        **settings,
    )
    emulator = build_emulator(how)
    app = web.Application()
    emulator.add_routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await emulator.start()
    async with ClientSession(connector=TCPConnector(limit=100)) as http:
        operator = Operator(emulator, http, f"http://127.0.0.1:{runner.addresses[0][1]}")
        watching = asyncio.create_task(operator.watch())
        try:
            yield operator
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await runner.cleanup()
            await emulator.stop()


def numbers(count: int) -> list[str]:
    """Numbers of people who are on RCS (those that end in 02 are not)."""
    all_of_them = (f"+3363998{n:04d}" for n in range(10_000) if n % 100 != 2)
    return [number for number, _ in zip(all_of_them, range(count), strict=False)]


async def until(holds: Callable[[], bool | Awaitable[bool]], *, within_s: float, strict: bool = True) -> None:
    """Look again and again until ``holds``; at the deadline fail, or go on unless ``strict``."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while True:
        found = holds()
        if found if isinstance(found, bool) else await found:
            return
        if loop.time() > deadline:
            assert not strict, "it did not happen in time"
            return
        await asyncio.sleep(_POLL_S)
