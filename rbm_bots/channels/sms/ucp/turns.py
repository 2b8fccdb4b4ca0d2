"""Whose turn it is to send, for one short code: the rate is the pacer's, the order is by lane.

The operator counts operations of a short code in a second (10, 20, 50, 100 or 150 as subscribed), every part of a long
message for itself. One object paces all sessions of a code, so that their sum holds. A lane goes before all lower
ones; inside a lane, first come first served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final, Generic, Literal, Protocol, TypeVar

from rbm_bots.clock import Clock

__all__ = ["Lane", "Pacer", "Turns"]

Sent = TypeVar("Sent")
Lane = Literal["code", "conversation", "service", "marketing"]
_ORDER: Final[dict[Lane, int]] = {"code": 0, "conversation": 1, "service": 2, "marketing": 3}


class Pacer(Protocol[Sent]):
    """When the next operation may leave; seconds of a monotonic clock. Any pacer that is told of answers will do."""

    def earliest(self) -> float | None:
        """When the next operation may leave; ``None`` while that depends on an answer that has not come."""
        ...

    def leave(self, now: float) -> Sent:
        """An operation leaves."""
        ...

    def answered(self, sent: Sent, now: float) -> None:
        """Its result came, whatever it says."""
        ...

    def lost(self, sent: Sent, now: float) -> None:
        """No result will come."""
        ...

    def pause(self, until: float) -> None:
        """Nothing leaves before ``until``."""
        ...


@dataclass(order=True, slots=True)
class _Waiter:
    lane: int
    number: int
    woken: asyncio.Event = field(compare=False, default_factory=asyncio.Event)


class Turns(Generic[Sent]):
    """Lets one operation after the other go."""

    def __init__(self, pacer: Pacer[Sent], *, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._pacer = pacer
        self._clock = clock
        self._monotonic = monotonic
        self._waiting: list[_Waiter] = []
        self._numbers = count()

    async def take(self, lane: Lane, *, has_room: Callable[[], bool] = lambda: True) -> Sent:
        """Wait for a turn, and for ``has_room``. Tell :meth:`answered` or :meth:`lost` what came of it.

        The operation must be written at once: the pacer takes a round trip for travelling time, and time spent here
        is none. What ``has_room`` raises ends the wait.
        """
        me = _Waiter(_ORDER[lane], next(self._numbers))
        heappush(self._waiting, me)
        try:
            while True:
                first = self._waiting[0] is me and has_room()
                at, now = self._pacer.earliest(), self._monotonic()
                if first and at is not None and at <= now:
                    return self._pacer.leave(now)
                await self._wait(me, at - now if first and at is not None else None)
        finally:
            self._remove(me)

    def at_once(self) -> Sent:
        """A turn that does not wait but counts: a keepalive."""
        return self._pacer.leave(self._monotonic())

    def answered(self, turn: Sent) -> None:
        """The result of a turn's operation came."""
        self._pacer.answered(turn, self._monotonic())
        self._wake()

    def lost(self, turn: Sent) -> None:
        """The result of a turn's operation will not come."""
        self._pacer.lost(turn, self._monotonic())
        self._wake()

    def pause(self, seconds: float) -> None:
        """Nothing leaves for ``seconds``."""
        self._pacer.pause(self._monotonic() + seconds)
        self._wake()

    def changed(self) -> None:
        """There may be room now, or none ever again."""
        self._wake()

    def _remove(self, me: _Waiter) -> None:
        if self._waiting[0] is me:
            heappop(self._waiting)
        else:
            self._waiting.remove(me)
            heapify(self._waiting)
        self._wake()

    def _wake(self) -> None:
        if self._waiting:
            self._waiting[0].woken.set()

    async def _wait(self, me: _Waiter, seconds: float | None) -> None:
        """Until something changed, or ``seconds`` have passed."""
        me.woken.clear()
        if seconds is None:
            await me.woken.wait()
            return
        waits = {asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(me.woken.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
