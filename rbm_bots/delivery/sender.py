"""The sender: the one owner of an application turns its outbox rows into operator calls.

Theory of operation. Every process that serves an application runs a sender for it; a lease row lets one of them own
it at a time, told apart by a fencing number. The owner takes rows by lane and in order, never two of one person at
once, asks the door, waits for the pacer, commits ``attempting``, and calls. What came of the call is committed with
its journal row.

* A crash before ``attempting`` loses nothing: the row is still queued.
* A crash after it leaves ``attempting`` rows. The next owner cannot know whether they left, so they become
  ``unknown`` and are never sent again by themselves: MaaP has neither a client message id nor an idempotency key.
* An owner that was only slow finds its fencing number outdated when it wants to mark rows, and stops.
* 429 (or 403/53, or the gateway's 503) pauses the whole application: the row goes back to the queue and the end of
  the pause is a column, so it outlives this process.
* A database that fails for a while stops nothing for good: owning starts again, and the result of a call is kept
  until it could be written.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

import msgspec
import structlog
from sqlalchemy import Connection

from rbm_bots.addresses import Address
from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.pacer import Pacer, SentCall
from rbm_bots.delivery.results import Results
from rbm_bots.errors import (
    LeaseLost,
    NotSent,
    OutcomeUnknown,
    RbmError,
    SealBroken,
    SendRejected,
    SettingsError,
    Throttled,
)
from rbm_bots.messages import Message
from rbm_bots.rules.door import decide
from rbm_bots.store import Store, contacts, leases, opts, outbox
from rbm_bots.store.leases import Lease
from rbm_bots.store.outbox import Outcome, Queued
from rbm_bots.store.seal import Seal

__all__ = ["BODY", "Gateway", "Sender", "SenderSettings"]

BODY: Final = b"outbox.body"  # the purpose message bodies are sealed for
_PAUSE_S: Final = 60.0
_FAULT_S: Final = 1.0
_LOOK_AHEAD: Final = 64
_MOST_AT_ONCE: Final = 16
_SLICE_S: Final = 0.25

_decode_message = msgspec.json.Decoder(Message).decode
_log = structlog.get_logger("rbm.delivery")


class Gateway(Protocol):
    """What the sender needs of a channel's client."""

    async def send(self, bot: str, address: Address, message: Message) -> str:
        """Send, and return the platform's message id. Raises the ``ChannelError`` that says what became of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """``lease_s``: how long a silent owner keeps the application. ``retry_unknown``: send again what may have left."""

    lease_s: float = 10.0
    retry_unknown: bool = False
    drain_s: float = 25.0


@dataclass(slots=True)
class _Ready:
    """A row with what its call needs."""

    row: Queued
    address: Address | None
    message: Message


@dataclass(slots=True)
class _Marked:
    ready: list[_Ready] = field(default_factory=list)
    refused: list[tuple[Queued, str]] = field(default_factory=list)


class Sender:
    """One per process and application; ``run`` until ``stop``."""

    def __init__(
        self,
        *,
        store: Store,
        application: str,
        gateway: Gateway,
        seal: Seal,
        clock: Clock,
        owner: str,
        pacer: Callable[[], Pacer],
        settings: SenderSettings | None = None,
        count: Callable[[str, str], None] = lambda _application, _state: None,
    ) -> None:
        self._store = store
        self.application = application
        self._gateway = gateway
        self._seal = seal
        self._clock = clock
        self._owner = owner
        self._new_pacer = pacer
        self._pacer = pacer()
        self._settings = settings or SenderSettings()
        self._count = count
        self._results = Results(store=store, clock=clock, application=application)
        self._stopping = asyncio.Event()
        self._answered = asyncio.Event()
        self._in_flight: dict[str, asyncio.Task[None]] = {}
        self._busy: set[tuple[str, str]] = set()
        self._lease: Lease | None = None
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
            await self._send_rows(lease)
        except LeaseLost:
            _log.warning("application.lost", application=self.application, fence=lease.fence)
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._drain()
            self._lease = None
            await self._store.write(partial(leases.release, lease=lease))

    async def _acquire(self) -> Lease | None:
        length_ms = int(self._settings.lease_s * 1000)
        now_ms = to_ms(self._clock.now())
        name = f"application:{self.application}"
        return await self._store.write(
            lambda connection: leases.acquire(connection, name, owner=self._owner, now_ms=now_ms, length_ms=length_ms)
        )

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
            if renewed.paused_until != self._known_pause:
                self._obey_pause(renewed.paused_until)

    def _obey_pause(self, until_ms: int) -> None:
        """Somebody paused or resumed the application from outside."""
        self._known_pause = until_ms
        left_s = (until_ms - to_ms(self._clock.now())) / 1000
        if left_s > 0:
            self._pacer.pause(asyncio.get_running_loop().time() + left_s)
        else:
            self._pacer.resume()

    async def _take_over(self, lease: Lease) -> None:
        """Rebuild what the quota remembers, and settle what an earlier owner left half done."""
        now_ms = to_ms(self._clock.now())

        def work(connection: Connection) -> tuple[list[int], int]:
            stranded = outbox.strand(connection, self.application, lease, now_ms=now_ms)
            return outbox.attempts_since(connection, self.application, now_ms - 61_000), stranded

        recent, stranded = await self._store.write(work)
        loop_now = asyncio.get_running_loop().time()
        self._pacer = self._new_pacer()
        self._known_pause = lease.paused_until
        self._pacer.remember(loop_now - (now_ms - at) / 1000 for at in recent)
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
        taken = set(self._busy)
        now_ms = to_ms(self._clock.now())
        most = _LOOK_AHEAD + len(taken)
        found = await self._store.write(
            lambda connection: outbox.take(connection, self.application, now_ms=now_ms, most=most)
        )
        chosen: list[Queued] = []
        for row in found:
            person = (row.bot, row.contact_id)
            if person not in taken:  # one at a time for each person keeps a bot's messages in order
                taken.add(person)
                chosen.append(row)
        return chosen

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
        now_ms = to_ms(self._clock.now())
        marked = await self._store.write(lambda connection: self._mark(connection, lease, rows, now_ms))
        for row, rule in marked.refused:
            self._count(self.application, "refused")
            _log.info("message.refused", message=row.message_id, bot=row.bot, rule=rule)
        loop = asyncio.get_running_loop()
        for ready in marked.ready:
            sent = self._pacer.leave(loop.time())
            self._busy.add((ready.row.bot, ready.row.contact_id))
            task = asyncio.create_task(self._send(lease, ready, sent))
            self._in_flight[ready.row.message_id] = task

    def _mark(self, connection: Connection, lease: Lease, rows: list[Queued], now_ms: int) -> _Marked:
        """Ask the door, commit «attempting» for those it lets through, and read what their calls need."""
        marked = _Marked()
        out = opts.opted_out(connection, [(row.brand, row.contact_id) for row in rows])
        addresses = contacts.read_addresses(connection, self._seal, [(row.contact_id, row.via) for row in rows])
        leaving = []
        for row in rows:
            decision = decide(message_class=row.message_class, opted_out=(row.brand, row.contact_id) in out)
            message = self._message(row) if decision.rule is None else None
            if message is not None:
                leaving.append(_Ready(row, addresses[row.contact_id, row.via], message))
                continue
            rule = decision.rule or "unreadable"
            outbox.refuse(connection, self.application, row, reason=rule, now_ms=now_ms)
            marked.refused.append((row, rule))
        ids = [ready.row.message_id for ready in leaving]
        mine = outbox.mark_attempting(connection, lease, ids, now_ms=now_ms)
        marked.ready = [ready for ready in leaving if ready.row.message_id in mine]
        return marked

    def _message(self, row: Queued) -> Message | None:
        """The row's message; ``None`` when it was sealed with other keys or written by another version."""
        try:
            return _decode_message(self._seal.open(row.body or b"", purpose=BODY))
        except (SealBroken, msgspec.MsgspecError) as fault:
            _log.error("message.unreadable", message=row.message_id, bot=row.bot, error=type(fault).__name__)
            return None

    async def _send(self, lease: Lease, ready: _Ready, sent: SentCall) -> None:
        row = ready.row
        loop = asyncio.get_running_loop()
        log = _log.bind(message=row.message_id, bot=row.bot, application=self.application)
        pause_until = 0
        try:
            outcome = await self._call(ready)
            self._pacer.answered(sent, loop.time())
        except Throttled as fault:
            self._pacer.answered(sent, loop.time())
            pause_s = max(_PAUSE_S, fault.retry_after_s or 0.0)
            self._pacer.pause(loop.time() + pause_s)
            pause_until = to_ms(self._clock.now()) + int(pause_s * 1000)
            outcome = self._back(row, fault)  # the pause holds everybody back, and may be lifted by hand
            log.warning("application.paused", seconds=pause_s, http=fault.http, code=fault.platform_code)
        except NotSent as fault:
            self._pacer.answered(sent, loop.time())
            outcome = self._back(row, fault, not_before=to_ms(self._clock.now()) + 500 * 2 ** min(row.attempts, 7))
        except (SendRejected, SettingsError) as fault:
            self._pacer.answered(sent, loop.time())
            reason = getattr(fault, "platform_code", None) or fault.code
            outcome = self._outcome(row, "rejected", reason=reason)
            log.warning("message.rejected", code=reason)
        except Exception as fault:
            self._pacer.lost(sent, loop.time())
            outcome = self._lost(row, fault)
            log.warning("message.unknown", error=type(fault).__name__, http=getattr(fault, "http", None))
        await self._settle(lease, outcome, pause_until)

    async def _call(self, ready: _Ready) -> Outcome:
        if ready.address is None:
            raise SendRejected("the contact has no address any more")
        platform_id = await self._gateway.send(ready.row.bot, ready.address, ready.message)
        return self._outcome(ready.row, "accepted", platform_id=platform_id)

    def _lost(self, row: Queued, fault: Exception) -> Outcome:
        if self._settings.retry_unknown and isinstance(fault, OutcomeUnknown):
            return self._back(row, fault, not_before=to_ms(self._clock.now()) + 500 * 2 ** min(row.attempts, 7))
        return self._outcome(row, "unknown", reason=fault.code if isinstance(fault, RbmError) else "internal")

    def _back(self, row: Queued, fault: RbmError, *, not_before: int = 0) -> Outcome:
        return self._outcome(row, "queued", reason=fault.code, not_before=not_before)

    def _outcome(
        self, row: Queued, state: str, *, platform_id: str | None = None, reason: str | None = None, not_before: int = 0
    ) -> Outcome:
        at_ms = to_ms(self._clock.now())
        return Outcome(
            row=row, state=state, at_ms=at_ms, platform_id=platform_id, reason=reason, not_before=not_before
        )  # fmt: skip

    async def _settle(self, lease: Lease, outcome: Outcome, pause_until: int) -> None:
        try:
            if await self._results.put(lease, outcome, pause_until=pause_until):
                self._count(self.application, outcome.state)
                self._known_pause = pause_until or self._known_pause
        finally:
            self._in_flight.pop(outcome.row.message_id, None)
            self._busy.discard((outcome.row.bot, outcome.row.contact_id))
            self._answered.set()
            self._store.wake.up("outbox")

    async def _drain(self) -> None:
        """Let the calls under way have their results; what takes longer is found «attempting» by the next owner."""
        if self._in_flight:
            await asyncio.wait(set(self._in_flight.values()), timeout=self._settings.drain_s)
