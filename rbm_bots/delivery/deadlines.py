"""The loop of deadlines: sagas whose timer is due go on. Timers are rows, so a restart loses none.

Several processes share the rows by their locks. An RCS message that is still queued when its deadline comes was never
called: it is taken back from the queue, which is more certain than any revoke.

One saga that cannot go on must not keep the others from it: after a batch that failed the next ones are of one saga,
then two, four and so on, and the one that fails alone is looked at again in a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.fallback import Tick
from rbm_bots.delivery.fallback.happenings import RcsTold
from rbm_bots.delivery.legs import Legs, Told
from rbm_bots.store import Store, sagas
from rbm_bots.store import legs as leg_rows

__all__ = ["Deadlines", "look"]

_MOST: Final = 64
_IDLE_S: Final = 1.0
_FAULT_MS: Final = 60_000
_log = structlog.get_logger("rbm.delivery")


class Deadlines:
    """One per process; ``run`` until ``stop``. ``told`` counts what sagas did, after each commit."""

    def __init__(
        self, *, store: Store, clock: Clock, legs: Legs, told: Callable[[Told], None] = lambda _told: None
    ) -> None:
        self._store = store
        self._clock = clock
        self._legs = legs
        self._told = told
        self._most = _MOST
        self._stopping = False

    async def stop(self) -> None:
        """End after the transaction under way."""
        self._stopping = True
        self._store.wake.up("timers")

    async def run(self) -> None:
        """Let happen what is due, then wait for the next deadline or a second; a database fault is tried again."""
        while not self._stopping:
            try:
                wait_s = 0.0 if await self.tick_once() else await self._until_next()
            except Exception:
                _log.exception("deadlines.fault")
                wait_s = _IDLE_S
            if wait_s > 0:
                await self._store.wake.wait("timers", at_most_s=wait_s)

    async def tick_once(self) -> int:
        """One transaction; how many sagas were due. Raises when not even the one that failed can be put off."""
        now, most = self._clock.now(), self._most
        try:
            due, told = await self._store.write(partial(look, legs=self._legs, now=now, most=most))
        except Exception as fault:
            _log.warning("deadlines.batch_failed", sagas=most, error=type(fault).__name__)
            if most == 1:
                late = await self._store.write(partial(sagas.put_off, now_ms=to_ms(now), by_ms=_FAULT_MS))
                _log.error("saga.put_off", message=late, error=type(fault).__name__)
            self._most = 1
            return 1
        self._most = min(_MOST, 2 * most)
        self._told(told)
        if told.queued:
            await self._store.notify("outbox")
        return due

    async def _until_next(self) -> float:
        due = await self._store.read(sagas.next_due)
        if due is None:
            return _IDLE_S
        return min(_IDLE_S, max(0.001, (due - to_ms(self._clock.now())) / 1000))


def look(connection: Connection, legs: Legs, *, now: datetime, most: int = _MOST) -> tuple[int, Told]:
    """Let happen what is due, in the caller's transaction; how many sagas, and what to do after the commit."""
    changes = legs.held(sagas.due(connection, now_ms=to_ms(now), most=most).values())
    sent = [name for name, change in changes.items() if change.saga.phase == "rcs_sent"]
    taken = leg_rows.cancel_queued(connection, sent, reason="deadline", now_ms=to_ms(now))
    unsent = {row.message_id for row in taken}
    failed, tick = RcsTold(status="failed"), Tick()
    turns = [(change, failed if name in unsent else tick) for name, change in changes.items()]
    legs.advance(connection, turns, now=now)
    return len(changes), legs.close(connection, changes.values())
