"""The open operations of our direction.

Theory of operation. The side that sends an operation numbers it, 00 to 99, and the result repeats number and
operation. At most ``size`` are open. A number whose result never came stays in *quarantine* until a late result frees
it or the session ends: were it used again, the late result would settle the wrong message. The link is used up when no
number is left; its owner then opens another.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from rbm_bots.channels.sms.errors import LinkDown, LinkLost, ResultLate
from rbm_bots.channels.sms.ucp.frame import Frame, FrameFault

__all__ = ["Open", "TrnWindow"]

_NUMBERS: Final = 100


@dataclass(slots=True, eq=False)
class Open:
    """An operation that waits for its result. ``label`` is the caller's; ``until`` is when it counts as unknown."""

    trn: int
    ot: int
    label: str
    until: float
    result: asyncio.Future[Frame | FrameFault]


class TrnWindow:
    """At most ``size`` operations, each with its own number."""

    def __init__(self, size: int) -> None:
        self._slots = asyncio.Semaphore(size)
        self._open: dict[int, Open] = {}
        self._late: dict[int, Open] = {}
        self._next = 0
        self._timeouts_in_a_row = 0
        self._closed = False

    @property
    def open(self) -> int:
        """How many operations wait for a result."""
        return len(self._open)

    @property
    def has_room(self) -> bool:
        """Whether :meth:`take` would not wait."""
        return not self._slots.locked()

    @property
    def quarantined(self) -> int:
        """How many numbers may not be used because a late result may still come."""
        return len(self._late)

    @property
    def is_worn(self) -> bool:
        """Whether the link should be opened anew: three time-outs in a row, or half the numbers in quarantine."""
        return self._timeouts_in_a_row >= 3 or len(self._late) >= _NUMBERS // 2

    async def take(self, ot: int, *, label: str = "", until: float) -> Open:
        """Wait for a slot and number the operation. Raises ``LinkDown`` at the session's end or with no number left."""
        await self._slots.acquire()
        free = (
            number
            for step in range(_NUMBERS)
            if (number := (self._next + step) % _NUMBERS) not in self._open and number not in self._late
        )
        trn = next(free, None)
        if self._closed or trn is None:
            self._slots.release()
            raise LinkDown
        self._next = (trn + 1) % _NUMBERS
        result: asyncio.Future[Frame | FrameFault] = asyncio.get_running_loop().create_future()
        one = self._open[trn] = Open(trn, ot, label, until, result)
        return one

    def settle(self, result: Frame | FrameFault) -> Open | None:
        """Give a result to its operation. Returns the operation of a *late* result, ``None`` for any other.

        A result that belongs to nothing is ignored.
        """
        trn = result.trn
        if trn is None:
            return None
        late = self._late.get(trn)
        if late is not None and late.ot == result.ot:
            return self._late.pop(trn)
        waiting = self._open.get(trn)
        if waiting is not None and waiting.ot == result.ot:
            self._timeouts_in_a_row = 0
            self._release(waiting)
            if not waiting.result.done():
                waiting.result.set_result(result)
        return None

    def knows(self, trn: int | None, ot: int | None) -> bool:
        """Whether a result with this number and operation belongs to something."""
        return any(
            one is not None and one.ot == ot
            for one in (self._open.get(-1 if trn is None else trn), self._late.get(-1 if trn is None else trn))
        )

    def expire(self, now: float) -> int:
        """Give up the operations whose time is over, with ``ResultLate``; returns how many."""
        over = [one for one in self._open.values() if one.until <= now]
        for one in over:
            self._release(one)
            self._late[one.trn] = one
            self._timeouts_in_a_row += 1
            if not one.result.done():
                one.result.set_exception(ResultLate())
        return len(over)

    def next_expiry(self) -> float | None:
        """When the first open operation will be given up."""
        return min((one.until for one in self._open.values()), default=None)

    def close(self) -> None:
        """The session has ended: every open operation fails with ``LinkLost``, and none can be opened."""
        self._closed = True
        for one in list(self._open.values()):
            self._release(one)
            if not one.result.done():
                one.result.set_exception(LinkLost())
        self._late.clear()

    def _release(self, one: Open) -> None:
        del self._open[one.trn]
        self._slots.release()
