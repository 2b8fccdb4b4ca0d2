"""``rendezvous``: fill a datetime from free times (bot language 6.4, 19).

The step makes two kinds of calls. ``find`` is the brand's: it gives free times, those that others hold already left
out. They are offered, and the question is open. What the person chooses is held by the built-in ``rbm.hold`` for as
long as the step says; only when it is held is the slot filled. Somebody was quicker: the person is told so, and times
are looked for again. «Other dates» and a day or hour that is not on the screen look for times too, after the last one
shown or from that day on; an hour that was asked for and is free is then among those that are shown.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

import msgspec

from rbm_bots.botfile.services import Rendezvous
from rbm_bots.clock import require_aware
from rbm_bots.dialogue.free_times import choose_times
from rbm_bots.dialogue.outcome import GO_ON, WAIT, Outcome
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_anew
from rbm_bots.dialogue.render import say_sentence
from rbm_bots.dialogue.session import Question
from rbm_bots.dialogue.stored import NotStorable, Stored, restore
from rbm_bots.dialogue.verbs.do import failed
from rbm_bots.offers import NotSlots, read_slots

__all__ = ["SLOT_TAKEN", "find_from_day", "find_more", "found", "hold", "play_rendezvous", "taken"]

SLOT_TAKEN: Final = "slot_taken"
"""What ``rbm.hold`` says when somebody was quicker: an error code, or its result."""

_HOLD: Final = "rbm.hold"


def play_rendezvous(playing: Playing, step: Rendezvous) -> Outcome | None:
    """Look for free times, unless the slot is filled."""
    if playing.is_filled(step.slot):
        return GO_ON
    return _find(playing, step)


def _find(
    playing: Playing, step: Rendezvous, *, after: datetime | None = None, wanted: datetime | None = None
) -> Outcome | None:
    """Call ``find``: for times ``after`` an instant, and perhaps for one that is ``wanted``."""
    try:
        args = {name: data.value(playing) for name, data in step.args.items()}
        playing.call(step.find, args, after=after, offers=True)
    except NotStorable:
        playing.note("call_not_made", step=step.name)
        return failed(playing, step, "error")
    shown = playing.question.shown if playing.question is not None else ()
    _wait_for(playing, Question(step=step.name, calling="find", shown=shown, after=after, wanted=wanted))
    return WAIT


def find_more(playing: Playing, step: Rendezvous) -> Outcome | None:
    """«Other dates»: times after the last one shown."""
    shown = playing.question.shown if playing.question is not None else ()
    return _find(playing, step, after=max((one.start for one in shown), default=None))


def find_from_day(playing: Playing, step: Rendezvous, day: date, *, wanted: datetime | None = None) -> Outcome | None:
    """Times from a day on that the person named, and perhaps the hour they named."""
    begins = require_aware(datetime.combine(day, time(), tzinfo=playing.timezone))
    return _find(playing, step, after=begins if begins > playing.now else None, wanted=wanted)


def found(playing: Playing, step: Rendezvous, *, result: Stored, error: str | None) -> Outcome | None:
    """Offer what ``find`` gave; nothing free leads to ``none``."""
    question = playing.question or Question(step=step.name)
    try:
        slots = read_slots(restore(result)) if error is None else []
    except NotSlots:
        error = "error"
    if error is not None:
        return failed(playing, step, error)
    if not slots:
        return step.none
    later = [slot for slot in slots if question.after is None or slot.start > question.after]
    shown = choose_times(playing, step, later or slots, question.wanted)
    ask_anew(playing, step, Question(step=step.name, shown=tuple(shown)))
    return WAIT


def hold(playing: Playing, step: Rendezvous, at: datetime) -> None:
    """Keep the chosen instant for the person; its answer goes on."""
    question = playing.question or Question(step=step.name)
    playing.call(_HOLD, {"at": at, "until": playing.now + step.hold, "find": step.find})
    playing.question = msgspec.structs.replace(question, calling="hold", wanted=at)


def taken(playing: Playing, step: Rendezvous) -> Outcome | None:
    """Somebody was quicker: say so, and look again."""
    playing.note(SLOT_TAKEN, step=step.name)
    say_sentence(playing, SLOT_TAKEN)
    return _find(playing, step)


def _wait_for(playing: Playing, question: Question) -> None:
    """Nobody may answer until the call is back; the time limit of the question rests."""
    playing.close_question()
    playing.question = msgspec.structs.replace(question, turn=playing.turn)
