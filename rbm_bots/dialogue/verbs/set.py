"""``set``: fill or empty slots."""

from __future__ import annotations

from rbm_bots.botfile.model import SetSlots
from rbm_bots.dialogue.outcome import GO_ON, Outcome
from rbm_bots.dialogue.playing import Playing

__all__ = ["play_set"]


def play_set(playing: Playing, step: SetSlots) -> Outcome:
    """Fill each slot in turn; a value that does not fit leaves its slot as it was, with a note."""
    for name, data in step.values.items():
        if data is None:
            playing.empty(name)
        else:
            playing.fill(name, data.value(playing))
    return step.goto or GO_ON
