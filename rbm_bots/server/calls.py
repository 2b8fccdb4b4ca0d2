"""The call loop: a brand's actions run outside any transaction, with a time limit and a stable key.

At least once for the outside, exactly once for the session: a call is leased, run, and its result goes into the
journal in the commit that removes the call. A process that dies lets the lease run out and another runs the action
again with the same ``ctx.key``; only one result is ever taken.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final

import msgspec
import structlog

from rbm_bots.clock import Clock, to_ms
from rbm_bots.events import CallReturned
from rbm_bots.history import close_result
from rbm_bots.runner import ActionRunner
from rbm_bots.server.deployment import Deployment
from rbm_bots.server.metrics import Metrics
from rbm_bots.server.playing import CALL
from rbm_bots.store import Store, calls
from rbm_bots.store.calls import TakenCall
from rbm_bots.store.seal import Seal

__all__ = ["CallLoop"]

_LEASE_S: Final = 60.0
_AT_ONCE: Final = 32
_IDLE_S: Final = 1.0
_log = structlog.get_logger("rbm.calls")


class CallLoop:
    """One per process; ``run`` until ``stop``. ``runners``: bot -> what runs its actions."""

    def __init__(
        self,
        *,
        store: Store,
        deployment: Deployment,
        runners: dict[str, ActionRunner],
        seal: Seal,
        clock: Clock,
        metrics: Metrics,
        drain_s: float = 25.0,
    ) -> None:
        self._store = store
        self._deployment = deployment
        self._runners = runners
        self._seal = seal
        self._clock = clock
        self._metrics = metrics
        self._drain_s = drain_s
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def stop(self) -> None:
        """Take no more calls; :meth:`run` returns when those under way are done or the drain time is over."""
        self._stopping = True
        self._store.wake.up("calls")

    async def run(self) -> None:
        """Run calls until stopped."""
        while not self._stopping:
            try:
                taken = await self._take()
            except Exception:
                _log.exception("calls.fault")
                taken = []
            for call in taken:
                task = asyncio.create_task(self._run(call))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            if not taken:
                await self._store.wake.wait("calls", at_most_s=_IDLE_S)
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=self._drain_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _take(self) -> list[TakenCall]:
        free = _AT_ONCE - len(self._running)
        if free <= 0:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            return []
        return await self._store.write(
            partial(
                calls.take,
                bots=list(self._deployment.bots),
                now_ms=to_ms(self._clock.now()),
                lease_ms=int(_LEASE_S * 1000),
                most=free,
            )
        )

    async def _run(self, call: TakenCall) -> None:
        payload: dict[str, Any] = msgspec.json.decode(self._seal.open(call.payload, purpose=CALL))
        returned = await self._runners[call.bot].run(
            call_id=call.call_id,
            action=call.action,
            args=payload["args"],
            slots=payload["slots"],
            contact=call.contact_id,
            now=self._clock.now(),
        )
        await self._finish(call, returned)

    async def _finish(self, call: TakenCall, returned: CallReturned) -> None:
        body = close_result(self._seal, returned)
        now_ms = to_ms(self._clock.now())
        first = await self._store.write(partial(calls.finish, call=call, body=body, now_ms=now_ms))
        self._metrics.calls.labels(call.bot, call.action, returned.error or "ok").inc()
        _log.info(
            "call.done", bot=call.bot, conversation=call.contact_id, call=call.call_id, action=call.action,
            error=returned.error, attempts=call.attempts, first=first,
        )  # fmt: skip
        if first:
            await self._store.notify("inbox")
