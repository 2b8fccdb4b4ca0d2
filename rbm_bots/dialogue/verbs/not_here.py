"""Verbs whose room does not exist yet: they say that it is not possible here, and go on."""

from __future__ import annotations

from rbm_bots.botfile.model import Step, Target
from rbm_bots.botfile.services import PaidHelp, ShowOffer
from rbm_bots.dialogue.outcome import GO_ON, Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import say_sentence

__all__ = ["play_offer", "play_paid_help", "play_unsupported", "say_paid_help_is_not_here"]


def play_paid_help(playing: Playing, step: PaidHelp) -> Outcome:
    """Metered help is not there, or the person has blocked it: ``otherwise``."""
    say_paid_help_is_not_here(playing, step=step.name)
    return step.help.otherwise


def say_paid_help_is_not_here(playing: Playing, *, step: str = "") -> None:
    """The built-in sentence: it is not here, or it is blocked by the person's own word."""
    playing.note("not_here", step=step, name="paid_help")
    say_sentence(playing, "paid_locked" if playing.paid_locked else "not_here")


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
