"""The bulk check of one bot: at night, ten thousand people at a time, until nobody is left to ask about.

Theory of operation. The platform takes one job per bot and only in its night slot; the job has no id, so a result is
the bot's, not a call's. Whom a job asks about is therefore a row before the call, and one process holds the lease.

* ``starting``: the rows are there, the call may have left. After a crash it is made again; asking twice harms nobody.
* ``running``: the platform took it. The result is asked for every half minute, in the next night too.
* ``foreign``: the platform says that another job of this bot runs: the one of a call whose answer was lost, or
  somebody else's. Its result would be read as ours, so it is waited for and thrown away, and ours is started anew.

A result with details names everybody it knows; whoever is missing was not judged, and is asked about again a month
later. A result that only lists who has RCS says no of all others, but only where it is surely ours.

Outside the slot nothing is called. A 405 all the same means that the platform reads its slot otherwise: nothing is
asked for a quarter of an hour. Other faults wait a minute, then longer, up to a quarter of an hour.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Literal, Protocol

import structlog
from sqlalchemy import Connection

from rbm_bots.channels.maap.bulk_slot import bulk_slot_open
from rbm_bots.channels.maap.client import MAX_BULK_NUMBERS
from rbm_bots.channels.maap.errors import BulkClosed, Conflict
from rbm_bots.channels.maap.replies import BulkResult
from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.capability.resolving import Resolver, numbers_of
from rbm_bots.errors import LeaseLost, RbmError
from rbm_bots.store import Store, capability, capability_jobs, leases
from rbm_bots.store.capability import Learned
from rbm_bots.store.capability_jobs import Job
from rbm_bots.store.leases import Lease
from rbm_bots.store.seal import Seal

__all__ = ["BulkGateway", "NightlyChecks"]

_POLL_S: Final = 30.0
_CLOSED_S: Final = 60.0
_REFUSED_S: Final = 900.0
_FAULT_S: Final = 60.0
_IDLE_S: Final = 600.0
_MORNING: Final = timedelta(hours=6)  # evening and morning of one night share a date
_LEASE_MS: Final = 300_000  # longer than any call with its repeats
_TOO_LONG_MS: Final = 24 * 3_600_000
_log = structlog.get_logger("rbm.capability")


class BulkGateway(Protocol):
    """What the checks need of a channel's client."""

    def stop(self) -> None:
        """A call that waits until it may leave does not leave any more."""
        ...

    async def start_bulk(self, bot: str, numbers: Sequence[str]) -> None:
        """Start a job. Raises the ``ChannelError`` that says what became of it."""
        ...

    async def bulk_result(self, bot: str) -> BulkResult:
        """Its result, as far as it is."""
        ...


class NightlyChecks:
    """One per process and bot; ``run`` until ``stop``. ``served``: operators whose numbers are worth asking about."""

    def __init__(
        self,
        *,
        store: Store,
        seal: Seal,
        clock: Clock,
        bot: str,
        gateway: BulkGateway,
        resolver: Resolver,
        owner: str,
        served: Sequence[str],
    ) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._bot = bot
        self._gateway = gateway
        self._resolver = resolver
        self._owner = owner
        self._served = served
        self._stopping = asyncio.Event()
        self._faults = 0
        self._lease: Lease | None = None
        self._enrolled: date | None = None

    async def stop(self) -> None:
        """End after the call under way; one that waits for a pause to end is given up."""
        self._stopping.set()
        self._gateway.stop()

    async def run(self) -> None:
        """Check whenever the slot is open, until :meth:`stop`; another process may then go on at once."""
        while not self._stopping.is_set():
            await self._pause(await self.step())
        if self._lease is not None:
            await self._store.write(partial(leases.release, lease=self._lease))

    async def _pause(self, seconds: float) -> None:
        stopping = asyncio.ensure_future(self._stopping.wait())
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        _, pending = await asyncio.wait({stopping, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def step(self) -> float:
        """Do the next thing; seconds until the one after it."""
        now = self._clock.now()
        if not bulk_slot_open(now):
            return _CLOSED_S
        try:
            self._lease = await self._acquire(now)
            wait_s = await self._go_on(self._lease, now) if self._lease is not None else _POLL_S
        except BulkClosed:
            _log.warning("capability.closed", bot=self._bot)
            return _REFUSED_S
        except LeaseLost:
            return _POLL_S
        except Exception as fault:
            self._faults += 1
            name = fault.code if isinstance(fault, RbmError) else type(fault).__name__
            _log.warning("capability.fault", bot=self._bot, error=name)
            return min(_FAULT_S * self._faults, _REFUSED_S)
        self._faults = 0
        return wait_s

    async def _acquire(self, now: datetime) -> Lease | None:
        take = partial(
            leases.acquire,
            name=f"capability:{self._bot}",
            owner=self._owner,
            now_ms=to_ms(now),
            length_ms=_LEASE_MS,
        )
        return await self._store.write(take)

    async def _go_on(self, lease: Lease, now: datetime) -> float:
        job = await self._store.read(partial(capability_jobs.find, bot=self._bot))
        if job is None:
            return await self._begin(lease, now)
        if job.state == "starting":
            return await self._start(lease, job)
        return await self._ask(lease, job, now)

    async def _begin(self, lease: Lease, now: datetime) -> float:
        """Write down whom the next job asks about; the operators of strangers are looked up first."""
        now_ms = to_ms(now)
        night = (now + _MORNING).date()
        if night != self._enrolled:  # it looks at every conversation of the bot
            await self._store.write(partial(capability.enrol, bot=self._bot))
            self._enrolled = night
        due = partial(
            capability.due,
            bot=self._bot,
            now_ms=now_ms,
            most=MAX_BULK_NUMBERS,
            served=self._served,
            looked_since_ms=self._resolver.since_ms(),
        )
        await self._resolver.resolve(await self._store.read(due))

        def work(connection: Connection) -> int:
            leases.require(connection, lease)
            people = due(connection)
            if people:
                capability_jobs.begin(connection, self._bot, people, now_ms=now_ms)
            return len(people)

        asked = await self._store.write(work)
        if asked:
            _log.info("capability.begun", bot=self._bot, people=asked)
        return 0.0 if asked else _IDLE_S

    async def _start(self, lease: Lease, job: Job) -> float:
        numbers = await self._store.read(partial(numbers_of, seal=self._seal, contact_ids=job.asked))
        if not numbers:
            await self._move(lease, None)
            return 0.0
        try:
            await self._gateway.start_bulk(self._bot, sorted(set(numbers.values())))
        except Conflict:
            await self._move(lease, "foreign")
            return _POLL_S
        await self._move(lease, "running")
        return _POLL_S

    async def _ask(self, lease: Lease, job: Job, now: datetime) -> float:
        result = await self._gateway.bulk_result(self._bot)
        if result.state == "pending":
            if to_ms(now) - job.began_at > _TOO_LONG_MS:
                await self._move(lease, "starting")
            return _POLL_S
        if result.state == "none" or job.state == "foreign":
            await self._move(lease, "starting")
            return 0.0
        await self._keep(lease, job, result, to_ms(now))
        return 0.0

    async def _move(self, lease: Lease, state: Literal["starting", "running", "foreign"] | None) -> None:
        """Note how far the job is; ``None`` ends one of whom nobody has a number any more."""
        now_ms = to_ms(self._clock.now())

        def work(connection: Connection) -> None:
            leases.require(connection, lease)
            if state is None:
                capability_jobs.finish(connection, self._bot)
            else:
                capability_jobs.move(connection, self._bot, state, now_ms=now_ms)

        await self._store.write(work)

    async def _keep(self, lease: Lease, job: Job, result: BulkResult, now_ms: int) -> None:
        def work(connection: Connection) -> int:
            leases.require(connection, lease)
            numbers = numbers_of(connection, self._seal, job.asked)
            rows = [
                Learned(
                    contact_id=contact,
                    bot=self._bot,
                    answer=_answer(result, numbers.get(contact)),
                    source="bulk",
                    at=now_ms,
                )
                for contact in job.asked
            ]
            capability.learned(connection, rows)
            capability_jobs.finish(connection, self._bot)
            return sum(row.answer == "rcs" for row in rows)

        reached = await self._store.write(work)
        _log.info("capability.kept", bot=self._bot, people=len(job.asked), rcs=reached)


def _answer(result: BulkResult, number: str | None) -> Literal["rcs", "none"] | None:
    """What a result says of a number; ``None``: nothing."""
    if number is None:
        return None
    if number in result.enabled:
        return "rcs"
    return "none" if number in result.disabled or not result.capabilities else None
