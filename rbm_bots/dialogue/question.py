"""The open question: how it is asked, asked again after an interrupt, and repeated after a wrong answer.

A question is a step that waits (``ask``, ``rendezvous`` or ``confirm``). Its text comes back with its own options each
time, because the chips of older messages are gone from the screen.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from rbm_bots.botfile.model import Ask, Confirm, Wait
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.botfile.text import Text
from rbm_bots.dialogue.chips import offer_chips
from rbm_bots.dialogue.free_times import day_offers, send_times
from rbm_bots.dialogue.options import by_words, confirm_offers, edit_offers, slot_offers, takes_digits
from rbm_bots.dialogue.outgoing import Offered
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.render import text_message
from rbm_bots.dialogue.session import Question
from rbm_bots.messages import V10

__all__ = ["ask", "ask_again", "ask_anew", "ask_part", "open_step", "repeat", "reprompt_for", "resume_timer"]

_REPROMPTS = 2
"""How many built-in ones a question has (bot language 6.3)."""


def open_step(playing: Playing) -> Wait | None:
    """The step whose question is open."""
    step = playing.step
    return step if playing.question is not None and isinstance(step, Wait) else None


def ask(playing: Playing, step: Wait) -> None:
    """Ask for the first time; attempts count from zero."""
    ask_anew(playing, step, Question(step=step.name))


def ask_anew(playing: Playing, step: Wait, question: Question) -> None:
    """Ask ``question``, which may have free times to choose from."""
    _send(playing, step, step.say, question)
    playing.open_question(question, step.timeout)


def ask_again(playing: Playing) -> None:
    """The question once more, no attempt lost: after an interrupt."""
    step, question = open_step(playing), playing.question
    if step is None or question is None or question.calling:
        return
    if question.part:
        ask_part(playing, step, question)
        return
    ask_anew(playing, step, question)


def ask_part(playing: Playing, step: Wait, question: Question) -> None:
    """A part of the question: the hour of a day, or what a refused confirmation should change."""
    if question.part == "time":
        _ask_hour(playing, step, question)
    else:
        sentence = playing.bot.sentences["rbm.edit_what"]
        message = text_message(playing, sentence, step=step.name)
        if message is not None and isinstance(step, Confirm):
            message.offers = edit_offers(playing, step)
            playing.send(message)
    playing.open_question(question, step.timeout)


def repeat(playing: Playing, step: Wait, text: Text) -> None:
    """After a wrong answer: ``text`` in the question's place, with its options."""
    question = playing.question
    assert question is not None, "only an open question is repeated"
    if question.part == "edit" and isinstance(step, Confirm):
        message = text_message(playing, text, step=step.name)
        if message is not None:
            message.offers = edit_offers(playing, step)
            playing.send(message)
    else:
        _send(playing, step, text, question)
    playing.open_question(msgspec.structs.replace(question, attempts=question.attempts + 1), step.timeout)


def reprompt_for(playing: Playing, step: Wait, question: Question) -> Text | None:
    """What is said after another wrong answer to ``question``; ``None``: the bot gives up.

    Where a refused confirmation asks what to change, the author's words about yes and no would be out of place.
    """
    attempts = question.attempts
    if attempts >= (_REPROMPTS if step.reprompt is None else len(step.reprompt)):
        return None
    if question.part == "edit":
        return playing.bot.sentences["rbm.reprompt.choice"]
    if step.reprompt is None:
        kind = playing.bot.slots[step.slot].type if isinstance(step, Ask | Rendezvous) else "confirm"
        return playing.bot.sentences.get(f"rbm.reprompt.{kind}")
    return step.reprompt[attempts]


def resume_timer(playing: Playing, left: timedelta) -> None:
    """Let the open question's time limit run on with what it had left."""
    if playing.question is not None:
        playing.open_question(playing.question, left)


def _ask_hour(playing: Playing, step: Wait, question: Question) -> None:
    """The hour of a day; of a rendezvous, with those on offer."""
    message = text_message(playing, playing.bot.sentences["rbm.what_time"], step="rbm/what_time")
    if message is not None:
        if isinstance(step, Rendezvous):
            message.offers = day_offers(playing, step, question.shown, date.fromisoformat(question.day))
        playing.send(message)


def _send(playing: Playing, step: Wait, text: Text, question: Question) -> None:
    if isinstance(step, Rendezvous):
        send_times(playing, step, text, question.shown)
        return
    message = text_message(playing, text, step=step.name, sms=step.sms if text is step.say else None)
    if message is None:
        return
    message.offers = _offers(playing, step)
    playing.send(message)


def _offers(playing: Playing, step: Wait) -> list[Offered]:
    offers = slot_offers(playing, step) if isinstance(step, Ask) else []
    if isinstance(step, Confirm):
        offers = confirm_offers(playing, step)
    skip = offers.pop() if isinstance(step, Ask) and step.skip is not None and offers else None
    room = V10.chips - len(offers) - (skip is not None)
    chips = offer_chips(playing, step.suggest, step=step.name, most=max(room, 0))
    digits = isinstance(step, Ask) and takes_digits(playing.bot.slots[step.slot])
    offers += map(by_words, chips) if digits else chips
    return [*offers, skip][: V10.chips] if skip is not None else offers[: V10.chips]
