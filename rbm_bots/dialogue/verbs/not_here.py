"""Verbs whose room does not exist yet: they say that it is not possible here, and go on."""

from __future__ import annotations

from rbm_bots.botfile.model import Step, Target
from rbm_bots.botfile.services import PaidHelp, ShowOffer
from rbm_bots.dialogue.outcome import GO_ON, Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import say_sentence

__all__ = ["play_offer", "play_paid_help", "play_unsupported"]


def play_paid_help(playing: Playing, step: PaidHelp) -> Outcome:
    """Metered help is not there: ``otherwise``."""
    _say_not_here(playing, step)
    return step.help.otherwise


def play_offer(playing: Playing, step: ShowOffer) -> Outcome:
    """No offer can be chosen: ``none``, else the next step."""
    _say_not_here(playing, step)
    return step.none or step.goto or GO_ON


def play_unsupported(playing: Playing, step: Step) -> Outcome:
    """A step that cannot be played at all ends the talk."""
    _say_not_here(playing, step)
    return Target(kind="end")


def _say_not_here(playing: Playing, step: Step) -> None:
    """The built-in sentence."""
    playing.note("not_here", step=step.name, name=step.verb)
    say_sentence(playing, "not_here")
