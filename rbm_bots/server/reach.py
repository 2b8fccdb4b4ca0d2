"""What an operator's events say of who can be reached: people who write have RCS, and some receipts name a miss.

Both are written in the worker's transaction. Whoever is known to have RCS costs one look into the book and no write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import structlog
from sqlalchemy import Connection

from rbm_bots.channels.maap.settings import MaapApplication
from rbm_bots.delivery.guard import ErrorGuard, Tripped, guard_settings, is_miss
from rbm_bots.server.metrics import Metrics
from rbm_bots.store import capability
from rbm_bots.store.conversations import Locked, Waiting
from rbm_bots.store.outbox import Receipt

__all__ = ["Reach", "guards_of", "teller"]

_FROM_RCS: Final = "maap:"
_PERSON: Final = frozenset({"message", "response", "newUser"})
_ARRIVED: Final = frozenset({"delivered", "displayed"})
_log = structlog.get_logger("rbm.capability")


def guards_of(applications: Mapping[str, MaapApplication]) -> dict[str, ErrorGuard]:
    """The error guard of each application."""
    return {name: ErrorGuard(name, guard_settings(one.settings)) for name, one in applications.items()}


def teller(metrics: Metrics) -> Callable[[Tripped], None]:
    """Tells, after the commit, that a ratio went beyond its limit."""

    def tell(tripped: Tripped) -> None:
        metrics.error_ratio_over.labels(tripped.scope).inc()
        _log.warning(
            "error_ratio.over",
            scope=tripped.scope,
            name=tripped.name,
            misses=tripped.ratio.errors,
            attempts=tripped.ratio.attempts,
            paused=list(tripped.paused),
        )

    return tell


class Reach:
    """One per worker. ``applications``: the application of each bot; ``tell`` hears of ratios beyond their limit."""

    def __init__(
        self, guards: Mapping[str, ErrorGuard], applications: Mapping[str, str], tell: Callable[[Tripped], None]
    ) -> None:
        self._guards = guards
        self._applications = applications
        self.tell = tell

    def heard(
        self, connection: Connection, played: Iterable[Locked], receipts: Sequence[Receipt], *, now_ms: int
    ) -> list[Tripped]:
        """Learn from what these conversations handled; the ratios that went beyond their limit."""
        pairs = [(one.bot, one.contact_id) for one in played if any(map(_proves, one.rows))]
        if pairs:
            capability.reached(connection, pairs, now_ms=now_ms)
        missed = [
            (one.bot, one.platform_id)
            for one in receipts
            if one.status == "failed" and is_miss(one.reason) and one.bot in self._applications
        ]
        tripped: list[Tripped] = []
        for application in sorted({self._applications[bot] for bot, _ in missed}):
            keys = [key for key in missed if self._applications[key[0]] == application]
            tripped += self._guards[application].count_late(connection, keys, now_ms=now_ms)
        return tripped


def _proves(row: Waiting) -> bool:
    """Whether this event came from an RCS phone."""
    arrived = row.kind == "messageStatus" and row.status in _ARRIVED
    return row.source.startswith(_FROM_RCS) and (row.kind in _PERSON or arrived)
