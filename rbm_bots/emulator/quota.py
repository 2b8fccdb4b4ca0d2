"""How much an application may send: sliding windows, and the share of wrong numbers.

A call is admitted when fewer than the limit were admitted in the last second and in the last 60 s before it; a window
is half open, so a call exactly one second after another no longer sees it. A refused call does not count. (Orange:
1,800 a minute, 30 a second, per application.)
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from rbm_bots.emulator.settings import EmulatorSettings

__all__ = ["Quota"]

_log = logging.getLogger(__name__)
_LEAST_SENDS = 100  # below this a share says nothing


class _Window:
    """Instants of admitted calls, no older than the window."""

    def __init__(self, length_s: int) -> None:
        self._length = timedelta(seconds=length_s)
        self._admitted: deque[datetime] = deque()

    def used(self, now: datetime) -> int:
        """Calls that still count at ``now``; instants after it (the clock went back) are forgotten."""
        while self._admitted and self._admitted[-1] > now:
            self._admitted.pop()
        while self._admitted and self._admitted[0] <= now - self._length:
            self._admitted.popleft()
        return len(self._admitted)

    def add(self, now: datetime) -> None:
        self._admitted.append(now)


class _Usage:
    """What one application did lately."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self.second = _Window(1)
        self.minute = _Window(60)
        self.refused = 0
        self.wrong: deque[bool] = deque(maxlen=settings.wrong_number_window)
        self.blocked_until: datetime | None = None

    def wrong_share(self) -> float:
        return sum(self.wrong) / len(self.wrong) if self.wrong else 0.0


class Quota:
    """The windows of every application."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self._settings = settings
        self._usage: dict[str, _Usage] = {}
        self.per_s = settings.quota_per_s
        self.per_min = settings.quota_per_min

    def _of(self, application: str) -> _Usage:
        return self._usage.setdefault(application, _Usage(self._settings))

    def restore(self) -> None:
        """The limits of the settings again, after a rule changed them."""
        self.per_s, self.per_min = self._settings.quota_per_s, self._settings.quota_per_min

    def admit(self, application: str, now: datetime) -> bool:
        """Whether one more call fits; if so it is counted."""
        usage = self._of(application)
        in_second, in_minute = usage.second.used(now), usage.minute.used(now)
        window = self._settings.quota_window
        if (window != "minute" and in_second >= self.per_s) or (window != "second" and in_minute >= self.per_min):
            usage.refused += 1
            return False
        usage.second.add(now)
        usage.minute.add(now)
        return True

    def note(self, application: str, *, wrong: bool, now: datetime) -> None:
        """Count a send's number as served or wrong; beyond the limit warn, or block the application."""
        usage = self._of(application)
        before = usage.wrong_share()
        usage.wrong.append(wrong)
        share, limit = usage.wrong_share(), self._settings.wrong_number_limit
        if len(usage.wrong) < _LEAST_SENDS or share <= limit or not wrong:
            return
        if self._settings.wrong_number_action == "block":
            usage.blocked_until = now + timedelta(seconds=self._settings.wrong_number_block_s)
        if before <= limit or len(usage.wrong) == _LEAST_SENDS:
            _log.warning("application %s: %.1f %% of its sends went to wrong numbers", application, share * 100)

    def blocked(self, application: str, now: datetime) -> bool:
        """Whether access is switched off for too many wrong numbers."""
        until = self._of(application).blocked_until
        return until is not None and now < until

    def as_json(self, now: datetime) -> dict[str, Any]:
        """What the control API shows."""
        return {
            "per_s": self.per_s,
            "per_min": self.per_min,
            "window": self._settings.quota_window,
            "applications": {
                name: {
                    "last_second": usage.second.used(now),
                    "last_minute": usage.minute.used(now),
                    "refused": usage.refused,
                    "wrong_numbers": round(usage.wrong_share(), 4),
                }
                for name, usage in self._usage.items()
            },
        }
