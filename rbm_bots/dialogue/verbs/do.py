"""``do``: call an action, and go on when its result is back.

The turn ends with the call; the step stays where it is. A result that does not fit ``save`` is the error ``error``.
One handler of ``on_error`` runs three times in a talk at most; then, and without a fitting one, the bot apologises
and ends.
"""

from __future__ import annotations

from rbm_bots.botfile.model import Do
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.dialogue.limits import LIMITS
from rbm_bots.dialogue.outcome import WAIT, Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import say
from rbm_bots.dialogue.stored import NotStorable

__all__ = ["failed", "play_do"]


def play_do(playing: Playing, step: Do) -> Outcome | None:
    """Make the call."""
    try:
        playing.call(step.action, {name: data.value(playing) for name, data in step.args.items()})
    except NotStorable:
        playing.note("call_not_made", step=step.name)
        return failed(playing, step, "error")
    return WAIT


def failed(playing: Playing, step: Do | Rendezvous, code: str) -> Outcome | None:
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
