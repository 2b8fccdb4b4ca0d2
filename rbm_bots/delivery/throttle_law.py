"""What «too fast» makes of a quota: how far the ceiling falls, and how it rises again.

The operator of RCS names a limit and punishes for minutes, so what it says is believed for long. An SMS centre says the
same for a moment's burst, and often because it is busy: half of the rate for ten seconds after the pause, and back in
steps within a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

__all__ = ["CALLS", "FULL", "SHORT_CODE", "ThrottleLaw", "Throttling"]

FULL: Final = 1000
"""The ceiling of an application that was not told to wait: thousandths of its quota."""

_RISE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottleLaw:
    """``fall``: the next ceiling. ``soon_s``: only one so soon after the one before makes it fall; ``None``: each does.

    A tenth of the quota comes back every ``rise_every_s``, the first ``rises_after_s`` and one such time after it; what
    falls each time counts from the end of its pause.
    """

    fall: Callable[[int], int]
    soon_s: float | None
    rises_after_s: float
    rise_every_s: float


CALLS: Final = ThrottleLaw(
    fall=lambda ceiling: ceil(ceiling * 2 / 3), soon_s=600.0, rises_after_s=60.0, rise_every_s=60.0
)
"""An application of RCS: a third less when a second 429 comes within ten minutes, a tenth back each minute."""

SHORT_CODE: Final = ThrottleLaw(fall=lambda _ceiling: FULL // 2, soon_s=None, rises_after_s=0.0, rise_every_s=10.0)
"""A short code: half, and a tenth back every ten seconds after the pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttling:
    """What the last 429 left behind: when it came (seconds of the clock; ``None``: never), and the ceiling it set."""

    at: float | None = None
    ceiling: int = FULL

    def ceiling_at(self, now: float, law: ThrottleLaw = CALLS) -> int:
        """How much of the quota may be used now, of :data:`FULL`."""
        if self.at is None:
            return FULL
        steps = int(max(0.0, now - self.at - law.rises_after_s) // law.rise_every_s)
        return min(FULL, self.ceiling + _RISE * steps)

    def again(self, now: float, *, until: float, law: ThrottleLaw = CALLS) -> Throttling:
        """What another 429 makes of it, whose pause ends at ``until``."""
        ceiling = self.ceiling_at(now, law)
        if law.soon_s is None:
            return Throttling(at=until, ceiling=law.fall(ceiling))
        soon = self.at is not None and now - self.at <= law.soon_s
        return Throttling(at=now, ceiling=law.fall(ceiling) if soon else ceiling)
