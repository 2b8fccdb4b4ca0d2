"""Private slots out of sight: their values, in every form a message may show them in, and the words that filled them.

What a slot held once stays masked for the rest of the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from rbm_bots.botfile.filters import apply, plain
from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.python_flows import FlowRefused, with_flows
from rbm_bots.botfile.slots import ChoiceSlot, SlotSpec
from rbm_bots.dialogue import Session, restore
from rbm_bots.testing.talks import Pattern
from rbm_bots.values import File, Location

__all__ = ["Mask"]

_MASKED: Final = "•••"
_FORMS: Final = ("day", "date", "time", "short", "number", "euros")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where and when a value is written."""

    language: str
    timezone: ZoneInfo
    now: datetime


class Mask:
    """Learns what is private in one conversation with ``bot``, and masks it."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._private = [spec for spec in bot.slots.values() if spec.private]
        self._secrets: set[str] = set()

    def is_asked_for(self, session: Session) -> bool:
        """Whether the open question fills a private slot: then the answer is private, right or wrong."""
        if session.question is None:
            return False
        try:
            bot = with_flows(self._bot, restore(session.built))
        except FlowRefused:
            return bool(self._private)  # nobody knows what it asks
        return getattr(bot.step(session.question.step), "slot", None) in {spec.name for spec in self._private}

    def learn(self, session: Session, at: datetime) -> None:
        """Remember what private slots hold now."""
        for spec in self._private:
            value = restore(session.slots.get(spec.keep, {}).get(spec.name))
            place = _Place(language=session.language, timezone=self._bot.timezone, now=at)
            self._secrets.update(form for form in _forms(spec, value, place) if form.strip())

    def all_of(self, words: str) -> str:
        """Nothing but that there were words."""
        return _MASKED if words else ""

    def words(self, words: str) -> str:
        """``words`` with what is private masked where it stands whole; the longest first."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            words = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", _MASKED, words)
        return words

    def message(self, shown: Mapping[str, Pattern]) -> dict[str, Pattern]:
        """A message with what is private masked."""
        return {key: self._value(value) for key, value in shown.items()}

    def _value(self, value: Pattern) -> Pattern:
        if isinstance(value, tuple):
            return tuple(map(self.words, value))
        return self.words(value) if isinstance(value, str) else value


def _forms(spec: SlotSpec, value: object, place: _Place) -> Iterator[str]:
    """How a value may look in a message."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _forms(spec, item, place)
        return
    if isinstance(value, File):
        yield from (value.url, value.name or "")
    elif isinstance(value, Location):
        yield from (str(value.lat), str(value.lng), value.label or "")
    elif isinstance(value, str):
        yield from _labels(spec, value) if isinstance(spec, ChoiceSlot) else (value, value.upper(), value.lower())
    else:
        yield plain(value, place)
        yield from (plain(apply(name, value, place, ()), place) for name in _FORMS)


def _labels(spec: ChoiceSlot, chosen: str) -> Iterator[str]:
    """What people see of an option, in every language; its id is for the machine."""
    for option in spec.options:
        if option.id == chosen:
            yield from (template.source for template in option.label.templates.values())
