"""The open question: an answer is read by the kind of its step and slot (bot language 5, 9.1.5).

What is not understood is left to the next readers; only when none of them wants it is it a wrong answer.
"""

from __future__ import annotations

import msgspec

from rbm_bots.botfile.model import Ask, Confirm
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.dialogue.answers import NOT_UNDERSTOOD, DayOnly, understand
from rbm_bots.dialogue.answers.choice import read_choice, read_yes_no
from rbm_bots.dialogue.options import edit_choices
from rbm_bots.dialogue.player import resume
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_part, open_step
from rbm_bots.dialogue.readers.taking import accept, hearing_of, take_value
from rbm_bots.dialogue.readers.times import read_time
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.verbs.confirm import change_slot, refuse
from rbm_bots.events import Said, SentFile, SentLocation

__all__ = ["read_answer"]


def read_answer(playing: Playing, event: Said | SentFile | SentLocation) -> Unhandled | None:
    """Take the answer to the open question."""
    step = open_step(playing)
    if isinstance(step, Ask):
        return _read_slot(playing, step, event)
    if isinstance(step, Rendezvous):
        return read_time(playing, step, event)
    if isinstance(step, Confirm) and isinstance(event, Said):
        return _read_decision(playing, step, event.text)
    return UNHANDLED


def _read_slot(playing: Playing, step: Ask, event: Said | SentFile | SentLocation) -> Unhandled | None:
    spec, question = playing.bot.slots[step.slot], playing.question
    value = understand(spec, event, hearing_of(playing, spec))
    if value is NOT_UNDERSTOOD:
        return UNHANDLED
    if isinstance(value, DayOnly):
        if question is not None:
            ask_part(playing, step, msgspec.structs.replace(question, part="time", day=value.day.isoformat()))
        return None
    return take_value(playing, step, value, said=event.text if isinstance(event, Said) else "")


def _read_decision(playing: Playing, step: Confirm, text: str) -> Unhandled | None:
    if playing.question is not None and playing.question.part == "edit":
        slot = read_choice(text, edit_choices(playing, step))
        if slot is None:
            return UNHANDLED
        resume(playing, change_slot(playing, step, slot), done=False)
        return None
    accepts, refuses = _words(playing, step)
    decided = read_yes_no(text, yes=accepts, no=refuses)
    if decided is None:
        return UNHANDLED
    if decided:
        accept(playing)
    else:
        resume(playing, refuse(playing, step), done=False)
    return None


def _words(playing: Playing, step: Confirm) -> tuple[tuple[str, ...], tuple[str, ...]]:
    accepts = tuple(template.render(playing) for template in step.accept.templates.values())
    refuses = tuple(template.render(playing) for template in step.refuse.templates.values())
    return accepts, refuses
