"""An event loop whose time jumps: whoever sleeps an hour wakes at once, in the right order.

Theory of operation. The loop asks its selector to wait for files or for the next timer. This one looks at the files
without waiting. Nothing there, and no work in a thread: then nothing can happen before the next timer, so time jumps
to it. While a thread works (a database, a file) it waits for real, and time stands still. So real stores, senders and
clocks run together, an hour takes as long as its work, and each run has the same order of timers. asyncio fires a
timer that is due within a nanosecond; here that would happen without any time passing, again and again, for whoever
waits until an exact instant, so each timer is ten nanoseconds away at least.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

__all__ = ["VirtualClock", "VirtualLoop", "run_virtually"]

T = TypeVar("T")
_STUCK_S = 60.0
_SHORTEST_S = 1e-8


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for files only while a thread works; else moves the loop's time."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.loop.threads or timeout is None:
            ready = super().select(_STUCK_S)
            assert ready, "nothing happens any more"
            return ready
        self.loop.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the module's docstring."""

    def __init__(self) -> None:
        selector = _JumpingSelector()
        selector.loop = self
        self.now = 1000.0
        self.threads = 0
        super().__init__(selector)

    def time(self) -> float:
        return self.now

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return super().call_at(max(when, self.now + _SHORTEST_S), callback, *args, context=context)

    def run_in_executor(self, executor: Any, function: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, function, *args)
        self.threads += 1
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: asyncio.Future[Any]) -> None:
        self.threads -= 1


class VirtualClock:
    """A ``Clock`` on the running virtual loop, for its threads too; it stands at ``start`` when it is made."""

    def __init__(self, start: datetime) -> None:
        self._loop = asyncio.get_running_loop()
        self._zero = start.astimezone(UTC) - timedelta(seconds=self._loop.time())

    def now(self) -> datetime:
        return self._zero + timedelta(seconds=self._loop.time())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run_virtually(body: Callable[[], Awaitable[T]]) -> T:
    """Run ``body`` on a loop of its own."""

    async def coroutine() -> T:
        return await body()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        work: Coroutine[Any, Any, T] = coroutine()
        return runner.run(work)
