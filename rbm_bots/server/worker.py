"""The worker: conversations with something to handle are locked, played and written, many in one transaction.

Theory of operation. Law 2: one conversation, one hand. A transaction locks the rows of up to sixteen conversations
that have due inbox rows (``FOR UPDATE SKIP LOCKED`` on PostgreSQL, the single writer on SQLite), *then* reads their
sessions and their inbox rows, plays them with the pure ``turn()``, and writes sessions, messages, timers, calls and
the handled rows, all in one commit. The lock is the transaction: a process that dies gives it back. A crash before
the commit repeats a pure function, a crash after it repeats nothing, because the inbox rows went in the same commit.

Playing inside the transaction keeps the lock for the microseconds of a turn and makes a lease unnecessary; actions,
which are slow, run outside any transaction and come back as journal rows.

A conversation whose rows cannot be written must not hold the others up: after a batch that failed the next ones are of
one conversation each, then two, four and so on, and the one that fails alone waits a minute.

A receipt may overtake the commit that stores its message's platform id. It then stays in the inbox and is looked at
again as long as a message of this person is being sent, a minute at most.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from rbm_bots.clock import Clock, from_ms, to_ms
from rbm_bots.delivery.guard import Tripped
from rbm_bots.delivery.hearing import of_receipts
from rbm_bots.delivery.legs import Happened, Legs, Told
from rbm_bots.delivery.states import after_receipt
from rbm_bots.server.campaign_scenes import queue_played
from rbm_bots.server.deployment import DeployedBot, Deployment
from rbm_bots.server.metrics import Metrics
from rbm_bots.server.pinning import FindVersion
from rbm_bots.server.playing import Written, play_conversation
from rbm_bots.server.reach import Reach
from rbm_bots.store import Store, calls, contacts, conversations, handovers, opts, outbox, timers
from rbm_bots.store.conversations import Locked
from rbm_bots.store.outbox import Receipt
from rbm_bots.store.seal import Seal
from rbm_bots.versions import KeptVersions

__all__ = ["Worker"]

_MOST: Final = 16
_RECEIPT_PATIENCE_MS: Final = 60_000
_FAULT_PATIENCE_MS: Final = 60_000

_log = structlog.get_logger("rbm.worker")


@dataclass(slots=True)
class _Batch:
    """What one transaction did, to be told (and counted) after its commit."""

    written: Written = field(default_factory=Written)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    lost_receipts: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    tripped: list[Tripped] = field(default_factory=list)
    conversations: int = 0


class Worker:
    """One per process; ``run`` until ``stop``.

    ``kept``: the versions that open talks began with; without it they follow the newest (development).
    """

    def __init__(
        self,
        *,
        store: Store,
        deployment: Deployment,
        seal: Seal,
        clock: Clock,
        metrics: Metrics,
        legs: Legs,
        reach: Reach,
        kept: KeptVersions | None = None,
        idle_s: float = 0.5,
    ) -> None:
        self._store = store
        self._deployment = deployment
        self._seal = seal
        self._clock = clock
        self._metrics = metrics
        self._legs = legs
        self._reach = reach
        self._kept = kept
        self._idle_s = idle_s
        self._most = _MOST
        self._stopping = False

    def serve(self, deployment: Deployment) -> None:
        """Play the next batch with other bots (a reload)."""
        self._deployment = deployment

    async def stop(self) -> None:
        """Finish the transaction under way and take no more."""
        self._stopping = True
        self._store.wake.up("inbox")

    async def run(self) -> None:
        """Play until stopped; a database fault is logged and tried again."""
        while not self._stopping:
            try:
                busy = await self.play_once()
            except Exception:
                _log.exception("worker.fault")
                await self._clock.sleep(1.0)
                continue
            if not busy:
                await self._store.wake.wait("inbox", at_most_s=self._idle_s)

    async def play_once(self) -> bool:
        """One transaction; false when nothing was due. Raises when not even what failed can be put off."""
        try:
            batch = await self._store.write(self._play_batch)
        except Exception as fault:
            _log.warning("batch.fault", conversations=self._most, error=type(fault).__name__)
            if self._most == 1:
                batch = await self._store.write(partial(self._put_off, fault=type(fault).__name__))
                await self._tell(batch)
            self._most = 1
            return True
        self._most = min(_MOST, 2 * self._most)
        if not batch.conversations:
            return False
        await self._tell(batch)
        return True

    def _put_off(self, connection: Connection, *, fault: str) -> _Batch:
        """The conversation that would be played next waits a minute: it could not be written."""
        now_ms = to_ms(self._clock.now())
        batch = _Batch()
        for one in conversations.claim(connection, bots=list(self._deployment.bots), now_ms=now_ms, most=1):
            conversations.later(connection, {row.seq: now_ms + _FAULT_PATIENCE_MS for row in one.rows})
            batch.faults.append((one.bot, one.contact_id, fault))
        return batch

    def _play_batch(self, connection: Connection) -> _Batch:
        now_ms = to_ms(self._clock.now())
        now = from_ms(now_ms)  # exactly what is kept with the turn, so that a replay plays at the same instant
        batch = _Batch()
        locked = conversations.claim(connection, bots=list(self._deployment.bots), now_ms=now_ms, most=self._most)
        batch.conversations = len(locked)
        brands = {one.bot: self._deployment.bots[one.bot].brand for one in locked}
        out = opts.opted_out(connection, [(brands[one.bot], one.contact_id) for one in locked])
        played: list[Locked] = []
        for one in locked:
            deployed = self._deployment.bots[one.bot]
            try:
                written = play_conversation(
                    one,
                    deployed,
                    self._seal,
                    now=now,
                    opted_out=(deployed.brand, one.contact_id) in out,
                    find=self._finder(connection, deployed),
                )
            except Exception as fault:
                # one conversation's fault is its own: its rows wait, the others go on
                batch.written.later |= {row.seq: now_ms + _FAULT_PATIENCE_MS for row in one.rows}
                batch.faults.append((one.bot, one.contact_id, type(fault).__name__))
                _log.exception("turn.fault", bot=one.bot, conversation=one.contact_id)
                continue
            played.append(one)
            _add(batch.written, written)
        self._write(connection, batch, played, now_ms)
        return batch

    def _finder(self, connection: Connection, deployed: DeployedBot) -> FindVersion | None:
        kept = self._kept
        if kept is None:
            return None
        return lambda version: kept.find(connection, name=deployed.id, newest=deployed.bot, version=version)

    def _write(self, connection: Connection, batch: _Batch, played: list[Locked], now_ms: int) -> None:
        written = batch.written
        self._apply_receipts(connection, batch, now_ms)
        receipts = [receipt for receipt, _ in written.receipts]
        batch.tripped = self._reach.heard(connection, played, receipts, now_ms=now_ms)
        conversations.save(connection, played, now_ms=now_ms)
        conversations.played(connection, written.turns)
        conversations.forget_inbox(connection, written.repeats)
        conversations.later(connection, written.later)
        queue_played(connection, written.outbox, written.scenes, cancel=self._legs.cancel, now=from_ms(now_ms))
        timers.clear(connection, written.cleared)
        timers.set_timers(connection, written.timers)
        calls.add(connection, written.calls)
        opts.record(connection, written.opts)
        batch.told.append(self._legs.opted(connection, written.opts, now=from_ms(now_ms)))
        handovers.ask(connection, written.handovers)
        handovers.change(connection, written.handover_changes)
        for incoming in written.revealed:
            contacts.join_contacts(connection, self._seal, address=incoming.address, now_ms=now_ms)

    def _apply_receipts(self, connection: Connection, batch: _Batch, now_ms: int) -> None:
        """Move messages forward; a receipt whose message has no platform id yet is looked at again."""
        written = batch.written
        receipts = [receipt for receipt, _ in written.receipts]
        applied = outbox.apply_receipts(connection, receipts, after_receipt)
        heard = of_receipts(applied.legs)
        if applied.unmatched:
            heard += self._look_again(connection, batch, receipts, now_ms)
        batch.told.append(self._legs.tell(connection, heard, now=from_ms(now_ms)))

    def _look_again(
        self, connection: Connection, batch: _Batch, receipts: list[Receipt], now_ms: int
    ) -> list[Happened]:
        """What is still matched by nothing waits, as long as a message of its person is being sent."""
        written = batch.written
        # who is being sent to is read before the second look: what was settled in between is then found by it
        sending = outbox.attempting(connection, self._deployment.applications)
        applied = outbox.apply_receipts(connection, receipts, after_receipt)
        again: set[int] = set()
        for receipt, row in written.receipts:
            if (receipt.bot, receipt.platform_id) not in applied.unmatched:
                continue
            age = now_ms - row.received_at
            if age < _RECEIPT_PATIENCE_MS and (receipt.bot, receipt.contact_id) in sending:
                written.later[row.seq] = now_ms + min(max(100, age), 5_000)
                again.add(row.seq)
            else:
                batch.lost_receipts.append(receipt.bot)
        written.turns = [turn for turn in written.turns if turn.seq not in again]
        return of_receipts(applied.legs)

    async def _tell(self, batch: _Batch) -> None:
        """Count, log and wake others, after the commit."""
        written = batch.written
        for bot, kind in written.kinds:
            self._metrics.turns.labels(bot, kind).inc()
        for bot, note in written.notes:
            self._metrics.notes.labels(bot, note.what).inc()
            _log.info("turn.note", bot=bot, what=note.what, step=note.step, name=note.name)
        for bot, _, _ in batch.faults:
            self._metrics.turn_faults.labels(bot).inc()
        for bot in batch.lost_receipts:
            self._metrics.receipts_lost.labels(bot).inc()
        for tripped in batch.tripped:
            self._reach.tell(tripped)
        for told in batch.told:
            self._metrics.count_sagas(told.measured)
        if written.outbox or any(told.queued for told in batch.told):
            await self._store.notify("outbox")
        if written.calls:
            await self._store.notify("calls")
        if written.timers:
            await self._store.notify("timers")


def _add(all_of: Written, one: Written) -> None:
    for name in (
        "turns",
        "outbox",
        "timers",
        "cleared",
        "calls",
        "opts",
        "handovers",
        "handover_changes",
        "receipts",
        "revealed",
        "repeats",
        "scenes",
        "notes",
        "kinds",
    ):
        getattr(all_of, name).extend(getattr(one, name))
    all_of.later |= one.later
