"""The journal's batcher: many webhook requests, one commit.

Theory of operation. A request hands its row over and waits. One task takes everything that waits (500 rows at most),
appends it in one commit, answers all of them, and takes the next load as soon as that commit returned. There is no
timer: alone, a request costs one commit; under load the commit is shared, so throughput grows with the number of
requests in flight and the latency stays near two commits. A load that fails is tried again row by row: one bad row
fails alone. The queue is bounded; beyond it :class:`Overloaded` answers 503 and the operator comes again. Nothing is
answered 200 without a commit.
"""

from __future__ import annotations

import asyncio
from collections import deque

from rbm_bots.errors import Overloaded
from rbm_bots.store.base import Appended, NewEvent, Store

__all__ = ["Batcher"]

_LOAD = 500


class Batcher:
    """One per process. ``put`` returns when the row is durable."""

    def __init__(self, store: Store, *, most_waiting: int = 10_000) -> None:
        self._store = store
        self._most_waiting = most_waiting
        self._waiting: deque[tuple[NewEvent, asyncio.Future[Appended]]] = deque()
        self._running: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many rows wait for their commit."""
        return len(self._waiting)

    async def put(self, event: NewEvent) -> Appended:
        """Append ``event`` and return once it is committed. Raises :class:`Overloaded` when too many wait."""
        if len(self._waiting) >= self._most_waiting:
            raise Overloaded
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        if self._running is None:
            self._running = asyncio.create_task(self._commit_loads())
        return await done

    async def drain(self) -> None:
        """Return when nothing waits any more."""
        while self._running is not None:
            await asyncio.shield(self._running)

    async def _commit_loads(self) -> None:
        try:
            while self._waiting:
                size = min(len(self._waiting), _LOAD)
                load = [self._waiting.popleft() for _ in range(size)]
                await self._commit(load)
        finally:
            self._running = None

    async def _commit(self, load: list[tuple[NewEvent, asyncio.Future[Appended]]]) -> None:
        try:
            appended = await self._store.append([event for event, _ in load])
        except Exception as fault:
            if len(load) > 1:
                for one in load:
                    await self._commit([one])
            elif not load[0][1].done():
                load[0][1].set_exception(fault)
            return
        for (_, done), result in zip(load, appended, strict=True):
            if not done.done():  # else the caller hung up; the row is durable all the same
                done.set_result(result)
