"""The open question: an answer is read by its slot's type, then checked by the brand (bot language 5, 9.1.5).

What is not understood is left to the next readers; only when none of them wants it is it a wrong answer. A check
that says no with a reason is remembered, so that its own sentence takes the next reprompt's place. An async check
is a call: the turn goes on when it comes back, and the words are then not offered to other readers any more.
"""

from __future__ import annotations

from datetime import date

import msgspec

from rbm_bots.botfile.model import Ask, Confirm, Wait
from rbm_bots.botfile.slots import SlotSpec
from rbm_bots.dialogue.answers import NOT_UNDERSTOOD, DayOnly, Hearing, understand
from rbm_bots.dialogue.answers.choice import read_choice, read_yes_no
from rbm_bots.dialogue.fit import Misfit, fit
from rbm_bots.dialogue.options import choosables, edit_choices
from rbm_bots.dialogue.outcome import GO_ON
from rbm_bots.dialogue.player import go, play, resume
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_part, open_step, repeat, reprompt_for
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.stored import restore
from rbm_bots.dialogue.verbs.confirm import change_slot, refuse
from rbm_bots.errors import Reject
from rbm_bots.events import Said, SentFile, SentLocation

__all__ = ["accept", "give_up", "read_answer", "take_checked", "take_value", "wrong_answer"]


def read_answer(playing: Playing, event: Said | SentFile | SentLocation) -> Unhandled | None:
    """Take the answer to the open question."""
    step = open_step(playing)
    if isinstance(step, Ask):
        return _read_slot(playing, step, event)
    if isinstance(step, Confirm) and isinstance(event, Said):
        return _read_decision(playing, step, event.text)
    return UNHANDLED


def take_value(playing: Playing, step: Ask, value: object, *, chosen: bool = False) -> Unhandled | None:
    """Check a value and keep it. A refused one is not taken, unless it was ``chosen`` by a tap: then it is wrong."""
    spec = playing.bot.slots[step.slot]
    check = playing.bot.actions.checks.get(spec.check) if spec.check and playing.bot.actions is not None else None
    if check is not None and check.is_async:
        playing.call(f"check:{check.name}", {"value": value})
        playing.question = msgspec.structs.replace(playing.question, checking=True) if playing.question else None
        return None
    reason: str | None = None
    if check is not None:
        try:
            value = check.function(value)
        except Reject as refusal:
            reason = refusal.reason
        except Exception:
            playing.note("check_failed", step=step.name, name=spec.check or "")
            reason = ""
    if reason is None and _keep(playing, spec, value):
        accept(playing)
        return None
    if chosen:
        wrong_answer(playing, reason=reason)
        return None
    playing.rejected = reason
    return UNHANDLED


def take_checked(playing: Playing, *, result: object, error: str | None) -> None:
    """The answer of an async check: a clean value, or the reason of its refusal."""
    step, question = open_step(playing), playing.question
    if not isinstance(step, Ask) or question is None:
        return
    playing.question = msgspec.structs.replace(question, checking=False)
    if error is None and _keep(playing, playing.bot.slots[step.slot], restore(result)):
        accept(playing)
    else:
        wrong_answer(playing, reason=error)


def accept(playing: Playing) -> None:
    """The question is answered: the step is done."""
    playing.unknown = 0
    resume(playing, GO_ON)


def wrong_answer(playing: Playing, *, reason: str | None = None) -> None:
    """Say the next reprompt, or what the check's reason says in its place; without one left give up."""
    step, question = open_step(playing), playing.question
    if step is None or question is None:
        return
    text = reprompt_for(playing, step, question.attempts)
    if text is None:
        give_up(playing, step)
        return
    if reason and isinstance(step, Ask):
        text = playing.bot.slots[step.slot].rejects.get(reason, text)
    if question.part == "time":
        playing.question = msgspec.structs.replace(question, part="", day="")
    repeat(playing, step, text)


def give_up(playing: Playing, step: Wait) -> None:
    """Too many wrong answers, or none in time."""
    playing.note("given_up", step=step.name)
    go(playing, step.give_up)
    play(playing)


def _read_slot(playing: Playing, step: Ask, event: Said | SentFile | SentLocation) -> Unhandled | None:
    spec, question = playing.bot.slots[step.slot], playing.question
    day = date.fromisoformat(question.day) if question is not None and question.day else None
    hearing = Hearing(
        now=playing.said_at,
        zone=playing.bot.timezone,
        language=playing.language,
        country=playing.bot.country,
        options=choosables(playing, spec),
        day=day,
    )
    value = understand(spec, event, hearing)
    if value is NOT_UNDERSTOOD:
        return UNHANDLED
    if isinstance(value, DayOnly):
        if question is not None:
            ask_part(playing, step, msgspec.structs.replace(question, part="time", day=value.day.isoformat()))
        return None
    return take_value(playing, step, value)


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


def _keep(playing: Playing, spec: SlotSpec, value: object) -> bool:
    """Put a checked value into its slot; nothing, or a value of another kind, is no answer."""
    fitted = fit(spec, value, zone=playing.bot.timezone)
    return fitted is not None and not isinstance(fitted, Misfit) and playing.fill(spec.name, value)
