"""When bulk capability checks may be asked for.

Orange allows them from 22:00 to 07:00 CET (Orange). Literal CET is UTC+1 all year; Paris civil time is more likely
meant. In winter both are 21:00 to 06:00 UTC. In summer the two readings differ by an hour, so only the hours that
both allow are used: 21:00 to 05:00 UTC.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rbm_bots.clock import require_aware

__all__ = ["bulk_slot_open"]

_PARIS = ZoneInfo("Europe/Paris")
_OPENS = time(21)
_CLOSES_WINTER = time(6)
_CLOSES_SUMMER = time(5)


def bulk_slot_open(now: datetime) -> bool:
    """Whether ``now`` lies in the night slot under every reading of it."""
    at = require_aware(now)
    summer = at.astimezone(_PARIS).dst() != timedelta(0)
    closes = _CLOSES_SUMMER if summer else _CLOSES_WINTER
    return at.time() >= _OPENS or at.time() < closes
