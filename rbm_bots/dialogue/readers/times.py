"""The answer to a rendezvous: a time on the screen, another day or hour, other dates (bot language 6.4, 19).

A typed answer is read like any day and hour. A time that is shown is taken; for any other, times are looked for from
that day on. A day alone that is on the screen asks for the hour, with the hours of that day.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from rbm_bots.botfile.services import Rendezvous
from rbm_bots.clock import parse_instant, require_aware
from rbm_bots.dialogue.answers import NOT_UNDERSTOOD, DayOnly, understand
from rbm_bots.dialogue.free_times import local_day
from rbm_bots.dialogue.outcome import Outcome
from rbm_bots.dialogue.player import resume
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_part
from rbm_bots.dialogue.readers.taking import hearing_of, take_value
from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled
from rbm_bots.dialogue.session import Option
from rbm_bots.dialogue.stored import Stored
from rbm_bots.dialogue.verbs.do import failed
from rbm_bots.dialogue.verbs.rendezvous import SLOT_TAKEN, find_from_day, find_more, found, hold, taken
from rbm_bots.events import Said, SentFile, SentLocation

__all__ = ["read_time", "take_time", "take_times"]


def read_time(playing: Playing, step: Rendezvous, event: Said | SentFile | SentLocation) -> Unhandled | None:
    """Take what the person wrote as a day, an hour, or both."""
    spec = playing.bot.slots[step.slot]
    value = understand(spec, event, hearing_of(playing, spec))
    if isinstance(value, DayOnly):
        _take_day(playing, step, value)
    elif isinstance(value, datetime):
        at = require_aware(value)
        if _is_shown(playing, at):
            hold(playing, step, at)
        else:
            _go_on(playing, find_from_day(playing, step, local_day(playing, at), wanted=at))
    elif value is NOT_UNDERSTOOD:
        return UNHANDLED
    return None


def take_time(playing: Playing, step: Rendezvous, option: Option) -> bool:
    """Take a tap on a time or on «other dates»; ``False`` when that time is not on offer any more."""
    if option.kind == "more":
        _go_on(playing, find_more(playing, step))
        return True
    at = parse_instant(str(option.value))
    if at is None or not _is_shown(playing, at):
        return False
    hold(playing, step, at)
    return True


def take_times(playing: Playing, step: Rendezvous, *, result: Stored, error: str | None) -> None:
    """Go on with the free times that were found, or with the time that is held now."""
    question = playing.question
    if question is None or question.calling != "hold":
        _go_on(playing, found(playing, step, result=result, error=error))
    elif SLOT_TAKEN in (error, result):
        _go_on(playing, taken(playing, step))
    elif error is not None:
        _go_on(playing, failed(playing, step, error))
    else:
        playing.question = msgspec.structs.replace(question, calling="")
        at = question.wanted.astimezone(playing.timezone) if question.wanted is not None else None
        take_value(playing, step, at, chosen=True)


def _take_day(playing: Playing, step: Rendezvous, value: DayOnly) -> None:
    question = playing.question
    if question is not None and any(local_day(playing, one.start) == value.day for one in question.shown):
        ask_part(playing, step, msgspec.structs.replace(question, part="time", day=value.day.isoformat()))
    else:
        _go_on(playing, find_from_day(playing, step, value.day))


def _is_shown(playing: Playing, at: datetime) -> bool:
    return playing.question is not None and any(one.start == at for one in playing.question.shown)


def _go_on(playing: Playing, outcome: Outcome | None) -> None:
    resume(playing, outcome, done=False)
