"""The sender: the one owner of an application turns its outbox rows into operator calls.

Theory of operation. Every process that serves an application runs a sender for it; a lease row lets one of them own
it at a time, told apart by a fencing number. The owner takes rows by lane and in order, never two of one person at
once, asks the door, waits for the pacer, commits ``attempting``, and calls. What came of the call is committed with
its journal row.

* A crash before ``attempting`` loses nothing: the row is still queued.
* A crash after it leaves ``attempting`` rows. The next owner cannot know whether they left, so they become
  ``unknown`` and are never sent again by themselves: MaaP has neither a client message id nor an idempotency key.
* An owner that was only slow finds its fencing number outdated when it wants to mark rows, and stops. What it had
  marked before it stood still does not leave any more once its lease is over: another may be using the quota.
* 429 (or 403/53, or the gateway's 503) pauses the whole application: the row goes back to the queue and the end of
  the pause is a column, so it outlives this process.
* A database that fails for a while stops nothing for good: owning starts again, and the result of a call is kept
  until it could be written.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import structlog
from sqlalchemy import Connection

from rbm_bots.channels.maap.errors import AlreadyDelivered, AlreadyRevoked
from rbm_bots.clock import Clock, from_ms, to_ms
from rbm_bots.delivery.door import Door, Opened
from rbm_bots.delivery.gateway import Gateway, Leaving, Revocation
from rbm_bots.delivery.guard import ErrorGuard, Tripped
from rbm_bots.delivery.hearing import of_outcomes
from rbm_bots.delivery.legs import Told
from rbm_bots.delivery.pacer import Pacer, SentCall
from rbm_bots.delivery.picking import pick
from rbm_bots.delivery.results import Results
from rbm_bots.delivery.throttle_law import Throttling
from rbm_bots.errors import (
    LeaseLost,
    NotSent,
    OutcomeUnknown,
    RbmError,
    SendRejected,
    SettingsError,
    Throttled,
    Unreachable,
)
from rbm_bots.ledger.basic import is_basic
from rbm_bots.messages import Message
from rbm_bots.store import Store, leases, outbox
from rbm_bots.store.leases import Lease
from rbm_bots.store.outbox import Outcome, Queued

__all__ = ["Sender", "SenderSettings"]

_CLOCKS_DIFFER_S: Final = 0.5
"""By how much the clock of the machine that sent before may be behind ours."""

_FAULT_S: Final = 1.0
_MOST_AT_ONCE: Final = 16
_SLICE_S: Final = 0.25
_TOLD: Final[Mapping[type[SendRejected], Literal["unreachable", "delivered", "revoked"]]] = {
    Unreachable: "unreachable",
    AlreadyDelivered: "delivered",
    AlreadyRevoked: "revoked",
}

_log = structlog.get_logger("rbm.delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """``lease_s``: how long a silent owner keeps the application. ``retry_unknown``: send again what may have left.

    ``pause_s``: how long the application rests at least when it was told that it is too fast.
    """

    lease_s: float = 10.0
    pause_s: float = 60.0
    retry_unknown: bool = False
    drain_s: float = 25.0


class Sender:
    """One per process and application; ``run`` until ``stop``."""

    def __init__(
        self,
        *,
        store: Store,
        application: str,
        gateway: Gateway,
        door: Door,
        clock: Clock,
        owner: str,
        pacer: Callable[[], Pacer],
        settings: SenderSettings | None = None,
        count: Callable[[str, str], None] = lambda _application, _state: None,
        guard: ErrorGuard | None = None,
        tell: Callable[[Tripped], None] = lambda _tripped: None,
        told: Callable[[Told], None] = lambda _told: None,
    ) -> None:
        self._store = store
        self.application = application
        self._gateway = gateway
        self._door = door
        self._clock = clock
        self._owner = owner
        self._new_pacer = pacer
        self._pacer = pacer()
        self._settings = settings or SenderSettings()
        self._count = count
        self._told = told
        self._results = Results(
            store=store,
            clock=clock,
            application=application,
            legs=door.legs,
            told=self._moved,
            guard=guard,
            tell=tell,
        )
        self._stopping = asyncio.Event()
        self._answered = asyncio.Event()
        self._in_flight: dict[str, asyncio.Task[None]] = {}
        self._busy: set[tuple[str, str]] = set()
        self._lease: Lease | None = None
        self._held: Lease | None = None
        self._held_until = 0.0  # of the loop's clock, counted from before the lease was asked for
        self._known_pause = 0  # the column as this owner knows it (ms); another value is somebody's decision

    @property
    def owns(self) -> bool:
        """Whether this process paces the application now."""
        return self._lease is not None

    async def stop(self) -> None:
        """Take no more rows; :meth:`run` returns when the calls under way have their results."""
        self._stopping.set()
        self._answered.set()
        self._store.wake.up("outbox")

    async def run(self) -> None:
        """Own the application whenever nobody else does, until :meth:`stop`; a database fault is tried again."""
        while not self._stopping.is_set():
            try:
                lease = await self._acquire()
                if lease is None:
                    await self._pause_loop(self._settings.lease_s / 4)
                else:
                    await self._own(lease)
            except Exception:
                _log.exception("delivery.fault", application=self.application)
                await self._pause_loop(_FAULT_S)

    async def _own(self, lease: Lease) -> None:
        renewing = asyncio.create_task(self._renew(lease))
        try:
            await self._take_over(lease)
            await self._gateway.open()
            await self._send_rows(lease)
        except LeaseLost:
            _log.warning("application.lost", application=self.application, fence=lease.fence)
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._drain()
            await self._gateway.close()
            self._lease = self._held = None
            await self._store.write(partial(leases.release, lease=lease))

    async def _acquire(self) -> Lease | None:
        length_ms = int(self._settings.lease_s * 1000)
        now_ms = to_ms(self._clock.now())
        name = f"application:{self.application}"
        asked_at = asyncio.get_running_loop().time()
        lease = await self._store.write(
            lambda connection: leases.acquire(connection, name, owner=self._owner, now_ms=now_ms, length_ms=length_ms)
        )
        if lease is not None and (self._held is None or self._held.fence == lease.fence):
            self._held, self._held_until = lease, asked_at + self._settings.lease_s
        return lease

    async def _renew(self, lease: Lease) -> None:
        while True:
            await self._clock.sleep(self._settings.lease_s / 3)
            try:
                renewed = await self._acquire()
            except Exception as fault:
                _log.warning("application.not_renewed", application=self.application, error=type(fault).__name__)
                continue
            if renewed is None or renewed.fence != lease.fence:
                return  # the next mark finds out and raises LeaseLost

    def _obey_pause(self, until_ms: int, *, known: int) -> None:
        """Somebody may have paused or resumed the application. ``known``: the pause as ``until_ms`` was asked for."""
        if self._known_pause != known:
            return  # what was read may be older than the pause that this owner has written meanwhile
        left_s = (until_ms - to_ms(self._clock.now())) / 1000
        if left_s > 0:
            self._pacer.pause(asyncio.get_running_loop().time() + left_s)
        elif until_ms != known:
            self._pacer.resume()
        self._known_pause = until_ms

    async def _take_over(self, lease: Lease) -> None:
        """Rebuild what the quota remembers, and settle what an earlier owner left half done."""
        now_ms = to_ms(self._clock.now())

        def work(connection: Connection) -> tuple[list[int], int, Told]:
            stranded = outbox.strand(connection, self.application, lease, now_ms=now_ms)
            told = self._door.legs.tell(connection, of_outcomes(stranded), now=from_ms(now_ms))
            return outbox.attempts_since(connection, self.application, now_ms - 61_000), len(stranded), told

        recent, stranded, told = await self._store.write(work)
        await self._moved(told)
        loop_now = asyncio.get_running_loop().time()
        self._pacer = self._new_pacer()
        self._known_pause = lease.paused_until
        since = loop_now - now_ms / 1000
        last = Throttling(at=since + lease.throttled_at / 1000, ceiling=lease.ceiling) if lease.throttled_at else None
        self._pacer.remember((min(loop_now, since + at / 1000 + _CLOCKS_DIFFER_S) for at in recent), last)
        if lease.paused_until > now_ms:
            self._pacer.pause(loop_now + (lease.paused_until - now_ms) / 1000)
        self._lease = lease
        _log.info("application.owned", application=self.application, fence=lease.fence, unknown=stranded)

    async def _send_rows(self, lease: Lease) -> None:
        while not self._stopping.is_set():
            rows = await self._candidates()
            if not rows:
                await self._store.wake.wait("outbox", at_most_s=0.5)
                continue
            allowed = await self._wait_for_quota(len(rows))
            if allowed:
                await self._mark_and_send(lease, rows[:allowed])

    async def _candidates(self) -> list[Queued]:
        # who is busy is asked before the rows are read: a message that is put back in between is not in these rows,
        # and those behind it must not overtake it
        known, busy, now_ms = self._known_pause, frozenset(self._busy), to_ms(self._clock.now())
        asked = partial(pick, application=self.application, busy=busy, now_ms=now_ms, enough=_MOST_AT_ONCE)
        picked = await self._store.write(asked)
        self._obey_pause(picked.paused_until, known=known)
        return list(picked.rows)

    async def _wait_for_quota(self, wanted: int) -> int:
        """Wait until a call may leave; how many of ``wanted`` may leave at once."""
        loop = asyncio.get_running_loop()
        self._answered.clear()
        earliest = self._pacer.earliest()
        if earliest is None:
            await self._answered.wait()
            return 0
        delay = earliest - loop.time()
        if delay > 0:
            await self._pause_loop(min(delay, _SLICE_S))
        if delay > _SLICE_S or self._stopping.is_set():
            return 0  # long pauses are slept in slices, so that a lifted pause and new rows are noticed
        return min(wanted, self._pacer.room(loop.time()), _MOST_AT_ONCE)

    async def _pause_loop(self, seconds: float) -> None:
        stopping = asyncio.ensure_future(self._stopping.wait())
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        _, pending = await asyncio.wait({stopping, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _mark_and_send(self, lease: Lease, rows: list[Queued]) -> None:
        now, known = self._clock.now(), self._known_pause

        def work(connection: Connection) -> tuple[int, Opened]:
            paused_until = leases.require(connection, lease)  # once a pause is written, nothing more leaves
            paused = paused_until > to_ms(now)
            return paused_until, Opened() if paused else self._door.open(connection, lease, rows, now=now)

        paused_until, opened = await self._store.write(work)
        self._obey_pause(paused_until, known=known)
        for refusal in opened.refusals:
            if refusal.state != "queued":
                self._count(self.application, refusal.state)
            _log.info("message.refused", message=refusal.row.message_id, bot=refusal.row.bot, rule=refusal.rule)
        loop = asyncio.get_running_loop()
        for leaving in opened.leaving:
            sent = self._pacer.leave(loop.time())
            self._busy.add((leaving.row.bot, leaving.row.contact_id))
            task = asyncio.create_task(self._send(lease, leaving, sent))
            self._in_flight[leaving.row.message_id] = task
        for told in opened.told:
            await self._moved(told)

    async def _moved(self, told: Told) -> None:
        """After a commit: count, and wake the owners of other applications for the rows that sagas made."""
        self._told(told)
        if told.queued:
            await self._store.notify("outbox")

    async def _send(self, lease: Lease, leaving: Leaving, sent: SentCall) -> None:
        row = leaving.row
        loop = asyncio.get_running_loop()
        log = _log.bind(message=row.message_id, bot=row.bot, application=self.application)
        throttled = None
        try:
            outcome = await self._call(leaving)
            self._pacer.answered(sent, loop.time())
        except Throttled as fault:
            self._pacer.answered(sent, loop.time())
            pause_s = max(self._settings.pause_s, fault.retry_after_s or 0.0)
            if fault.slows:
                self._pacer.throttled(loop.time(), loop.time() + pause_s)
            else:
                self._pacer.pause(loop.time() + pause_s)
            throttled = self._throttled(pause_s)
            outcome = self._back(row, fault)  # the pause holds everybody back, and may be lifted by hand
            log.warning("application.paused", seconds=pause_s, http=fault.http, code=fault.platform_code)
        except NotSent as fault:
            self._pacer.answered(sent, loop.time())
            outcome = self._back(row, fault, not_before=to_ms(self._clock.now()) + 500 * 2 ** min(row.attempts, 7))
        except (SendRejected, SettingsError) as fault:
            self._pacer.answered(sent, loop.time())
            reason = getattr(fault, "platform_code", None) or fault.code
            told = next((word for kind, word in _TOLD.items() if isinstance(fault, kind)), None)
            outcome = self._outcome(row, "rejected", reason=reason, told=told)
            log.warning("message.rejected", code=reason)
        except Exception as fault:
            self._pacer.lost(sent, loop.time())
            outcome = self._lost(row, fault)
            log.warning("message.unknown", error=type(fault).__name__, http=getattr(fault, "http", None))
        await self._settle(lease, outcome, throttled)

    def _throttled(self, pause_s: float) -> leases.Throttled:
        """The pause and what the pacer knows, as the next owner will need it."""
        now_ms = to_ms(self._clock.now())
        last = self._pacer.throttling
        at_ms = 0  # a busy platform was not asked too fast
        if last.at is not None:
            at_ms = now_ms - int((asyncio.get_running_loop().time() - last.at) * 1000)
        return leases.Throttled(paused_until=now_ms + int(pause_s * 1000), throttled_at=at_ms, ceiling=last.ceiling)

    async def _call(self, leaving: Leaving) -> Outcome:
        if leaving.address is None and not isinstance(leaving.content, Revocation):
            raise Unreachable("the contact has no address any more")
        if asyncio.get_running_loop().time() >= self._held_until:
            raise NotSent("this process stood still until its lease was over")
        platform_id = await self._gateway.send(leaving)
        basic = isinstance(leaving.content, Message) and is_basic(leaving.content)
        return self._outcome(leaving.row, "accepted", platform_id=platform_id, basic=basic)

    def _lost(self, row: Queued, fault: Exception) -> Outcome:
        if self._settings.retry_unknown and isinstance(fault, OutcomeUnknown):
            return self._back(row, fault, not_before=to_ms(self._clock.now()) + 500 * 2 ** min(row.attempts, 7))
        return self._outcome(row, "unknown", reason=fault.code if isinstance(fault, RbmError) else "internal")

    def _back(self, row: Queued, fault: RbmError, *, not_before: int = 0) -> Outcome:
        return self._outcome(row, "queued", reason=fault.code, not_before=not_before)

    def _outcome(
        self,
        row: Queued,
        state: str,
        *,
        platform_id: str | None = None,
        reason: str | None = None,
        not_before: int = 0,
        told: Literal["unreachable", "delivered", "revoked"] | None = None,
        basic: bool = False,
    ) -> Outcome:
        return Outcome(
            row=row,
            state=state,
            at_ms=to_ms(self._clock.now()),
            platform_id=platform_id,
            reason=reason,
            not_before=not_before,
            told=told,
            basic=basic,
        )

    async def _settle(self, lease: Lease, outcome: Outcome, throttled: leases.Throttled | None) -> None:
        try:
            if await self._results.put(lease, outcome, throttled=throttled):
                self._count(self.application, outcome.state)
                self._known_pause = throttled.paused_until if throttled is not None else self._known_pause
        finally:
            self._in_flight.pop(outcome.row.message_id, None)
            self._busy.discard((outcome.row.bot, outcome.row.contact_id))
            self._answered.set()
            self._store.wake.up("outbox")

    async def _drain(self) -> None:
        """Let the calls under way have their results; what takes longer is found «attempting» by the next owner."""
        if self._in_flight:
            await asyncio.wait(set(self._in_flight.values()), timeout=self._settings.drain_s)
