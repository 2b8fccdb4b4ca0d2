"""The feeder: a loop that keeps the outbox of one application a little ahead of its quota.

Every process that serves an application runs one; a lease row lets one of them feed at a time. Each step takes or
renews the lease in its own transaction, so a process that died is followed by another when its lease is over, and one
that was only slow finds that out before it writes. Once an hour campaigns that are over give back what they can no
longer cost; any process may do that, and nothing is given back twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.campaigns.feeding import Fed, Feeding
from rbm_bots.store import Store, campaigns, leases
from rbm_bots.store.leases import Lease

__all__ = ["Feeder"]

_STEP_S: Final = 1.0
_SETTLE_MS: Final = 3_600_000
_log = structlog.get_logger("rbm.campaigns")


class Feeder:
    """One per process and application; ``run`` until ``stop``. ``count``: told of a campaign, and how many were fed."""

    def __init__(
        self,
        *,
        store: Store,
        application: str,
        feeding: Feeding,
        clock: Clock,
        owner: str,
        lease_s: float = 10.0,
        step_s: float = _STEP_S,
        count: Callable[[str, int], None] = lambda _campaign, _people: None,
    ) -> None:
        self._store = store
        self._application = application
        self._feeding = feeding
        self._clock = clock
        self._owner = owner
        self._lease_s = max(lease_s, 3 * step_s)
        self._step_s = step_s
        self._count = count
        self._stopping = asyncio.Event()
        self._held: Lease | None = None
        self._settled_at = 0

    async def stop(self) -> None:
        """End after the step under way."""
        self._stopping.set()

    async def run(self) -> None:
        """Feed until stopped; a database fault is logged and tried again."""
        while not self._stopping.is_set():
            try:
                more = await self.feed_once()
                await self.settle()
            except Exception:
                _log.exception("campaigns.fault", application=self._application)
                more = False
            if not more:
                await self._rest(self._step_s)
        await self._let_go()

    async def feed_once(self) -> bool:
        """One step, if there is a campaign and nobody else feeds this application; whether to go on at once."""
        if not await self._store.read(lambda connection: campaigns.any_open(connection, self._application)):
            return False
        fed = await self._store.write(self._step)
        if fed is None:
            return False
        for name, why in fed.ended:
            _log.info("campaign.ended", campaign=name, why=why)
        for name, why in fed.paused:
            _log.warning("campaign.paused", campaign=name, why=why)
        for name, people in fed.added.items():
            self._count(name, people)
        if fed.added:
            _log.debug("campaign.fed", application=self._application, added=sum(fed.added.values()))
            await self._store.notify("outbox")
        if fed.scenes:
            await self._store.notify("inbox")
        return fed.more

    async def settle(self) -> None:
        """Once an hour, one campaign in a transaction: what is certain not to be spent is free again."""
        now_ms = to_ms(self._clock.now())
        if now_ms < self._settled_at + _SETTLE_MS:
            return
        self._settled_at = now_ms
        for name in await self._store.read(partial(self._feeding.unsettled, now_ms=now_ms)):
            await self._store.write(partial(self._feeding.settle, campaign=name, now_ms=now_ms))

    def _step(self, connection: Connection) -> Fed | None:
        now_ms = to_ms(self._clock.now())
        lease = leases.acquire(
            connection,
            f"campaigns:{self._application}",
            owner=self._owner,
            now_ms=now_ms,
            length_ms=int(self._lease_s * 1000),
        )
        self._held = lease
        if lease is None:
            return None
        for paused in campaigns.running(connection, self._application, states=("paused",)):
            campaigns.hold(connection, paused.campaign_id)  # what a scene has said since
        return self._feeding.step(connection, lease, now_ms=now_ms)

    async def _let_go(self) -> None:
        """Another process need not wait for the end of the lease."""
        lease = self._held
        if lease is not None:
            with contextlib.suppress(Exception):  # it ends by itself
                await self._store.write(lambda connection: leases.release(connection, lease))

    async def _rest(self, seconds: float) -> None:
        stopping = asyncio.ensure_future(self._stopping.wait())
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        _, pending = await asyncio.wait({stopping, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
