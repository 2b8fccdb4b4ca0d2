"""The retention loop: what people wrote is emptied after ``keep_bodies_days``, a slice at a time, once an hour.

So are the cells of a campaign's audience, as many days after the campaign is over.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import Final

import structlog

from rbm_bots.clock import Clock, to_ms
from rbm_bots.store import Store, retention

__all__ = ["RetentionLoop"]

_EVERY_S: Final = 3600.0
_SLICE: Final = 500
_BREATH_S: Final = 0.05
_DAY_MS: Final = 86_400_000

_log = structlog.get_logger("rbm.retention")


class RetentionLoop:
    """One per process; ``run`` until ``stop``. Several processes take slices in turn."""

    def __init__(self, *, store: Store, clock: Clock, keep_days: int) -> None:
        self._store = store
        self._clock = clock
        self._keep_days = keep_days
        self._stopping = asyncio.Event()

    async def stop(self) -> None:
        """End after the slice under way."""
        self._stopping.set()

    async def run(self) -> None:
        """Prune, then rest for an hour; a fault waits for the next hour."""
        while not self._stopping.is_set():
            try:
                await self.prune()
            except Exception:
                _log.exception("retention.fault")
            await self._rest(_EVERY_S)

    async def prune(self) -> int:
        """Empty everything that is old enough; how many rows."""
        before_ms = to_ms(self._clock.now()) - self._keep_days * _DAY_MS
        pruned = 0
        for work in (retention.prune_events, retention.prune_messages):
            while not self._stopping.is_set():
                done = await self._store.write(partial(work, before_ms=before_ms, most=_SLICE))
                if not done:
                    break
                pruned += done
                await self._rest(_BREATH_S)  # events that wait for their commit go first
        pruned += await self._prune_cells(before_ms)
        used = await self._store.read(partial(retention.used_versions, since_ms=before_ms))
        forgotten = await self._store.write(partial(retention.forget_versions, before_ms=before_ms, used=used))
        if pruned or forgotten:
            _log.info("retention.pruned", rows=pruned, versions=forgotten)
        return pruned

    async def _prune_cells(self, before_ms: int) -> int:
        pruned = 0
        for campaign in await self._store.read(partial(retention.with_cells, before_ms=before_ms)):
            after, done = "", 1
            while done and not self._stopping.is_set():
                work = partial(retention.prune_cells, campaign=campaign, after=after, most=_SLICE)
                after, done = await self._store.write(work)
                pruned += done
                await self._rest(_BREATH_S)
        return pruned

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
