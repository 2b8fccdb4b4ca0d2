"""Verbs that are read and checked, but cannot be played yet."""

from __future__ import annotations

from rbm_bots.botfile.model import Target, Unsupported
from rbm_bots.dialogue.outcome import Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import say_sentence

__all__ = ["play_unsupported"]


def play_unsupported(playing: Playing, step: Unsupported) -> Outcome:
    """Say that it is not possible here, and end the talk."""
    playing.note("not_here", step=step.name, name=step.verb)
    say_sentence(playing, "not_here")
    return Target(kind="end")
