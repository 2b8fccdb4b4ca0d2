"""``turn``: one event from outside, and all the bot does until it waits again. Pure.

Theory of operation. The same bot, session, event, instant, cause and facts always give the same
session and the same effects. Nothing here waits, reads a clock, draws a number or touches a table: the worker hands
in what it read after taking the conversation's lock, and writes what comes out in one transaction. Ids of messages
and calls are made from ``cause`` and a rank, so a turn that is repeated after a crash makes the same rows again.

A word of the person is read in one fixed order, and the first reader that does not return ``UNHANDLED`` has
consumed it: STOP and START; a tap, or the words or number of one; ``always``; the open question; ``hears``;
``faq``; and last whoever answers what nobody understood. Readers change a
:class:`~rbm_bots.dialogue.playing.Playing`; verbs send, and name what comes next; the player loops over steps until
a question is open, a call is under way or the talk is over.

An action (``do``, or an async check) ends the call of ``turn`` in the middle of a turn of the language: the session
keeps ``waiting_for``, and the turn goes on with :class:`~rbm_bots.events.CallReturned`. Meanwhile only STOP and
START are heard; anything else is dropped with a note, because the worker keeps it back. What the turn used up
(steps, messages, calls, time of actions) is counted in the session, across those calls.

Time limits of questions are timers named after the turn that asked; one that fires when its question is gone, or before
it is due, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from rbm_bots.botfile.model import Bot, Do, Target, Wait
from rbm_bots.dialogue.answers.plain import LONGEST
from rbm_bots.dialogue.compose import compose
from rbm_bots.dialogue.effects import Effect
from rbm_bots.dialogue.facts import Facts
from rbm_bots.dialogue.player import apologise, go, play, resume
from rbm_bots.dialogue.playing import LIMITS, Playing, TurnTooLong
from rbm_bots.dialogue.question import open_step
from rbm_bots.dialogue.readers.lost import take_lost
from rbm_bots.dialogue.readers.opt import read_consent
from rbm_bots.dialogue.readers.phrases import read_always, read_faq, read_hears
from rbm_bots.dialogue.readers.question import give_up, read_answer, take_checked
from rbm_bots.dialogue.readers.taps import read_label, read_number_of_line, take_tap, tap_key
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.session import Session
from rbm_bots.dialogue.verbs.do import returned
from rbm_bots.events import CallReturned, Event, Received, Said, SentFile, SentLocation, Started, Tapped, TimerFired
from rbm_bots.messages import Postback, read_postback
from rbm_bots.rules.stop import STOP_STEP, mentions_stop

__all__ = ["Turn", "turn"]

_PLAYED: Final = (Said, Tapped, SentFile, SentLocation, Received, Started, TimerFired, CallReturned)
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
    if not isinstance(event, _PLAYED):
        return Turn(session=session)
    playing = Playing(bot, session, now=now, cause=cause, facts=facts)
    try:
        _take(playing, event)
    except TurnTooLong as limit:
        playing.note("turn_too_long", step=playing.step.name if playing.step else "", name=limit.limit)
        apologise(playing)
    sends = compose(playing)
    return Turn(session=playing.finish(), effects=(*sends, *playing.effects), trail=tuple(playing.trail))


def _take(playing: Playing, event: Event) -> None:
    if isinstance(event, CallReturned):
        _take_result(playing, event)
    elif playing.waiting_for is not None:
        _take_while_calling(playing, event)
    elif isinstance(event, TimerFired):
        _take_timer(playing, event)
    else:
        _take_word(playing, event)


def _take_while_calling(playing: Playing, event: Event) -> None:
    tap = read_postback(event.postback) if isinstance(event, Tapped) else None
    if tap is not None and tap.step == STOP_STEP:
        take_tap(playing, tap, current=False)
    elif not isinstance(event, Said) or read_consent(playing, event.text) is UNHANDLED:
        playing.note("dropped_while_calling")


def _take_result(playing: Playing, event: CallReturned) -> None:
    if playing.waiting_for is None or event.call != playing.waiting_for:
        playing.note("late_result")
        return
    if playing.called_at is not None:
        playing.action_ms += max(int((playing.now - playing.called_at).total_seconds() * 1000), 0)
    playing.waiting_for = playing.called_at = None
    if _lost_in_version(playing):
        _start(playing)
        return
    if playing.action_ms > LIMITS.action_ms:
        raise TurnTooLong("action_ms")
    step = playing.step
    if playing.question is not None and playing.question.checking:
        take_checked(playing, result=event.result, error=event.error)
    elif isinstance(step, Do):
        resume(playing, returned(playing, step, result=event.result, error=event.error))


def _take_timer(playing: Playing, event: TimerFired) -> None:
    question = playing.question
    due = question.due if question is not None and question.timer == event.name else None
    if due is None or playing.now < due or _lost_in_version(playing):
        playing.note("timer_ignored")
        return
    step = open_step(playing)
    if _lapse(playing, playing.now) or step is None:
        return
    _begin_turn(playing)
    playing.note("timeout", step=step.name)
    give_up(playing, step)


def _take_word(playing: Playing, event: Event) -> None:
    tap = read_postback(event.postback) if isinstance(event, Tapped) else None
    if isinstance(event, Tapped) and event.tap == "action":
        _count_button(playing, tap)
        return
    if tap is not None and tap_key(tap) == playing.last_tap:
        playing.note("tapped_twice")
        return
    over = _lapse(playing, playing.said_at)
    lost = not over and _lost_in_version(playing)
    stranger, seen = lost or playing.turn == 0, playing.turn
    _begin_turn(playing)
    playing.turn += 1
    playing.last_word = playing.said_at
    playing.last_tap = tap_key(tap) if tap is not None else ""
    if tap is not None:
        take_tap(playing, tap, current=tap.turn == seen)
    elif isinstance(event, Started):
        _start(playing)
    else:
        _read(playing, event, seen=seen, stranger=stranger)


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


def _count_button(playing: Playing, tap: Postback | None) -> None:
    screen = playing.screen(tap.turn) if tap is not None else None
    options = screen.options if screen is not None else ()
    goal = next((o.goal for o in options if tap and (o.step, o.option) == (tap.step, tap.option)), "")
    playing.note("button", step=tap.step if tap is not None else "")
    playing.goal(goal, step=tap.step if tap is not None else "")


def _begin_turn(playing: Playing) -> None:
    """An event from outside: what a turn may use up counts from zero."""
    playing.steps = playing.messages = playing.calls = playing.action_ms = 0


def _lapse(playing: Playing, since: datetime) -> bool:
    """End a session without a word when the person was silent for too long."""
    if playing.last_word is None or since - playing.last_word <= playing.bot.expires:
        return False
    playing.note("session_over")
    playing.end_talk()
    playing.stored.pop("session", None)
    playing.unknown = 0
    playing.last_tap = ""
    return True


def _lost_in_version(playing: Playing) -> bool:
    """Go on in another version of the bot at the same step names; ``True``: one is gone, and the talk has ended."""
    before = playing.before
    if before.version == playing.bot.version or not before.frames:
        return False
    step, question = playing.step, playing.question
    same = question is None or (isinstance(step, Wait) and step.name == question.step)
    if len(playing.frames) == len(before.frames) and same:
        return False
    playing.note("version_lost")
    playing.end_talk()
    return True


def _start(playing: Playing) -> None:
    """A new talk from the beginning."""
    playing.begin_talk()
    go(playing, Target(kind="start"))
    play(playing)
