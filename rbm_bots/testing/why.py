"""Why a turn went another way than its author meant, in words for the author; the person was only told sorry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rbm_bots.dialogue import Note
from rbm_bots.dialogue.limits import LIMITS

__all__ = ["reasons"]

_LIMITS: Final[Mapping[str, str]] = {
    "steps": f"more than {LIMITS.steps} steps",
    "depth": f"more than {LIMITS.depth} «run» inside each other",
    "messages": f"more than {LIMITS.messages} messages in a row",
    "calls": f"more than {LIMITS.calls} calls of actions",
    "action_ms": f"actions took more than {LIMITS.action_ms // 1000} s",
}
_KNOWN: Final[Mapping[str, str]] = {
    "turn_too_long": "the turn was stopped at {step}: {limit}; the person was told sorry, or brought to a human",
    "call_failed": "the action of {step} failed with «{name}»",
    "call_not_made": "{step} could not call its action: a value it gives cannot be written as JSON",
    "check_failed": "the check «{name}» raised an exception",
    "misfit": "a value did not fit the slot «{name}», and was not kept",
}


def reasons(notes: Iterable[Note]) -> Iterator[str]:
    """A sentence for each note that tells of a failure, in their order; names of steps, slots and codes only."""
    for note in notes:
        sentence = _KNOWN.get(note.what)
        if sentence is not None:
            yield sentence.format(step=note.step or "a step", name=note.name, limit=_LIMITS.get(note.name, note.name))
