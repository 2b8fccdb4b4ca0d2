"""``ask``: fill one slot. Its answers are read in :mod:`rbm_bots.dialogue.readers.question`."""

from __future__ import annotations

from rbm_bots.botfile.model import Ask
from rbm_bots.dialogue.outcome import GO_ON, WAIT, Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask

__all__ = ["play_ask"]


def play_ask(playing: Playing, step: Ask) -> Outcome:
    """Ask, unless the slot is filled or was skipped in this talk."""
    if not step.again and (playing.is_filled(step.slot) or step.slot in playing.skipped):
        return GO_ON
    ask(playing, step)
    return WAIT
