"""What came of operator calls, written in groups.

Theory of operation. A call that ended hands its outcome over and waits. One task takes everything that waits and writes
it in one commit, each outcome with its journal row and with what its saga makes of it, and takes the next load when
that commit returned. Nobody can ask an operator again what came of a call, so a load that fails is tried again: first
each outcome alone, so that one does not hold the others up, then for a minute. A row that could never be written is
found «attempting» by the next owner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from sqlalchemy import Connection

from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.guard import ErrorGuard, Tripped
from rbm_bots.delivery.hearing import of_outcomes
from rbm_bots.delivery.legs import Legs, Told
from rbm_bots.store import Store, leases, outbox
from rbm_bots.store.leases import Lease, Throttled
from rbm_bots.store.outbox import Outcome

__all__ = ["Results"]

_TRIES: Final = 60
_BETWEEN_S: Final = 1.0
_log = structlog.get_logger("rbm.delivery")


class _Result:
    """One outcome, the lease it was made under, and what a 429 does to its application."""

    __slots__ = ("done", "lease", "outcome", "throttled")

    def __init__(self, lease: Lease, outcome: Outcome, throttled: Throttled | None) -> None:
        self.lease = lease
        self.outcome = outcome
        self.throttled = throttled
        self.done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()


class Results:
    """One per sender. ``put`` returns when the outcome is durable."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        application: str,
        legs: Legs,
        told: Callable[[Told], Awaitable[None]],
        guard: ErrorGuard | None = None,
        tell: Callable[[Tripped], None] = lambda _tripped: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._application = application
        self._legs = legs
        self._told = told
        self._guard = guard
        self._tell = tell
        self._waiting: list[_Result] = []
        self._running: asyncio.Task[None] | None = None

    async def put(self, lease: Lease, outcome: Outcome, *, throttled: Throttled | None = None) -> bool:
        """Write ``outcome``; false when it could not be written."""
        result = _Result(lease, outcome, throttled)
        self._waiting.append(result)
        if self._running is None:
            self._running = asyncio.create_task(self._write_loads())
        return await result.done

    async def _write_loads(self) -> None:
        try:
            while self._waiting:
                load, self._waiting = self._waiting, []
                if not await self._write(load):
                    await asyncio.gather(*(self._write_surely(one) for one in load))
        finally:
            self._running = None

    async def _write_surely(self, result: _Result) -> None:
        for _ in range(_TRIES):
            if await self._write([result]):
                return
            await self._clock.sleep(_BETWEEN_S)
        _settle([result], written=False)

    async def _write(self, load: list[_Result]) -> bool:
        def work(connection: Connection) -> tuple[list[Tripped], Told]:
            tripped: list[Tripped] = []
            counted: list[Outcome] = []
            for fence in {one.lease.fence for one in load}:
                outcomes = [one.outcome for one in load if one.lease.fence == fence]
                moved = outbox.settle(connection, self._application, fence, outcomes)
                counted += moved
                if self._guard is not None:
                    tripped += self._guard.count(connection, moved, now_ms=to_ms(self._clock.now()))
            told = [one.throttled for one in load if one.throttled is not None]
            if told:
                leases.throttle(connection, load[0].lease.name, max(told, key=lambda one: one.paused_until))
            return tripped, self._legs.tell(connection, of_outcomes(counted), now=self._clock.now())

        try:
            tripped, told = await self._store.write(work)
        except Exception as fault:
            _log.warning("message.not_settled", application=self._application, error=type(fault).__name__)
            return False
        for one in tripped:
            self._tell(one)
        await self._told(told)
        _settle(load, written=True)
        return True


def _settle(load: list[_Result], *, written: bool) -> None:
    for one in load:
        if not one.done.done():
            one.done.set_result(written)
