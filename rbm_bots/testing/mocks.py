"""Actions that answer from a table, for talks without the brand's Python or network (bot language 16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rbm_bots.dialogue import store
from rbm_bots.errors import RbmError
from rbm_bots.events import CallReturned

__all__ = ["MockMissing", "Mocks"]


class MockMissing(RbmError):
    """A talk called an action that nobody answers for."""

    code = "mock"


class Mocks:
    """Answers by action: ``{"returns": value}`` or ``{"raises": code}`` answers always, a list once per entry."""

    def __init__(self, answers: Mapping[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]] | None = None) -> None:
        self._always = {name: answer for name, answer in (answers or {}).items() if isinstance(answer, Mapping)}
        self._once = {name: list(answer) for name, answer in (answers or {}).items() if not isinstance(answer, Mapping)}
        self._used: set[str] = set()

    def answer(self, *, call_id: str, action: str) -> CallReturned:
        """What ``action`` gives now. Raises :class:`MockMissing` when there is no answer (left)."""
        self._used.add(action)
        if action in self._always:
            found = self._always[action]
        elif self._once.get(action):
            found = self._once[action].pop(0)
        else:
            raise MockMissing(f"nobody answers for the action «{action}»", hint=f"add it: {action}: {{returns: …}}")
        if "raises" in found:
            return CallReturned(call=call_id, error=str(found["raises"]))
        return CallReturned(call=call_id, result=store(found.get("returns")))

    def unused(self) -> tuple[str, ...]:
        """Answers that were never asked for: a test that expects them is wrong."""
        left = {name for name, answers in self._once.items() if answers}
        return tuple(sorted(left | (self._always.keys() - self._used)))
