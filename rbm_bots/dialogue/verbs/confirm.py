"""``confirm``: yes or no before something happens, and changing what was said (bot language 6.5).

A refused confirmation with ``edit`` asks what to change, empties that slot and plays a detour: the step that fills
it, then every rendezvous whose ``with`` names what changed, then the confirmation again. The steps between are not
played twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from rbm_bots.botfile.model import Ask, Confirm, Step, Target
from rbm_bots.botfile.services import Rendezvous
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
    steps = playing.bot.flows[playing.frames[-1][0]].steps
    filling = next(s for s in steps if isinstance(s, Ask | Rendezvous) and s.slot == slot)
    playing.empty(slot)
    playing.close_question()
    playing.detour[:] = [*_times_chosen_for(playing, steps, slot), step.name]
    return filling.index


def _times_chosen_for(playing: Playing, steps: Sequence[Step], slot: str) -> Iterator[str]:
    """The rendezvous whose free times hang on ``slot``, and on one another, in order; only those that are filled."""
    changed = {slot}
    for step in steps:
        if isinstance(step, Rendezvous) and step.slot != slot and step.reads & changed and playing.is_filled(step.slot):
            changed.add(step.slot)
            yield step.name
