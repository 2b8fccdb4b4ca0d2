"""The result of a ``do``: kept, remembered for later, or handled as an error (bot language 6.6). And built flows."""

from __future__ import annotations

from rbm_bots.botfile.model import Build, Do
from rbm_bots.botfile.python_flows import FlowRefused
from rbm_bots.dialogue.outcome import GO_ON
from rbm_bots.dialogue.player import play, resume
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.reminders import plan_reminders
from rbm_bots.dialogue.stored import Stored, restore
from rbm_bots.dialogue.verbs.do import failed

__all__ = ["take_built", "take_result"]


def take_result(playing: Playing, step: Do, *, result: Stored, error: str | None) -> None:
    """Keep the result, plan reminders and go on; or handle the error."""
    if error is None and step.save is not None and not playing.fill(step.save, restore(result)):
        error = "error"
    if error is not None:
        resume(playing, failed(playing, step, error), done=False)
        return
    plan_reminders(playing, step)
    resume(playing, step.goto or GO_ON)


def take_built(playing: Playing, step: Build, *, result: Stored, error: str | None) -> None:
    """Play the steps that Python has built; without any that can be played the bot apologises."""
    if error is None:
        try:
            playing.built.put(step.flow, result)
        except FlowRefused as refused:
            playing.note("flow_refused", step=step.name, name=refused.short)
            error = "error"
    if error is None:
        play(playing)
    else:
        playing.note("call_failed", step=step.name, name=error)
        resume(playing, None, done=False)
