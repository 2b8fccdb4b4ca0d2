"""``handover``: a human takes the conversation; the next step follows when they leave (bot language 12)."""

from __future__ import annotations

from rbm_bots.botfile.services import Handover
from rbm_bots.dialogue.help import ask_for_help
from rbm_bots.dialogue.outcome import WAIT, Outcome
from rbm_bots.dialogue.playing import Playing

__all__ = ["play_handover"]


def play_handover(playing: Playing, step: Handover) -> Outcome:
    """Ask for a human and wait."""
    ask_for_help(playing, step.help, reason="asked", stays=True)
    return WAIT
