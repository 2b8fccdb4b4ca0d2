"""Calls that do not count against the send quota: capability checks and the like, under a cap of their own.

The cap (``other_calls_per_s``) is kept by the same response-clocked window as the sends. A pause of the application
holds for these calls too, and a 429 to one of them pauses the sends: after a 429 the operator wants silence for a
minute from the whole application (S2-68).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

import structlog
from sqlalchemy import Connection

from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.pacer import Pacer
from rbm_bots.errors import NotSent, Throttled
from rbm_bots.store import Store, leases

__all__ = ["OtherCalls"]

T = TypeVar("T")
_PAUSE_S: Final = 60.0
_LOOK_S: Final = 1.0
_log = structlog.get_logger("rbm.delivery")


class OtherCalls:
    """One per process and application."""

    def __init__(self, *, store: Store, clock: Clock, application: str, per_second: int) -> None:
        self._store = store
        self._clock = clock
        self._lease = f"application:{application}"
        self._pacer = Pacer(per_second=per_second, per_minute=per_second * 60, window="second")
        self._turn = asyncio.Lock()
        self._stopping = False

    def stop(self) -> None:
        """Whoever waits for a call to leave waits no longer: the process ends. Calls under way go on."""
        self._stopping = True

    async def make(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make ``call`` as soon as it may leave. Raises what it raises; a ``Throttled`` pauses the application.

        Raises :class:`NotSent` after :meth:`stop`.
        """
        loop = asyncio.get_running_loop()
        async with self._turn:
            await self._wait()
            sent = self._pacer.leave(loop.time())
        try:
            return await call()
        except Throttled as fault:
            await self._pause(max(_PAUSE_S, fault.retry_after_s or 0.0))
            raise
        finally:
            self._pacer.answered(sent, loop.time())

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if self._stopping:
                raise NotSent("the server stops")
            paused_s = await self._paused_s()
            earliest = self._pacer.earliest()
            if paused_s <= 0 and earliest is not None and earliest <= loop.time():
                return
            wait_s = _LOOK_S if earliest is None else earliest - loop.time()
            await self._clock.sleep(min(_LOOK_S, max(paused_s, wait_s, 0.001)))

    async def _paused_s(self) -> float:
        until = await self._store.read(partial(leases.paused_until, name=self._lease))
        return (until - to_ms(self._clock.now())) / 1000

    async def _pause(self, seconds: float) -> None:
        until = to_ms(self._clock.now()) + int(seconds * 1000)

        def work(connection: Connection) -> None:
            if leases.paused_until(connection, self._lease) < until:
                leases.pause(connection, self._lease, until_ms=until)

        await self._store.write(work)
        _log.warning("application.paused", application=self._lease.partition(":")[2], seconds=seconds)
