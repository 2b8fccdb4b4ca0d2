"""The timer loop: due timer rows become journal rows, and the worker plays them."""

from __future__ import annotations

from functools import partial
from typing import Final

import structlog

from rbm_bots.clock import Clock, to_ms
from rbm_bots.store import Store, timers

__all__ = ["TimerLoop"]

_IDLE_S: Final = 1.0
_log = structlog.get_logger("rbm.timers")


class TimerLoop:
    """One per process; ``run`` until ``stop``. Several processes share the rows by their locks."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._stopping = False

    async def stop(self) -> None:
        """End after the transaction under way."""
        self._stopping = True
        self._store.wake.up("timers")

    async def run(self) -> None:
        """Fire what is due, then wait for the next timer, a new one, or a second."""
        while not self._stopping:
            try:
                fired = await self.fire_once()
                wait_s = 0.0 if fired else await self._until_next()
            except Exception:
                _log.exception("timers.fault")
                wait_s = _IDLE_S
            if wait_s > 0:
                await self._store.wake.wait("timers", at_most_s=wait_s)

    async def fire_once(self) -> int:
        """One transaction; how many timers fired."""
        now_ms = to_ms(self._clock.now())
        fired = await self._store.write(partial(timers.fire_due, now_ms=now_ms))
        if fired:
            await self._store.notify("inbox")
        return fired

    async def _until_next(self) -> float:
        due = await self._store.write(timers.next_due)
        if due is None:
            return _IDLE_S
        return min(_IDLE_S, max(0.001, (due - to_ms(self._clock.now())) / 1000))
