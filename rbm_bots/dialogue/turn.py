"""``turn``: one event from outside, and all the bot does until it waits again. Pure.

Theory of operation. The same bot, session, event, instant, cause and facts always give the same
session and the same effects. Nothing here waits, reads a clock, draws a number or touches a table: the worker hands
in what it read after taking the conversation's lock, and writes what comes out in one transaction. Ids of messages
and calls are made from ``cause`` and a rank, so a turn that is repeated after a crash makes the same rows again.

A word of the person is read in one fixed order, and the first reader that does not return ``UNHANDLED`` has
consumed it: STOP and START; a human who has the conversation; a tap, or the words or number of one; ``always``; the
open question; ``hears``; ``faq``; and last whoever answers what nobody understood. Readers change a
:class:`~rbm_bots.dialogue.playing.Playing`; verbs send, and name what comes next; the player loops over steps until
a question is open, a call is under way, a human has taken over or the talk is over.

An action (``do``, the free times of a ``rendezvous`` and their hold, an async check, or Python that builds a flow)
ends the call of ``turn`` in the middle of a turn of the language: the session keeps ``waiting_for``, and the turn goes
on with :class:`~rbm_bots.events.CallReturned`. Meanwhile only STOP and START are heard; anything else is dropped with a
note, because the worker keeps it back. What the turn used up (steps, messages, calls, time of actions) is counted in
the session, across those calls.

Time limits of questions are timers named after the turn that asked, those of human help and of reminders after what
they belong to; one that fires when that is gone, or before it is due, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from rbm_bots.botfile.model import Bot, Build, Do, Target
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.dialogue.answers.plain import LONGEST
from rbm_bots.dialogue.compose import compose
from rbm_bots.dialogue.effects import Effect
from rbm_bots.dialogue.facts import Facts
from rbm_bots.dialogue.lapse import lapse, lost_in_version
from rbm_bots.dialogue.limits import LIMITS, TurnTooLong
from rbm_bots.dialogue.player import go, play, stop_turn
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.rating import ask_for_marks, close_rating
from rbm_bots.dialogue.readers.due import take_timer
from rbm_bots.dialogue.readers.human import take_agent, take_for_human
from rbm_bots.dialogue.readers.lost import take_lost
from rbm_bots.dialogue.readers.opt import read_consent, stop
from rbm_bots.dialogue.readers.phrases import read_always, read_faq, read_hears
from rbm_bots.dialogue.readers.question import read_answer
from rbm_bots.dialogue.readers.result import take_built, take_result
from rbm_bots.dialogue.readers.taking import take_checked
from rbm_bots.dialogue.readers.taps import count_button, read_label, read_number_of_line, take_tap, tap_key
from rbm_bots.dialogue.readers.times import take_times
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.scenes import settle_scene, start_scene, take_checked_column
from rbm_bots.dialogue.session import Session
from rbm_bots.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    CallReturned,
    Event,
    Received,
    Said,
    SceneStarted,
    SentFile,
    SentLocation,
    Started,
    Tapped,
    TimerFired,
)
from rbm_bots.messages import read_postback
from rbm_bots.rules.stop import is_stop_tap, mentions_stop

__all__ = ["Turn", "turn"]

_WORDS: Final = (Said, Tapped, SentFile, SentLocation, Received, Started)
_OTHERS: Final = (TimerFired, CallReturned, AgentJoined, AgentSaid, AgentLeft, SceneStarted)
_NO_FACTS: Final = Facts()


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn leaves: the next session, what is to be done, and the names of the steps that were passed."""

    session: Session
    effects: tuple[Effect, ...] = ()
    trail: tuple[str, ...] = ()


def turn(bot: Bot, session: Session, event: Event, *, now: datetime, cause: str, facts: Facts = _NO_FACTS) -> Turn:
    """Play one event. ``cause`` names the journal row that brought it.

    Events that a bot does not answer (receipts, typing, revealed addresses) leave the session as it is.
    """
    if not isinstance(event, _WORDS + _OTHERS):
        return Turn(session=session)
    playing = Playing(bot, session, now=now, cause=cause, facts=facts)
    try:
        _take(playing, event)
    except TurnTooLong as limit:
        playing.note("turn_too_long", step=playing.step.name if playing.step else "", name=limit.limit)
        stop_turn(playing)
    settle_scene(playing)
    close_rating(playing)
    ask_for_marks(playing)
    sends = compose(playing)
    return Turn(session=playing.finish(), effects=(*sends, *playing.effects), trail=tuple(playing.trail))


def _take(playing: Playing, event: Event) -> None:
    if isinstance(event, CallReturned):
        _take_result(playing, event)
    elif playing.waiting_for is not None:
        _take_while_calling(playing, event)
    elif isinstance(event, _WORDS):
        _take_word(playing, event)
    else:
        _take_other(playing, event)


def _take_other(playing: Playing, event: Event) -> None:
    """What does not come from the person: a timer, the human at the desk, a campaign."""
    if isinstance(event, TimerFired):
        take_timer(playing, event.name)
        return
    playing.begin_turn()
    lapse(playing, playing.now)
    lost_in_version(playing)
    if isinstance(event, SceneStarted):
        start_scene(playing, event)
    elif isinstance(event, AgentJoined | AgentSaid | AgentLeft):
        take_agent(playing, event)


def _take_while_calling(playing: Playing, event: Event) -> None:
    if _is_stop_tap(event):
        stop(playing)
    elif not isinstance(event, Said) or read_consent(playing, event.text) is UNHANDLED:
        playing.note("dropped_while_calling")


def _take_result(playing: Playing, event: CallReturned) -> None:
    if playing.facts.left == "state_unreadable":
        _start(playing)
        return
    if playing.waiting_for is None or event.call != playing.waiting_for:
        playing.note("late_result")
        return
    if playing.called_at is not None:
        playing.action_ms += max(int((playing.now - playing.called_at).total_seconds() * 1000), 0)
    playing.waiting_for = playing.called_at = None
    if lost_in_version(playing):
        _start(playing)
        return
    if playing.action_ms > LIMITS.action_ms:
        raise TurnTooLong("action_ms")
    step, question = playing.step, playing.question
    if playing.scene is not None and playing.scene.unchecked:
        take_checked_column(playing, result=event.result, error=event.error)
    elif question is not None and question.calling == "check":
        _take_checked(playing, event, said=question.said)
    elif isinstance(step, Rendezvous):
        take_times(playing, step, result=event.result, error=event.error)
    elif isinstance(step, Do):
        take_result(playing, step, result=event.result, error=event.error)
    elif isinstance(step, Build):
        take_built(playing, step, result=event.result, error=event.error)


def _take_checked(playing: Playing, event: CallReturned, *, said: str) -> None:
    """After a check that said no, the words may still be a phrase that the bot hears."""
    if take_checked(playing, result=event.result, error=event.error) is not UNHANDLED:
        return
    for read in (read_hears, read_faq):
        if said and read(playing, said[:LONGEST]) is not UNHANDLED:
            return
    take_lost(playing, stranger=False)


def _take_word(playing: Playing, event: Event) -> None:
    tap = read_postback(event.postback) if isinstance(event, Tapped) else None
    if isinstance(event, Tapped) and event.tap == "action":
        count_button(playing, tap)
        return
    if tap is not None and tap_key(tap) == playing.last_tap:
        playing.note("tapped_twice")
        return
    over = lapse(playing, playing.said_at)
    lost = not over and lost_in_version(playing)
    stranger, seen = lost or playing.last_word is None, playing.turn
    playing.begin_turn()
    playing.turn += 1
    playing.last_word = playing.said_at
    playing.last_tap = tap_key(tap) if tap is not None else ""
    playing.answer_scene()
    if playing.facts.left != "new_talk" and (lost or playing.facts.left):
        _begin_again(playing, event)
    elif playing.help is not None:
        _take_with_human(playing, event)
    elif tap is not None:
        take_tap(playing, tap, current=tap.turn == seen)
    elif isinstance(event, Started):
        _start(playing)
    else:
        _read(playing, event, seen=seen, stranger=stranger)


def _begin_again(playing: Playing, event: Event) -> None:
    """The talk could not go on: ``start``, whatever was said or tapped; only STOP and START come before it."""
    if _is_stop_tap(event):
        stop(playing)
    elif not isinstance(event, Said) or read_consent(playing, event.text) is UNHANDLED:
        _start(playing)


def _take_with_human(playing: Playing, event: Event) -> None:
    if _is_stop_tap(event):
        stop(playing)
    elif not isinstance(event, Said) or read_consent(playing, event.text) is UNHANDLED:
        take_for_human(playing, event)


def _read(playing: Playing, event: Event, *, seen: int, stranger: bool) -> None:
    """The readers, in their order."""
    if isinstance(event, Tapped):  # a chip of another system: its label is what the person said
        event = Said(text=event.label or "")
    if isinstance(event, Said):
        _read_words(playing, event, seen=seen, stranger=stranger)
    elif not isinstance(event, SentFile | SentLocation) or read_answer(playing, event) is UNHANDLED:
        take_lost(playing, stranger=stranger)


def _read_words(playing: Playing, event: Said, *, seen: int, stranger: bool) -> None:
    text = event.text[:LONGEST]  # phrases and labels are short; only a text slot may want more
    playing.offers_stop = mentions_stop(text)
    readers: tuple[Callable[[], Unhandled | None], ...] = (
        lambda: read_consent(playing, text),
        lambda: read_label(playing, text, turn=seen),
        lambda: read_number_of_line(playing, text, turn=seen),
        lambda: read_always(playing, text),
        lambda: read_answer(playing, event),
        lambda: read_hears(playing, text),
        lambda: read_faq(playing, text),
    )
    for read in readers:
        if read() is not UNHANDLED:
            return
    take_lost(playing, stranger=stranger)


def _is_stop_tap(event: Event) -> bool:
    return isinstance(event, Tapped) and is_stop_tap(event.postback)


def _start(playing: Playing) -> None:
    """A new talk from the beginning."""
    playing.begin_talk()
    go(playing, Target(kind="start"))
    play(playing)
