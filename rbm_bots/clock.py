"""Time comes in as an argument. A ``Clock`` is passed to whatever waits or stamps; the pure rooms get ``now``.

All datetimes are aware; naive ones are refused at the border with :func:`require_aware`. Wire and tables
carry UTC; milliseconds since the epoch are the stored form.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "FixedClock", "SystemClock", "from_ms", "parse_instant", "require_aware", "rfc3339", "to_ms"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Clock(Protocol):
    """What time it is, and how to wait."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a fixed clock moves instead of waiting."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop (which a test may run in virtual time)."""
        await asyncio.sleep(seconds)


class FixedClock:
    """A clock that stands still until it is moved; ``sleep`` moves it."""

    def __init__(self, at: datetime) -> None:
        self._now = require_aware(at)

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self._now

    def move_to(self, at: datetime) -> None:
        """Stand at another instant."""
        self._now = require_aware(at)

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Move forward by ``seconds`` and let other tasks run once."""
        self.advance(seconds)
        await asyncio.sleep(0)


def require_aware(at: datetime) -> datetime:
    """``at`` in UTC. Raises ``ValueError`` for a naive datetime: it names no instant."""
    if at.tzinfo is None:
        raise ValueError("a datetime without a zone names no instant")
    return at.astimezone(UTC)


def to_ms(at: datetime) -> int:
    """Milliseconds since the epoch, finer digits cut."""
    return (require_aware(at) - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The instant of ``ms`` milliseconds since the epoch, UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def rfc3339(at: datetime) -> str:
    """As operators write it: ``2026-01-15T10:00:00.000Z``; milliseconds, finer digits cut."""
    return require_aware(at).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_instant(text: str) -> datetime | None:
    """An ISO 8601 date-time with any fraction length and any numeric offset, in UTC; ``None`` when it is not one."""
    if len(text) < 16 or text[10] not in "Tt ":
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
