"""Reminders of appointments: timers that a ``do`` arms, moves or cancels, and what they say (bot language 6.6).

A reminder must outlive its talk: when it is due, the slots that its text speaks of are long empty. So arming one keeps
a copy of those slots beside its reference, and the text is filled when it is sent. Its instants are rows of the timer
table; one that is past when it is armed is left out. Moving an appointment takes the slots that are filled then in
place of the old ones, reckons ``at`` anew and arms every instant again. A reminder is kept until its appointment
begins, because it may still be moved after it has been sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from rbm_bots.botfile.model import Chip, Do
from rbm_bots.botfile.parts import dig
from rbm_bots.botfile.services import Reminder
from rbm_bots.botfile.text import Data, Text
from rbm_bots.clock import require_aware
from rbm_bots.dialogue.chips import offer_chips, words_of
from rbm_bots.dialogue.effects import ClearTimer, SetTimer
from rbm_bots.dialogue.fit import instant_of
from rbm_bots.dialogue.outgoing import Outgoing
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.question import ask_again
from rbm_bots.dialogue.scope import View
from rbm_bots.dialogue.session import Armed
from rbm_bots.dialogue.stored import restore
from rbm_bots.messages import V10
from rbm_bots.messages import Text as TextContent

__all__ = ["REMINDER", "plan_reminders", "take_reminder", "timers_of"]

REMINDER: Final = "remind/"
"""How the names of their timers begin."""

_MOST: Final = 12
_AGAIN: Final = timedelta(minutes=5)


def plan_reminders(playing: Playing, step: Do) -> None:
    """What a ``do`` that has worked does to reminders: cancel, move, arm."""
    _forget_past(playing)
    if step.cancels is not None:
        _cancel(playing, _reference(playing, step.cancels))
    if step.moves is not None:
        _move(playing, _reference(playing, step.moves))
    if step.remind is not None:
        ref = _reference(playing, step.remind.ref)
        _cancel(playing, ref)
        _arm(playing, step, step.remind, ref, {})


def take_reminder(playing: Playing, name: str) -> None:
    """A timer of a reminder came due: say it, now or when no human is there any more."""
    armed = next((one for one in playing.reminders if name in timers_of(one)), None)
    due = next((at for at in armed.due if _timer(armed, at) == name), None) if armed is not None else None
    step = playing.bot.step(armed.step) if armed is not None else None
    if armed is None or due is None or not isinstance(step, Do) or step.remind is None or playing.now >= armed.at:
        playing.note("timer_ignored")
        return
    if playing.help is not None:
        playing.effects.append(SetTimer(name=name, at=playing.now + _AGAIN))
        return
    left = tuple(at for at in armed.due if at != due)
    playing.reminders[playing.reminders.index(armed)] = msgspec.structs.replace(armed, due=left)
    _say(playing, step.remind, armed)
    ask_again(playing)


def _say(playing: Playing, reminder: Reminder, armed: Armed) -> None:
    scope = _Remembered(playing, armed)
    words = words_of(playing, reminder.say, scope, limit=V10.text, step=armed.step)
    if not words:
        playing.note("text_empty", step=armed.step)
        return
    offers = offer_chips(
        playing, reminder.suggest, step=armed.step, most=V10.chips, scope=scope, prefix=f"r{armed.key}."
    )
    message = Outgoing(step=armed.step, content=TextContent(text=words), offers=offers, message_class="service")
    playing.send(message)


def _arm(playing: Playing, step: Do, reminder: Reminder, ref: str, before: dict[str, object]) -> None:
    """Arm every instant that is still to come. ``before``: the slots of the same reminder before it was moved."""
    names = {**before, **{name: kept for name in _spoken_of(playing, reminder) if (kept := _kept(playing, name))}}
    armed = Armed(key=playing.armed, ref=ref, step=step.name, at=playing.now, names=names)
    try:
        at = instant_of(reminder.at.value(_Remembered(playing, armed)), playing.timezone)
    except ValueError:
        at = None
    if not ref or at is None or at <= playing.now:
        playing.note("reminder_dropped", step=step.name)
        return
    start = require_aware(at)
    due = sorted({start - span for span in reminder.before if start - span > playing.now})
    armed = msgspec.structs.replace(armed, at=start, due=tuple(due))
    playing.armed += 1
    playing.reminders.append(armed)
    playing.effects += [SetTimer(name=_timer(armed, one), at=one) for one in due]
    while len(playing.reminders) > _MOST:
        playing.note("reminder_dropped", step=playing.reminders[0].step)
        _drop(playing, playing.reminders[0])


def _move(playing: Playing, ref: str) -> None:
    for armed in [one for one in playing.reminders if one.ref == ref]:
        _drop(playing, armed)
        step = playing.bot.step(armed.step)
        if isinstance(step, Do) and step.remind is not None:
            _arm(playing, step, step.remind, ref, dict(armed.names))


def _cancel(playing: Playing, ref: str) -> None:
    for armed in [one for one in playing.reminders if one.ref == ref]:
        _drop(playing, armed)


def _drop(playing: Playing, armed: Armed) -> None:
    playing.reminders.remove(armed)
    playing.effects += [ClearTimer(name=name) for name in timers_of(armed)]


def _forget_past(playing: Playing) -> None:
    playing.reminders[:] = [one for one in playing.reminders if one.at > playing.now]


def _reference(playing: Playing, data: Data) -> str:
    value = data.value(playing)
    return "" if value is None else str(value)


def timers_of(armed: Armed) -> list[str]:
    """The names of the timers that are still to fire."""
    return [_timer(armed, at) for at in armed.due]


def _timer(armed: Armed, at: datetime) -> str:
    return f"{REMINDER}{armed.key}/{at:%Y%m%dT%H%M%S}"


def _kept(playing: Playing, name: str) -> object:
    """What a slot (or the reference of a free time) holds, in stored form."""
    slot = name.removesuffix(".ref")
    return playing.stored.get(playing.bot.slots[slot].keep, {}).get(name)


def _spoken_of(playing: Playing, reminder: Reminder) -> Iterator[str]:
    """The slots that a reminder's texts, values and conditions read."""
    found: set[str] = set()
    _note_data(found, reminder.at)
    _note_text(found, reminder.say)
    for chip in reminder.suggest:
        _note_chip(found, chip)
    for name in sorted(found & playing.bot.slots.keys()):
        yield name
        yield f"{name}.ref"


def _note_chip(found: set[str], chip: Chip) -> None:
    _note_text(found, chip.label)
    for data in (*chip.set.values(), *chip.values.values()):
        _note_data(found, data)
    if chip.when is not None:
        found |= {path[0] for path in chip.when.paths}


def _note_data(found: set[str], data: Data) -> None:
    if data.text is not None:
        _note_text(found, data.text)
    for item in (*(data.items or ()), *(data.fields or {}).values()):
        _note_data(found, item)


def _note_text(found: set[str], text: Text) -> None:
    for template in text.templates.values():
        found |= {placeholder.path[0] for placeholder in template.placeholders}


class _Remembered(View):
    """The scope of a reminder: its own copy of slots comes first."""

    def __init__(self, playing: Playing, armed: Armed) -> None:
        super().__init__(playing)
        self._playing = playing
        self._armed = armed

    def lookup(self, path: tuple[str, ...]) -> object:
        """The value of ``name.part``."""
        name, names = path[0], self._armed.names
        if name not in names:
            return self._playing.lookup(path)
        if path[1:] == ("ref",) and f"{name}.ref" in names:
            return names[f"{name}.ref"]
        return dig(self._playing.shown(self._playing.bot.slots[name], restore(names[name])), path[1:])
