"""``do``: call an action, and go on when its result is back.

The turn ends with the call; the step stays where it is. A result that does not fit ``save`` is the error ``error``.
One handler of ``on_error`` runs three times in a talk at most; then, and without a fitting one, the bot apologises
and ends.
"""

from __future__ import annotations

from rbm_bots.botfile.model import Do
from rbm_bots.dialogue.outcome import GO_ON, WAIT, Outcome
from rbm_bots.dialogue.playing import LIMITS, Playing
from rbm_bots.dialogue.render import say
from rbm_bots.dialogue.stored import NotStorable, Stored, restore

__all__ = ["play_do", "returned"]


def play_do(playing: Playing, step: Do) -> Outcome | None:
    """Make the call."""
    try:
        playing.call(step.action, {name: data.value(playing) for name, data in step.args.items()})
    except NotStorable:
        playing.note("call_not_made", step=step.name)
        return _failed(playing, step, "error")
    return WAIT


def returned(playing: Playing, step: Do, *, result: Stored, error: str | None) -> Outcome | None:
    """Keep the result, or handle the error. ``None``: there is no handler for it."""
    if error is None and step.save is not None and not playing.fill(step.save, restore(result)):
        error = "error"
    if error is not None:
        return _failed(playing, step, error)
    return step.goto or GO_ON


def _failed(playing: Playing, step: Do, code: str) -> Outcome | None:
    """Say and go where ``on_error`` tells for ``code``; ``None``: nowhere, or there too often."""
    playing.note("call_failed", step=step.name, name=code)
    handled = code if code in step.on_error else "any"
    handler = step.on_error.get(handled)
    key = f"{step.name}:{handled}"
    runs = playing.handled.get(key, 0)
    if handler is None or handler.goto is None or runs >= LIMITS.handler_runs:
        return None
    playing.handled[key] = runs + 1
    say(playing, handler.say, step=step.name)
    return handler.goto
