"""The call loop: a brand's actions run outside any transaction, with a time limit and a stable key.

At least once for the outside, exactly once for the session: a call is leased, run, and its result goes into the
journal in the commit that removes the call. The lease is short and renewed while the action runs, so a process that
dies is soon replaced: another runs the action again with the same ``ctx.key``. Only one result is ever taken.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final

import msgspec
import structlog

from rbm_bots.clock import Clock, parse_instant, to_ms
from rbm_bots.events import CallReturned
from rbm_bots.history import close_result
from rbm_bots.server.deployment import Deployment
from rbm_bots.server.metrics import Metrics
from rbm_bots.server.playing import CALL
from rbm_bots.server.runners import Runners
from rbm_bots.store import Store, calls
from rbm_bots.store.calls import TakenCall
from rbm_bots.store.seal import Seal

__all__ = ["CallLoop"]

_AT_ONCE: Final = 32
_IDLE_S: Final = 1.0
_log = structlog.get_logger("rbm.calls")


class CallLoop:
    """One per process; ``run`` until ``stop``."""

    def __init__(
        self,
        *,
        store: Store,
        deployment: Deployment,
        runners: Runners,
        seal: Seal,
        clock: Clock,
        metrics: Metrics,
        lease_s: float = 10.0,
        drain_s: float = 25.0,
    ) -> None:
        self._store = store
        self._deployment = deployment
        self._runners = runners
        self._seal = seal
        self._clock = clock
        self._metrics = metrics
        self._lease_ms = int(lease_s * 1000)
        self._drain_s = drain_s
        self._running: dict[asyncio.Task[None], str] = {}
        self._stopping = False

    async def stop(self) -> None:
        """Take no more calls; :meth:`run` returns when those under way are done or the drain time is over."""
        self._stopping = True
        self._store.wake.up("calls")

    async def run(self) -> None:
        """Run calls until stopped."""
        renewing = asyncio.create_task(self._renew())
        try:
            while not self._stopping:
                try:
                    taken = await self._take()
                except Exception:
                    _log.exception("calls.fault")
                    taken = []
                for call in taken:
                    task = asyncio.create_task(self._run(call))
                    self._running[task] = call.call_id
                    task.add_done_callback(self._done)
                if not taken:
                    await self._store.wake.wait("calls", at_most_s=_IDLE_S)
            await self._drain()
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        call = self._running.pop(task)
        if not task.cancelled() and task.exception() is not None:
            # its lease runs out, and the call is run again
            _log.error("call.fault", call=call, error=type(task.exception()).__name__)

    async def _drain(self) -> None:
        """Let calls end; those that take too long are broken off and given back."""
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=self._drain_s)
        broken_off = [self._running[task] for task in late]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if broken_off:
            await self._store.write(partial(calls.release, call_ids=broken_off))

    async def _renew(self) -> None:
        while True:
            await self._clock.sleep(self._lease_ms / 3000)
            running = list(self._running.values())
            if not running:
                continue
            try:
                until_ms = to_ms(self._clock.now()) + self._lease_ms
                await self._store.write(partial(calls.renew, call_ids=running, until_ms=until_ms))
            except Exception as fault:
                _log.warning("calls.not_renewed", error=type(fault).__name__)

    async def _take(self) -> list[TakenCall]:
        free = _AT_ONCE - len(self._running)
        if free <= 0:
            await asyncio.wait(set(self._running), return_when=asyncio.FIRST_COMPLETED)
            return []
        return await self._store.write(
            partial(
                calls.take,
                bots=list(self._deployment.bots),
                now_ms=to_ms(self._clock.now()),
                lease_ms=self._lease_ms,
                most=free,
            )
        )

    async def _run(self, call: TakenCall) -> None:
        payload: dict[str, Any] = msgspec.json.decode(self._seal.open(call.payload, purpose=CALL))
        pinned = await self._runners.pinned(call.bot, payload.get("version", ""))
        returned = await self._runners.of(call.bot).run(
            call_id=call.call_id,
            action=call.action,
            args=payload["args"],
            slots=payload["slots"],
            customer=payload.get("customer", {}),
            contact=call.contact_id,
            now=self._clock.now(),
            after=parse_instant(payload.get("after") or ""),
            offers=payload.get("offers", False),
            pinned=pinned,
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
