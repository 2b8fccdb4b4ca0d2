"""Pacing at exactly the operator's quota, without ever being told to wait.

Theory of operation. The operator counts calls when they *arrive*, in a window that slides over the last second (30)
and the last minute (1,800). We know when calls leave and when their answers come back, and an answer proves that its
call arrived before it. So send *i* may leave once

    ``answered(i − n) + window − credit``

has passed. Call *i − n* arrived before its answer, and call *i* needs time to get there; ``credit`` is that travelling
time, as far as it is certain: nine tenths of the least round trip seen, less three quarters of what round trips
usually take above it, less 3 ms of machines' own work (a busy one may become fast), and nothing before sixty answers.
Where delays are mostly chance the credit is nothing, and the rule holds by construction; where they are steady it gives
the travelling time back to the quota. Nothing here depends on even spacing, so bursts after an idle time are free. A
call without an answer counts as answered when its time-out ended.

Both windows hold at once (``quota_window = both``); an operator known to count only one gets that one. After a pause
the first window is spaced evenly, because whatever the operator still remembers of the time before is not known to
us.

A 429 can only mean that the limit is not what we were told, or that somebody else uses the same account. The first one
is a pause of a minute (S2-68). When a second comes within ten minutes, less may leave: the ceiling falls by a third of
what it was, and rises again by a tenth of the quota for each whole minute without another. 429s that come while a pause
lasts are answers to calls that had left before it, and say nothing new. The ceiling and the instant of the last 429
outlive the owner (:class:`Throttling`).

Pure arithmetic on seconds of a monotonic clock; the sender owns the waiting. Measured: 99 % of the quota used at 2 ms
of random delay, 96 % at 10 ms, without a single refusal, where token buckets and even spacing are refused for
minutes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from rbm_bots.delivery.throttle_law import CALLS, FULL, ThrottleLaw, Throttling

__all__ = ["Pacer", "QuotaWindow", "SentCall"]

QuotaWindow = Literal["second", "minute", "both"]
_CERTAIN_SHARE: Final = 0.9
_SPREAD_SHARE: Final = 0.75
_WORK_S: Final = 0.003
_ANSWERS_BEFORE_CREDIT: Final = 60
_RECENT_WEIGHT: Final = 0.02


@dataclass(slots=True)
class SentCall:
    """A call that left; seconds of a monotonic clock."""

    left: float
    answered: float | None = None


class Pacer:
    """Says when the next call may leave. One per application, used by its one owner."""

    def __init__(
        self,
        *,
        per_second: int = 30,
        per_minute: int = 1800,
        window: QuotaWindow = "both",
        law: ThrottleLaw = CALLS,
    ) -> None:
        self.per_second = per_second
        self.per_minute = per_minute
        self._windows: list[tuple[int, float]] = []
        if window in ("second", "both"):
            self._windows.append((per_second, 1.0))
        if window in ("minute", "both"):
            self._windows.append((per_minute, 60.0))
        self._sent: deque[SentCall] = deque(maxlen=max(count for count, _ in self._windows))
        self._answers = 0
        self._least = 0.0
        self._usual = 0.0
        self._paused_until = 0.0
        self._throttled_until = 0.0
        self._spaced = 0
        self._last_left = float("-inf")
        self._now = 0.0
        self._law = law
        self.throttling = Throttling()

    def earliest(self) -> float | None:
        """When the next call may leave; ``None`` while that depends on an answer that has not come."""
        at = self._paused_until
        for count, window in self._allowed():
            if len(self._sent) < count:
                continue
            free = self._forgotten(self._sent[-count], window)
            if free is None:
                return None
            at = max(at, free)
        if self._spaced:
            count, window = self._allowed()[0]
            at = max(at, self._last_left + window / count)
        return at

    def room(self, now: float) -> int:
        """How many calls may leave at this instant."""
        self._now = now
        if self._spaced or self._paused_until > now:
            earliest = self.earliest()
            return int(earliest is not None and earliest <= now)
        return min(self._room(count, window, now) for count, window in self._allowed())

    def _allowed(self) -> list[tuple[int, float]]:
        """The windows, and how many calls each holds under the ceiling of the last instant that we were told of."""
        ceiling = self.throttling.ceiling_at(self._now, self._law)
        if ceiling == FULL:
            return self._windows
        return [(max(1, count * ceiling // FULL), window) for count, window in self._windows]

    def _room(self, count: int, window: float, now: float) -> int:
        free = count - len(self._sent)
        if free > 0:
            return free
        free = 0
        for at in range(len(self._sent) - count, len(self._sent)):
            forgotten = self._forgotten(self._sent[at], window)
            if forgotten is None or forgotten > now:
                break
            free += 1
        return free

    def _forgotten(self, sent: SentCall, window: float) -> float | None:
        """When a call may leave in its place; the one sum for both questions, or rounding would make them disagree."""
        return None if sent.answered is None else sent.answered + window - self._credit()

    def leave(self, now: float) -> SentCall:
        """Note that a call leaves now; hand the result to :meth:`answered` or :meth:`lost`."""
        sent = SentCall(now)
        self._sent.append(sent)
        self._last_left = self._now = now
        self._spaced = max(0, self._spaced - 1)
        return sent

    def answered(self, sent: SentCall, now: float) -> None:
        """An answer came: any answer, also a refusal."""
        sent.answered = now
        round_trip = now - sent.left
        first = self._answers == 0
        self._answers += 1
        self._least = round_trip if first else min(self._least, round_trip)
        self._usual = round_trip if first else self._usual + _RECENT_WEIGHT * (round_trip - self._usual)

    def _credit(self) -> float:
        """Seconds that a call surely travels before it is counted."""
        if self._answers < _ANSWERS_BEFORE_CREDIT:
            return 0.0
        return max(0.0, _CERTAIN_SHARE * self._least - _SPREAD_SHARE * (self._usual - self._least) - _WORK_S)

    def lost(self, sent: SentCall, now: float) -> None:
        """No answer will come; the call may have arrived at any moment until now."""
        sent.answered = now

    def pause(self, until: float) -> None:
        """Nothing leaves before ``until``; then one window goes evenly spaced."""
        self._paused_until = max(self._paused_until, until)
        self._spaced = self._windows[0][0]

    def throttled(self, now: float, until: float) -> None:
        """The operator said 429: pause until then, and send less when it had said so lately."""
        if now >= self._throttled_until:
            self.throttling = self.throttling.again(now, until=until, law=self._law)
        self._throttled_until = max(self._throttled_until, until)
        self.pause(until)

    def resume(self) -> None:
        """End a pause by hand; the ceiling stays."""
        self._paused_until = self._throttled_until = 0.0

    def remember(self, answered: Iterable[float], throttling: Throttling | None = None) -> None:
        """Take over: the moments at which an earlier owner's calls were answered, oldest first, and what a 429 left."""
        self.throttling = throttling or self.throttling
        for at in answered:
            self._sent.append(SentCall(at, at))
