"""The feeder: a loop that keeps the outbox of one application a little ahead of its quota.

Every process that serves an application runs one; a lease row lets one of them feed at a time. Each step takes or
renews the lease in its own transaction, so a process that died is followed by another when its lease is over, and one
that was only slow finds that out before it writes.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

import structlog
from sqlalchemy import Connection

from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.campaigns.feeding import Fed, Feeding
from rbm_bots.store import Store, campaigns, leases
from rbm_bots.store.leases import Lease

__all__ = ["Feeder"]

_STEP_S: Final = 1.0
_log = structlog.get_logger("rbm.campaigns")


class Feeder:
    """One per process and application; ``run`` until ``stop``."""

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
    ) -> None:
        self._store = store
        self._application = application
        self._feeding = feeding
        self._clock = clock
        self._owner = owner
        self._lease_s = max(lease_s, 3 * step_s)
        self._step_s = step_s
        self._stopping = asyncio.Event()
        self._held: Lease | None = None

    async def stop(self) -> None:
        """End after the step under way."""
        self._stopping.set()

    async def run(self) -> None:
        """Feed until stopped; a database fault is logged and tried again."""
        while not self._stopping.is_set():
            try:
                more = await self.feed_once()
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
        if fed.added:
            _log.debug("campaign.fed", application=self._application, added=sum(fed.added.values()))
            await self._store.notify("outbox")
        if fed.scenes:
            await self._store.notify("inbox")
        return fed.more

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
