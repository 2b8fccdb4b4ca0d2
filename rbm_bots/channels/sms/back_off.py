"""How long to wait: before a link is opened again, and after a centre said that it is asked too fast."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Final

from rbm_bots.clock import Clock

__all__ = ["BusyPauses", "Comeback", "back_off_s", "sleep_unless"]

_LONGEST_S: Final = 60.0
_REFUSED_S: Final = (60.0, 600.0)  # the first and the longest after a refused login
_PROVEN_S: Final = 60.0  # a link that stood for so long was a good one
_random = random.SystemRandom()


def back_off_s(failures: int, refusals: int) -> float:
    """Seconds before the next try: 1 to 60, longer each time; after refused logins 60 to 600.

    A storm of bad logins gets accounts blocked.
    """
    if refusals:
        first, longest = _REFUSED_S
        return min(longest, first * 2.0 ** min(refusals - 1, 10))
    return min(_LONGEST_S, 2.0 ** min(max(failures - 1, 0), 10))


class Comeback:
    """When a link is opened again. ``failures``: links in a row that were no good, which tells the next host.

    A link that ends soon after it opened counts as a failure: a centre that takes each login and hangs up must not be
    asked every second.
    """

    def __init__(self, *, monotonic: Callable[[], float], jitter: Callable[[], float] = _random.random) -> None:
        self._monotonic = monotonic
        self._jitter = jitter
        self._opened: float | None = None
        self._refusals = 0
        self.failures = 0

    def opened(self) -> None:
        """A session stands."""
        self._opened = self._monotonic()

    def ended(self, *, refused: bool) -> float:
        """The session ended, or none could be opened; seconds to wait. ``refused``: the account is."""
        was_good = self._opened is not None and self._monotonic() - self._opened >= _PROVEN_S
        self._opened = None
        self.failures = 0 if was_good else self.failures + 1
        self._refusals = self._refusals + 1 if refused else 0
        return back_off_s(self.failures, self._refusals) * (0.5 + self._jitter() / 2)


class BusyPauses:
    """How long a centre is left alone that says «too fast» or «busy»: 1, 2, 4 … 60 s.

    Refusals that come while a pause lasts answer what had left before it, and make nothing longer.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._length_s = 0.0
        self._until = float("-inf")

    def refused(self) -> float:
        """Seconds from now."""
        now = self._monotonic()
        if now >= self._until:
            self._length_s = min(_LONGEST_S, self._length_s * 2 or 1.0)
            self._until = now + self._length_s
        return self._until - now

    def taken(self) -> None:
        """It takes messages: the next pause is a short one again."""
        if self._monotonic() >= self._until:
            self._length_s = 0.0


async def sleep_unless(event: asyncio.Event, seconds: float, *, clock: Clock) -> None:
    """Until ``seconds`` have passed or ``event`` is set."""
    waits = {asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(event.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
