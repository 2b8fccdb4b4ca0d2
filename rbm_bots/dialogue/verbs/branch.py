"""``if``: one branch or the other."""

from __future__ import annotations

from rbm_bots.botfile.model import If
from rbm_bots.dialogue.outcome import GO_ON, Outcome
from rbm_bots.dialogue.playing import Playing

__all__ = ["play_if"]


def play_if(playing: Playing, step: If) -> Outcome:
    """Go on in the branch that the condition chooses, or below when there is no ``else``."""
    if step.condition.holds(playing):
        return step.then_at
    return GO_ON if step.else_at is None else step.else_at
