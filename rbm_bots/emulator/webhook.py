"""Events on their way to a bot's webhook.

Theory of operation. Each (bot, person) is a lane with its own queue and, while it is not empty, one task: events of a
person arrive in order, persons do not wait for each other. An event is posted until a 2xx answers; a time-out, a
refused or broken connection, a 5xx or a 429 is repeated after 5, 25 and 125 s of emulated time, any other answer is
final. A lane that waits for its next try is not *busy*; when no lane is busy the webhook has settled, and the
emulated time may go on.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections import deque
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec

from rbm_bots.emulator.record import Record
from rbm_bots.emulator.rules import RuleBook
from rbm_bots.emulator.settings import EmulatorSettings
from rbm_bots.emulator.time import EmulatorClock

__all__ = ["Webhook"]

_log = logging.getLogger(__name__)
_OVERTAKE_S = 2.0  # how long an event waits to be overtaken before it goes anyway
_REPLY_MOST = 4_096

_Lane = tuple[str, str]


class Webhook:
    """Posts events; nothing happens without a webhook URL in the settings."""

    def __init__(self, settings: EmulatorSettings, clock: EmulatorClock, rules: RuleBook, record: Record) -> None:
        self._settings, self._clock, self._rules, self._record = settings, clock, rules, record
        self._session: aiohttp.ClientSession | None = None
        self._queues: dict[_Lane, deque[dict[str, Any]]] = {}
        self._held: dict[_Lane, dict[str, Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.given_up = 0

    async def start(self) -> None:
        """Open the HTTP session; with ``webhook_url_check`` ask the URL first."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._settings.webhook_timeout_s),
            connector=aiohttp.TCPConnector(limit=0),
        )
        if self._settings.webhook_url_check:
            for bot in self._settings.bots or ("",):
                await self._check_url(bot)

    async def stop(self) -> None:
        """End all deliveries under way and close the session."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def push(self, bot: str, person: str, event: dict[str, Any]) -> None:
        """Queue ``event`` for the bot, behind what that person did before; rules may repeat it or hold it back."""
        if self._settings.webhook is None:
            return
        lane = (bot, person)
        deeds = self._rules.ask("event", bot=bot, contact=person, event=event["event"])
        copies = 1 + sum(deed.duplicate or 0 for deed in deeds)
        overtaken = self._held.pop(lane, None)
        if any(deed.reorder for deed in deeds) and overtaken is None:
            self._held[lane] = event
            self._clock.call_later(_OVERTAKE_S, lambda: self._release(lane, event))
            return
        self._enqueue(lane, [event] * copies + ([overtaken] if overtaken is not None else []))

    async def settled(self) -> None:
        """Return when no delivery is under way at this instant."""
        await asyncio.sleep(0)
        while self._busy:
            await self._quiet.wait()
            await asyncio.sleep(0)

    def _release(self, lane: _Lane, event: dict[str, Any]) -> None:
        if self._held.get(lane) is event:
            self._enqueue(lane, [self._held.pop(lane)])

    def _enqueue(self, lane: _Lane, events: list[dict[str, Any]]) -> None:
        if lane in self._queues:
            self._queues[lane].extend(events)
            return
        self._queues[lane] = deque(events)
        self._enter()
        task = asyncio.get_running_loop().create_task(self._drain(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _enter(self) -> None:
        self._busy += 1
        self._quiet.clear()

    def _leave(self) -> None:
        self._busy -= 1
        if not self._busy:
            self._quiet.set()

    async def _drain(self, lane: _Lane) -> None:
        queue = self._queues[lane]
        try:
            while queue:
                await self._deliver(lane[0], queue.popleft())
        finally:
            del self._queues[lane]
            self._leave()

    async def _deliver(self, bot: str, event: dict[str, Any]) -> None:
        body = msgspec.json.encode(event)
        for delay in (*self._settings.webhook_retry_delays_s, None):
            if not _again(await self._post(bot, event, body)):
                return
            if delay is not None:
                await self._pause(delay)
        self.given_up += 1
        _log.warning("the webhook never took an event of kind %s; given up", event["event"])

    async def _pause(self, seconds: float) -> None:
        """Wait in emulated time. The timer itself makes the lane busy again, so that no move of time slips past it."""
        due: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def resume() -> None:
            self._enter()
            if not due.done():
                due.set_result(None)

        timer = self._clock.call_later(seconds, resume)
        self._leave()
        try:
            await due
        except asyncio.CancelledError:
            timer.cancel()
            self._enter()
            raise

    async def _post(self, bot: str, event: dict[str, Any], body: bytes) -> int | None:
        """One try; the HTTP status, or ``None`` when no answer came."""
        url, headers = self._url(bot), {"Content-Type": "application/json", **self._auth()}
        status: int | None = None
        reply: str | None = None
        assert self._session is not None  # started before the first event
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                reply = (await answer.content.read(_REPLY_MOST)).decode("utf-8", "replace")
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = None
        self._record.add(
            at=self._clock.now(),
            direction="out",
            method="POST",
            path=url,
            headers=headers,
            body=event,
            status=status,
            reply=reply,
        )
        return status

    async def _check_url(self, bot: str) -> None:
        """What one platform's portal does: ``GET`` with the token must answer 200."""
        if self._settings.webhook is None or self._session is None:
            return
        try:
            async with self._session.get(self._url(bot), headers=self._auth()) as answer:
                fine = answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            fine = False
        if not fine:
            _log.warning("the webhook URL did not answer its check with 200")

    def _url(self, bot: str) -> str:
        return (self._settings.webhook or "").replace("{bot}", quote(bot, safe=""))

    def _auth(self) -> dict[str, str]:
        token = self._settings.webhook_token
        if token is None:
            return {}
        match self._settings.webhook_auth:
            case "header":
                return {self._settings.webhook_header: token}
            case "basic":
                return {"Authorization": f"Basic {base64.b64encode(token.encode()).decode()}"}
            case _:
                return {"Authorization": token}


def _again(status: int | None) -> bool:
    """Whether another try may help: no answer, 429, 5xx."""
    return status is None or status == 429 or status >= 500
