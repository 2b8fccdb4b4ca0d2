"""Who wants to know that a phone changed, or reads the notice over the phones: one queue per open page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Change", "Changes", "Notice"]

_MOST_WAITING = 1000


@dataclass(frozen=True, slots=True)
class Notice:
    """What every page shows above its phone; without lines there is nothing to show."""

    lines: tuple[str, ...] = ()


Change = str | Notice | None
"""The key of a phone that changed, a new notice, or ``None``: the emulator stops."""


class Changes:
    """Tells every listener what changed. ``notice`` is the one that is up now."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Change]] = set()
        self.notice = Notice()

    def tell(self, phone: str) -> None:
        """A phone changed. A listener too slow to follow misses it; the next change brings it up to date."""
        for listener in self._listeners:
            with contextlib.suppress(asyncio.QueueFull):
                listener.put_nowait(phone)

    def put_up(self, notice: Notice) -> None:
        """Show a notice on every page, also on those that are opened later; an empty one takes the last down."""
        if notice == self.notice:
            return
        self.notice = notice
        self._surely(notice)

    def end(self) -> None:
        """Send every listener home."""
        self._surely(None)

    def _surely(self, change: Change) -> None:
        for listener in self._listeners:
            while listener.full():
                listener.get_nowait()
            listener.put_nowait(change)

    @contextlib.contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Change]]:
        """A queue that is fed as long as the block lasts."""
        queue: asyncio.Queue[Change] = asyncio.Queue(_MOST_WAITING)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
