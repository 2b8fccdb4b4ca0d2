"""Actions that answer from a table, for talks without the brand's Python or network (bot language 16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from rbm_bots.dialogue import store
from rbm_bots.errors import RbmError
from rbm_bots.events import CallReturned
from rbm_bots.offers import NotSlots, read_slots
from rbm_bots.values import Slot

__all__ = ["MockMissing", "Mocks"]

_BUILT_IN: Final = "rbm."


class MockMissing(RbmError):
    """A talk called an action that nobody answers for."""

    code = "mock"


class Mocks:
    """Answers by action: ``{"returns": value}`` or ``{"raises": code}`` answers always, a list once per entry.

    What the framework itself does (``rbm.hold``) works without an answer.
    """

    def __init__(self, answers: Mapping[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]] | None = None) -> None:
        self._always = {name: answer for name, answer in (answers or {}).items() if isinstance(answer, Mapping)}
        self._once = {name: list(answer) for name, answer in (answers or {}).items() if not isinstance(answer, Mapping)}
        self._used: set[str] = set()

    def answer(self, *, call_id: str, action: str, offers: bool = False) -> CallReturned:
        """What ``action`` gives now; ``offers``: as free appointments.

        Raises :class:`MockMissing` when there is no answer (left).
        """
        self._used.add(action)
        if action in self._always:
            found = self._always[action]
        elif self._once.get(action):
            found = self._once[action].pop(0)
        elif action.startswith(_BUILT_IN) and action not in self._once:
            found = {"returns": None}
        else:
            raise self._missing(action)
        if "raises" in found:
            return CallReturned(call=call_id, error=str(found["raises"]))
        try:
            result = _appointments(found.get("returns")) if offers else found.get("returns")
        except NotSlots:
            return CallReturned(call=call_id, error="error")
        return CallReturned(call=call_id, result=store(result))

    def _missing(self, action: str) -> MockMissing:
        if action in self._once:
            return MockMissing(f"the action «{action}» is called once more than it has answers", hint="add an answer")
        return MockMissing(f"nobody answers for the action «{action}»", hint=f"add it: {action}: {{returns: …}}")

    def answers_for(self, action: str) -> bool:
        """Whether there is anything in the table for ``action``, used up or not."""
        return action in self._always or action in self._once

    def unused(self) -> tuple[str, ...]:
        """Answers that were never asked for: a test that expects them is wrong."""
        left = {name for name, answers in self._once.items() if answers}
        return tuple(sorted(left | (self._always.keys() - self._used)))


def _appointments(result: object) -> list[Slot]:
    """Free appointments; an instant alone is one."""
    items = result if isinstance(result, list | tuple) else [result] if result is not None else []
    return read_slots([Slot(item) if isinstance(item, datetime) and item.tzinfo else item for item in items])
