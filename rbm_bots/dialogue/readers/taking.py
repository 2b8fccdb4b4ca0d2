"""What becomes of an answer that was understood: the brand's check, the slot, or another try (bot language 5, 9.3).

A check that says no with a reason is remembered, so that its own sentence takes the next reprompt's place. An async
check is a call: the turn goes on when it comes back, and words that it refused are then offered to the next readers.
"""

from __future__ import annotations

from datetime import date

import msgspec

from rbm_bots.botfile.model import Ask, Wait
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.botfile.slots import SlotSpec
from rbm_bots.dialogue.answers import Hearing
from rbm_bots.dialogue.fit import Misfit, fit
from rbm_bots.dialogue.options import choosables
from rbm_bots.dialogue.outcome import GO_ON
from rbm_bots.dialogue.player import go, play, resume
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import open_step, repeat, reprompt_for
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.stored import restore, store
from rbm_bots.errors import Reject

__all__ = ["accept", "give_up", "hearing_of", "take_checked", "take_value", "wrong_answer"]


def hearing_of(playing: Playing, spec: SlotSpec) -> Hearing:
    """How to listen to an answer for ``spec`` now."""
    question = playing.question
    return Hearing(
        now=playing.said_at,
        zone=playing.bot.timezone,
        language=playing.language,
        country=playing.bot.country,
        options=choosables(playing, spec),
        day=date.fromisoformat(question.day) if question is not None and question.day else None,
    )


def take_value(
    playing: Playing, step: Ask | Rendezvous, value: object, *, said: str = "", chosen: bool = False
) -> Unhandled | None:
    """Check a value and keep it. A refused one is not taken, unless it was ``chosen`` by a tap: then it is wrong.

    ``said``: the words it was read from.
    """
    spec = playing.bot.slots[step.slot]
    check = playing.bot.actions.checks.get(spec.check) if spec.check and playing.bot.actions is not None else None
    if check is not None and check.is_async and playing.question is not None:
        playing.call(f"check:{check.name}", {"value": value})
        playing.question = msgspec.structs.replace(playing.question, calling="check", said=store(said))
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
    if reason is None and _keep(playing, step, value):
        accept(playing)
        return None
    if chosen:
        wrong_answer(playing, reason=reason)
        return None
    playing.rejected = reason
    return UNHANDLED


def take_checked(playing: Playing, *, result: object, error: str | None) -> Unhandled | None:
    """The answer of an async check: a clean value; or a refusal, and then the words may be for somebody else."""
    step, question = open_step(playing), playing.question
    if not isinstance(step, Ask | Rendezvous) or question is None:
        return None
    playing.question = msgspec.structs.replace(question, calling="", said="")
    if error is None and _keep(playing, step, restore(result)):
        accept(playing)
        return None
    playing.rejected = error
    return UNHANDLED


def accept(playing: Playing) -> None:
    """The question is answered: the step is done."""
    playing.unknown = 0
    resume(playing, GO_ON)


def wrong_answer(playing: Playing, *, reason: str | None = None) -> None:
    """Say the next reprompt, or what the check's reason says in its place; without one left give up."""
    step, question = open_step(playing), playing.question
    if step is None or question is None:
        return
    text = reprompt_for(playing, step, question)
    if text is None:
        give_up(playing, step)
        return
    if reason and isinstance(step, Ask | Rendezvous):
        text = playing.bot.slots[step.slot].rejects.get(reason, text)
    if question.part == "time":
        playing.question = msgspec.structs.replace(question, part="", day="")
    repeat(playing, step, text)


def give_up(playing: Playing, step: Wait) -> None:
    """Too many wrong answers, or none in time."""
    playing.note("given_up", step=step.name)
    go(playing, step.give_up, reason=f"give_up:{step.name.replace('/', '.')}")
    play(playing)


def _keep(playing: Playing, step: Ask | Rendezvous, value: object) -> bool:
    """Put a checked value into its slot; nothing, or a value of another kind, is no answer."""
    spec = playing.bot.slots[step.slot]
    fitted = fit(spec, value, zone=playing.bot.timezone)
    if fitted is None or isinstance(fitted, Misfit) or not playing.fill(spec.name, value):
        return False
    question = playing.question
    if isinstance(step, Rendezvous) and question is not None:
        playing.keep_ref(spec.name, next((one.ref for one in question.shown if one.start == question.wanted), None))
    return True
