"""The result of a ``do``: kept, remembered for later, or handled as an error (bot language 6.6)."""

from __future__ import annotations

from rbm_bots.botfile.model import Do
from rbm_bots.dialogue.outcome import GO_ON
from rbm_bots.dialogue.player import resume
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.reminders import plan_reminders
from rbm_bots.dialogue.stored import Stored, restore
from rbm_bots.dialogue.verbs.do import failed

__all__ = ["take_result"]


def take_result(playing: Playing, step: Do, *, result: Stored, error: str | None) -> None:
    """Keep the result, plan reminders and go on; or handle the error."""
    if error is None and step.save is not None and not playing.fill(step.save, restore(result)):
        error = "error"
    if error is not None:
        resume(playing, failed(playing, step, error), done=False)
        return
    plan_reminders(playing, step)
    resume(playing, step.goto or GO_ON)
