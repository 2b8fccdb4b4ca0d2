"""Who wants to know that a phone changed: one queue per open page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

__all__ = ["Changes"]

_MOST_WAITING = 1000


class Changes:
    """Tells every listener the key of each phone that changed; ``None`` says that the emulator stops."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str | None]] = set()

    def tell(self, phone: str) -> None:
        """A phone changed. A listener too slow to follow misses it; the next change brings it up to date."""
        for listener in self._listeners:
            with contextlib.suppress(asyncio.QueueFull):
                listener.put_nowait(phone)

    def end(self) -> None:
        """Send every listener home."""
        for listener in self._listeners:
            while listener.full():
                listener.get_nowait()
            listener.put_nowait(None)

    @contextlib.contextmanager
    def listen(self) -> Iterator[asyncio.Queue[str | None]]:
        """A queue that is fed as long as the block lasts."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(_MOST_WAITING)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
