"""What one turn of the language may use up, all its calls together (bot language 15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["LIMITS", "Limits", "TurnTooLong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Counts, and milliseconds of actions. ``depth``: of ``run``; ``handler_runs``: of one error handler in a talk."""

    steps: int = 50
    depth: int = 8
    messages: int = 6
    calls: int = 10
    action_ms: int = 20_000
    handler_runs: int = 3


LIMITS: Final = Limits()


class TurnTooLong(Exception):
    """A limit of the turn is used up; ``limit`` is its name in :class:`Limits`."""

    def __init__(self, limit: str) -> None:
        self.limit = limit
        super().__init__(limit)
