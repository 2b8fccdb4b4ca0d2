"""A UCP client against the emulated SMS centre, over loopback, with time moved by hand."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rbm_bots.channels.sms.back_off import Comeback
from rbm_bots.channels.sms.ucp import Accepted, Turns, UcpClient, UcpSettings
from rbm_bots.channels.sms.ucp.receiving import Heard
from rbm_bots.channels.sms.ucp.reports import Progress
from rbm_bots.channels.sms.ucp.turns import Lane
from rbm_bots.delivery.pacer import Pacer, SentCall
from rbm_bots.emulator.smsc import Smsc, SmscSettings
from tests.integration.channels.ucp_compose import compose

START = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


class HandClock:
    """Time stands still until :meth:`advance`; sleepers wake when their instant has come."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.seconds + seconds, woken))
        await woken

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        due = [one for one in self._sleepers if one[0] <= self.seconds + 1e-9]
        self._sleepers = [one for one in self._sleepers if one[0] > self.seconds + 1e-9]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)


class Notes:
    """An inbox that writes down what it is told, and fails when asked to."""

    def __init__(self) -> None:
        self.messages: list[Heard] = []
        self.moves: list[Progress] = []
        self.fail: set[str] = set()

    def _fail(self, what: str) -> None:
        if what in self.fail:
            raise RuntimeError("the disk is full")

    async def message(self, heard: Heard) -> None:
        self._fail("message")
        self.messages.append(heard)

    @property
    def texts(self) -> list[str]:
        return [heard.message.text for heard in self.messages]

    async def progress(self, progress: Progress) -> None:
        self._fail("progress")
        self.moves.append(progress)

    def states(self, label: str) -> list[str]:
        return [move.state for move in self.moves if move.label == label]


async def passing(
    clock: HandClock, condition: Callable[[], Any], *, step_s: float = 0.02, about: object = None
) -> None:
    """Let time pass until ``condition``; real patience ends after 20 s."""
    patience = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < patience, about
        for _ in range(8):
            await asyncio.sleep(0)
        clock.advance(step_s)


class Link:
    """A centre, a client and their clock."""

    def __init__(self, centre: Smsc, client: UcpClient[SentCall], notes: Notes, clock: HandClock) -> None:
        self.centre, self.client, self.notes, self.clock = centre, client, notes, clock
        self.counts: Counter[str] = Counter()

    async def until(self, condition: Callable[[], Any], *, step_s: float = 0.02) -> None:
        await passing(self.clock, condition, step_s=step_s, about=(self.centre.counts, self.counts, self.notes.moves))

    async def result_of(self, task: asyncio.Task[Accepted], *, step_s: float = 0.02) -> Accepted:
        await self.until(task.done, step_s=step_s)
        return await task

    def submit(
        self, digits: str, *, label: str = "m", lane: Lane = "service", text: str = "Bonjour", notify: int = 7
    ) -> asyncio.Task[Accepted]:
        (one,) = compose(text, to=f"003363998{digits}", sender="36123", ref=1, notify=notify)
        return asyncio.ensure_future(self.client.submit(one, lane=lane, label=label))

    async def sent(self, digits: str, **options: Any) -> Accepted:
        return await self.result_of(self.submit(digits, **options))


@asynccontextmanager
async def linked(
    centre_settings: SmscSettings | None = None, *, per_second: int = 150, record: Path | None = None, **options: Any
) -> AsyncIterator[Link]:
    clock, notes = HandClock(), Notes()
    centre = Smsc(settings=centre_settings or SmscSettings(), clock=clock, record_file=record)
    await centre.start()
    hosts = (*options.pop("hosts", ()), ("127.0.0.1", centre.port))
    wanted = {"hosts": hosts, "account": "36123", "password": "secret"} | options
    turns = Turns(Pacer(per_second=per_second, window="second"), clock=clock, monotonic=clock.monotonic)
    counts: Counter[str] = Counter()
    client = UcpClient(
        settings=UcpSettings(**wanted),
        turns=turns,
        inbox=notes,
        clock=clock,
        monotonic=clock.monotonic,
        comeback=Comeback(monotonic=clock.monotonic, jitter=lambda: 1.0),
        count=lambda name: counts.update((name,)),
    )
    link = Link(centre, client, notes, clock)
    link.counts = counts
    running = asyncio.ensure_future(client.run())
    try:
        yield link
    finally:
        await client.stop()
        await link.until(running.done)
        await running
        await centre.stop()
