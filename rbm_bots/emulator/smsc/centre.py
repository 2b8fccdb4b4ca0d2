"""The centre: listens on loopback, keeps what it took, stamps it, and finds a session for what it has to say."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from rbm_bots.channels.sms.ucp.operations import DELIVER, REPORT, Deliver, Report, Submit
from rbm_bots.channels.sms.ucp.stamps import read_stamp, stamp_digits
from rbm_bots.clock import Clock
from rbm_bots.emulator.smsc.peer import Peer
from rbm_bots.emulator.smsc.record import FrameRecord
from rbm_bots.emulator.smsc.settings import SmscSettings
from rbm_bots.messages.segments import is_seven_bit

__all__ = ["Smsc", "Taken"]

_HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A submit that was accepted, under the stamp of its message id."""

    submit: Submit
    digits: str
    at: datetime


class Smsc:
    """``start``, then ``port``; ``stop`` ends every session. ``counts`` has what happened, by name."""

    def __init__(self, *, settings: SmscSettings, clock: Clock, record_file: Path | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self.zone = ZoneInfo(settings.time_zone)
        self.record = FrameRecord(record_file)
        self.taken: list[Taken] = []
        self.counts: Counter[str] = Counter()
        self.peers: list[Peer] = []
        self.arrivals: deque[datetime] = deque()
        self._waiting: deque[tuple[int, tuple[str, ...]]] = deque()
        self._stamps: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._has_begun = False

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None  # started
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; 0 takes a free port. Raises ``OSError`` when the port cannot be had."""
        self._server = await asyncio.start_server(self._serve, _HOST, port)

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
        for peer in list(self.peers):
            peer.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
        self.record.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_back: bool = False
    ) -> None:
        task = asyncio.current_task()
        assert task is not None  # asyncio runs a connection's callback as a task
        self._tasks.add(task)
        peer = Peer(centre=self, reader=reader, writer=writer, is_back=is_back)
        self.peers.append(peer)
        self.flush()
        try:
            with contextlib.suppress(asyncio.CancelledError):  # a stopping centre ends its sessions without noise
                await peer.run()
        finally:
            self.peers.remove(peer)
            self._tasks.discard(task)
            peer.cut()

    def logged_in(self) -> None:
        """A client has come: what waited for it is sent."""
        if not self._has_begun:
            self._has_begun = True
            self.later(self._play_script())
        if self.settings.connect_back is not None and not any(peer.is_back for peer in self.peers):
            self.later(self._connect_back(*self.settings.connect_back))
        self.flush()

    async def _play_script(self) -> None:
        for line in self.settings.script:
            await self.clock.sleep(line.after_s)
            self.say(line.text, sender=line.sender)

    async def _connect_back(self, host: str, port: int) -> None:
        try:
            streams = await asyncio.open_connection(host, port)
        except OSError:
            self.counts["not_back"] += 1
            return
        self.counts["back"] += 1
        await self._serve(*streams, is_back=True)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` beside everything else, until the centre stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def take(self, submit: Submit) -> str:
        """Keep a submit; returns the digits of its stamp."""
        at = self.clock.now()
        digits = stamp_digits(at, self.zone)
        while self.settings.unique_stamps and (submit.to[-9:], digits) in self._stamps:
            at += timedelta(seconds=1)
            digits = stamp_digits(at, self.zone)
        self._stamps.add((submit.to[-9:], digits))
        self.taken.append(Taken(submit=submit, digits=digits, at=self.clock.now()))
        return digits

    def is_over_rate(self) -> bool:
        """Count an operation; whether it is one too many in this second."""
        now = self.clock.now()
        while self.arrivals and now - self.arrivals[0] >= timedelta(seconds=1):
            self.arrivals.popleft()
        if self.settings.rate is not None and len(self.arrivals) >= self.settings.rate:
            self.counts["over_rate"] += 1
            return True
        self.arrivals.append(now)
        return False

    @property
    def waiting(self) -> int:
        """How many operations wait for a session."""
        return len(self._waiting)

    def report(self, report: Report) -> None:
        """Tell the client what became of a submit: now, or when it comes back."""
        self._send(REPORT, report.fields())

    def deliver(self, message: Deliver) -> None:
        """A phone writes: told now, or when the client comes back."""
        self._send(1 if message.by_call_input else DELIVER, message.fields())

    def say(self, text: str, *, sender: str) -> None:
        """A phone writes ``text`` to the account's short code, in whichever alphabet holds it."""
        coding: Literal["gsm7", "ucs2"] = "gsm7" if all(map(is_seven_bit, text)) else "ucs2"
        now = read_stamp(stamp_digits(self.clock.now(), self.zone), self.zone)
        self.deliver(Deliver(to=self.settings.account, sender=sender, text=text, scts=now, coding=coding))

    def _send(self, ot: int, fields: tuple[str, ...]) -> None:
        self._waiting.append((ot, fields))
        self.flush()

    def flush(self) -> None:
        """Send what waits, when a session stands."""
        peer = next((one for one in self.peers if one.has_room), None)
        while peer is not None and peer.has_room and self._waiting:
            peer.operate(*self._waiting.popleft())

    def take_back(self, operations: Iterable[tuple[int, tuple[str, ...]]]) -> None:
        """A session ended with operations that the client did not answer: they come first on the next one."""
        self._waiting.extendleft(reversed(list(operations)))
        self.flush()
