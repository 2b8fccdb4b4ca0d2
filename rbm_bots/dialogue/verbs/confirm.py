"""``confirm``: yes or no before something happens, and changing what was said (bot language 6.5).

A refused confirmation with ``edit`` asks what to change, empties that slot and plays a detour: the step that fills
it, then the confirmation again. The steps between are not played twice.
"""

from __future__ import annotations

import msgspec

from rbm_bots.botfile.model import Ask, Confirm, Target
from rbm_bots.dialogue.outcome import WAIT, Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask, ask_part
from rbm_bots.dialogue.render import say
from rbm_bots.dialogue.session import Question

__all__ = ["change_slot", "play_confirm", "refuse"]


def play_confirm(playing: Playing, step: Confirm) -> Outcome:
    """Ask for a yes."""
    ask(playing, step)
    return WAIT


def refuse(playing: Playing, step: Confirm) -> Outcome:
    """What a no leads to: the question what to change, the change itself when there is one slot, or ``on_refuse``."""
    if len(step.edit) == 1:
        return change_slot(playing, step, step.edit[0])
    if step.edit:
        question = playing.question or Question(step=step.name)
        ask_part(playing, step, msgspec.structs.replace(question, part="edit", attempts=0))
        return WAIT
    say(playing, step.on_refuse.say, step=step.name)
    return step.on_refuse.goto or Target(kind="end")


def change_slot(playing: Playing, step: Confirm, slot: str) -> Outcome:
    """Ask for ``slot`` again, then confirm again."""
    flow, _ = playing.frames[-1]
    filling = next((s for s in playing.bot.flows[flow].steps if isinstance(s, Ask) and s.slot == slot), None)
    playing.empty(slot)
    playing.close_question()
    if filling is None:  # filled by a verb that cannot be repeated: confirm what is there
        ask(playing, step)
        return WAIT
    playing.detour[:] = [step.name]
    return filling.index
