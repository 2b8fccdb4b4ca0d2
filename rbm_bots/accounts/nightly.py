"""Each night all of history is folded again from the journal, and must give what is booked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.rerate import KeyDifference, audit
from rbm_bots.clock import Clock, to_ms
from rbm_bots.ledger.months import PARIS
from rbm_bots.store import Store, leases

__all__ = ["NightlyAudit"]

_LEASE: Final = "ledger-audit"
_LEASE_MS: Final = 12 * 3_600_000  # longer than the audit of any history, shorter than a day
_HOUR: Final = 3
_NAMED: Final = 20
_log = structlog.get_logger("rbm.ledger")


class NightlyAudit:
    """One per process; ``run`` until ``stop``. At 03:00 Paris the first of all processes audits.

    ``found`` is told how many (bot, contact) differ; the first twenty are logged by their contact ids.
    """

    def __init__(
        self, *, store: Store, billing: Billing, clock: Clock, owner: str, found: Callable[[int], None]
    ) -> None:
        self._store = store
        self._billing = billing
        self._clock = clock
        self._owner = owner
        self._found = found
        self._stopping = asyncio.Event()

    async def stop(self) -> None:
        """End; an audit under way ends first."""
        self._stopping.set()

    async def run(self) -> None:
        """Audit each night until stopped."""
        while not await self._stopped_before(_next_night(self._clock.now())):
            try:
                await self.audit_once()
            except Exception:
                _log.exception("audit.fault")

    async def audit_once(self) -> int | None:
        """Audit now; how many keys differ, or ``None`` when another process has done so this night."""
        now_ms = to_ms(self._clock.now())
        take = partial(leases.acquire, name=_LEASE, owner=self._owner, now_ms=now_ms, length_ms=_LEASE_MS)
        if await self._store.write(take) is None:
            return None
        differences = await self._store.scan(self._audit)
        self._found(len(differences))
        for one in differences[:_NAMED]:
            _log.error("audit.difference", bot=one.bot, conversation=one.contact_id, micros=one.micros, hold=one.hold)
        _log.info("audit.done", differences=len(differences))
        return len(differences)

    def _audit(self, connection: Connection) -> list[KeyDifference]:
        return list(audit(connection, self._billing))

    async def _stopped_before(self, at: datetime) -> bool:
        """Wait until then; true when it was stopped in between."""
        try:
            async with asyncio.timeout((at - self._clock.now()).total_seconds()):
                return await self._stopping.wait()
        except TimeoutError:
            return False


def _next_night(now: datetime) -> datetime:
    paris = now.astimezone(PARIS)
    night = paris.replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    return night if night > paris else night + timedelta(days=1)
