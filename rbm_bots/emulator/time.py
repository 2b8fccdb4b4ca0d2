"""The emulator's own time.

Theory of operation. The clock is its source (the machine's clock) plus an offset, until it is frozen; then it is one
instant. Everything the emulated operator does later is a *timer*: an instant and a plain function. In running time one
task calls each timer when its instant has come. When the clock is moved forward, it does not jump: it stands at the
instant of each timer on the way, calls it, and waits until the work it caused has settled (webhook calls answered)
before it goes on. So a timer set by a timer still happens on the way, all in order, and the caller who moved the clock
returns when everything that became due has happened. Moved backwards, each timer keeps the wait it had left. A timer
that raises is logged, and time goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from rbm_bots.clock import Clock, SystemClock, require_aware

__all__ = ["EmulatorClock", "Timer"]

_log = structlog.get_logger("rbm.emulator")


@dataclass(order=True, slots=True)
class Timer:
    """Something that happens at an instant unless it is cancelled."""

    due: datetime
    order: int
    run: Callable[[], object] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Make sure it never happens."""
        self.cancelled = True


def _call(timer: Timer) -> None:
    """Let it happen. One that raises is logged and takes nothing else with it: the other timers still come."""
    try:
        timer.run()
    except Exception as fault:
        last = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"  # not the message: it may hold a text or a number
        _log.error("emulator.timer_failed", error=type(fault).__name__, place=place)


async def _settled() -> None:
    await asyncio.sleep(0)


class EmulatorClock:
    """A ``Clock`` that can be set, moved and frozen, and that owns the emulator's timers."""

    def __init__(self, source: Clock | None = None) -> None:
        self._source = source or SystemClock()
        self._offset = timedelta()
        self._held: datetime | None = None
        self._frozen = False
        self._timers: list[Timer] = []
        self._order = 0
        self._wake = asyncio.Event()
        self._moving = asyncio.Lock()
        self._settle: Callable[[], Awaitable[None]] = _settled

    @property
    def frozen(self) -> bool:
        """Whether time stands still until it is moved."""
        return self._frozen

    def now(self) -> datetime:
        """The emulated instant, UTC."""
        return self._held if self._held is not None else self._source.now() + self._offset

    def settle_with(self, settle: Callable[[], Awaitable[None]]) -> None:
        """Name what to await after each step of a move: returns when nothing is under way at this instant."""
        self._settle = settle

    def call_at(self, due: datetime, run: Callable[[], object]) -> Timer:
        """Call ``run`` once when the emulated time reaches ``due``."""
        self._order += 1
        timer = Timer(require_aware(due), self._order, run)
        heapq.heappush(self._timers, timer)
        self._wake.set()
        return timer

    def call_later(self, seconds: float, run: Callable[[], object]) -> Timer:
        """Call ``run`` once in ``seconds`` of emulated time."""
        return self.call_at(self.now() + timedelta(seconds=seconds), run)

    async def sleep(self, seconds: float) -> None:
        """Wait in emulated time."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.call_later(seconds, lambda: None if woken.done() else woken.set_result(None))
        try:
            await woken
        finally:
            timer.cancel()

    async def advance(self, seconds: float) -> None:
        """Move forward by ``seconds``; returns after all that became due has happened."""
        async with self._moving:
            await self._move(self.now() + timedelta(seconds=seconds))

    async def move_to(self, at: datetime) -> None:
        """Stand at ``at``; forward like :meth:`advance`, backward with each timer keeping its remaining wait."""
        async with self._moving:
            await self._move(require_aware(at))

    def freeze(self, frozen: bool) -> None:
        """Stop time where it is, or let it run again from there."""
        self._stand(self.now(), frozen=frozen)

    async def run(self) -> None:
        """Call timers as their instants come; runs until cancelled."""
        while True:
            self._wake.clear()
            async with self._moving:
                while (timer := self._take(self.now())) is not None:
                    _call(timer)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._wait()):
                    await self._wake.wait()

    def _wait(self) -> float | None:
        """Real seconds until the next timer; ``None`` when none will come by itself."""
        if self._frozen or not self._timers:
            return None
        return max(0.0, (self._timers[0].due - self.now()).total_seconds())

    def _take(self, until: datetime) -> Timer | None:
        """The next timer due by ``until``, removed."""
        while self._timers and (self._timers[0].cancelled or self._timers[0].due <= until):
            timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                return timer
        return None

    async def _move(self, at: datetime) -> None:
        start, frozen = self.now(), self._frozen
        self._held = start
        try:
            if at < start:
                self._shift(at - start)
            else:
                await self._settle()
                while (timer := self._take(at)) is not None:
                    self._held = max(timer.due, self._held)
                    _call(timer)
                    await self._settle()
        finally:
            self._stand(at, frozen=frozen)

    def _shift(self, by: timedelta) -> None:
        for timer in self._timers:
            timer.due += by
        heapq.heapify(self._timers)

    def _stand(self, at: datetime, *, frozen: bool) -> None:
        self._frozen = frozen
        self._held = at if frozen else None
        self._offset = at - self._source.now()
        self._wake.set()
