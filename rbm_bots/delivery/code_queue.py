"""The queue of a short code stays short: an SMS leg joins it only when its turn comes within minutes.

Theory of operation. RCS may fill a short code three times as fast as it empties. What joins its queue cannot be judged
by its text again, keeps its validity, and is lost to the closing hour if it waits too long. So the gate's last rule,
``quota``, holds an SMS leg back while the parts before it would take more than :data:`DEPTH_S` seconds, or would not
be through by closing time. It waits in its saga instead, with an instant of its own: the legs that are held back get
instants one behind the other at the rate of the code, so that they come back one by one and not all at once. Each asks
the whole gate anew then; one that would come after closing time asks at closing time, and goes on the next day.

Only parts of the same lane and of more urgent ones count: marketing never holds a one-time code back. The instants
given out are a hint, kept in this process alone; after a restart, or with two processes, some legs ask once more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from rbm_bots.clock import to_ms
from rbm_bots.delivery.routes import SmsCode
from rbm_bots.delivery.states import LANES
from rbm_bots.rules.decision import Decision
from rbm_bots.store import code_queue

__all__ = ["DEPTH_S", "CodeQueues", "Joining", "Room"]

DEPTH_S: Final = 120.0
"""How far ahead of its rate a queue is filled, in seconds."""

_DEPTH: Final = timedelta(seconds=DEPTH_S)
_SPARE: Final = 0.1
"""The part of the wait that is added before closing: calls take time, and urgent lanes go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """An SMS leg that wants to join the queue of ``code``."""

    code: SmsCode
    message_class: str
    parts: int

    @property
    def lane(self) -> int:
        """Its lane; that of marketing for a class that nobody knows."""
        return next((lane for name, lane in LANES.items() if name == self.message_class), max(LANES.values()))

    @property
    def takes(self) -> timedelta:
        """How long its parts take at the rate of the code."""
        return timedelta(seconds=self.parts / self.code.operations_per_s)


class CodeQueues:
    """One per process: the instants that legs were put off to, by short code and lane."""

    def __init__(self) -> None:
        self._turns: dict[tuple[str, int], datetime] = {}

    def read(self, connection: Connection, codes: Collection[SmsCode], *, now: datetime) -> Room:
        """What waits at these codes in this transaction."""
        waiting = {
            code.code: code_queue.waiting_parts(connection, code.application, now_ms=to_ms(now))
            for code in {one.code: one for one in codes}.values()
        }
        return Room(waiting, self._turns, now)


class Room:
    """The queues as one batch of legs finds them; the legs that join count for those behind them."""

    def __init__(
        self, waiting: dict[str, dict[int, int]], turns: dict[tuple[str, int], datetime], now: datetime
    ) -> None:
        self._waiting = waiting
        self._turns = turns
        self._now = now

    def free_at(self, leg: Joining, *, closes_at: datetime | None) -> datetime | None:
        """When a leg may ask again; ``None``: it may join now. ``closes_at``: when marketing closes on this day."""
        ahead = sum(parts for lane, parts in self._waiting[leg.code.code].items() if lane <= leg.lane)
        wait = timedelta(seconds=ahead / leg.code.operations_per_s)
        through = self._now + wait + leg.takes
        if wait < _DEPTH:
            late = closes_at is not None and through + wait * _SPARE > closes_at
            return closes_at if late else None
        turn = max(through - _DEPTH, self._turns.get((leg.code.code, leg.lane), self._now))
        return turn if closes_at is None else min(turn, closes_at)

    def decided(self, leg: Joining, decision: Decision, *, closes_at: datetime | None) -> None:
        """The gate has spoken: the leg joins, or its turn is given out."""
        if decision.allowed:
            lanes = self._waiting[leg.code.code]
            lanes[leg.lane] = lanes.get(leg.lane, 0) + leg.parts
        elif decision.rule == "quota" and decision.until is not None and decision.until != closes_at:
            self._turns[leg.code.code, leg.lane] = decision.until + leg.takes
