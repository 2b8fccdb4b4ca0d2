"""A campaign's single message, filled for one person: its text, its buttons, its SMS form, and the way out.

Marketing carries the chip that says STOP, and the word STOP in its SMS, as the messages of a bot's scenes do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.text import Template, parse_template
from rbm_bots.delivery.campaigns.spec import Link, SingleMessage
from rbm_bots.messages import V10, Dial, Message, OpenUrl, Postback, Reply, Suggestion, Text, require_valid
from rbm_bots.messages.degrade import degrade
from rbm_bots.rules.stop import STOP_STEP
from rbm_bots.words import fold

__all__ = ["Composer"]

_STOP_WORD = "stop"


@dataclass(frozen=True, slots=True)
class _Cells:
    """One person's cells as the scope of a text."""

    cells: Mapping[str, str]
    language: str
    timezone: ZoneInfo
    now: datetime

    def lookup(self, path: tuple[str, ...]) -> object:
        return self.cells.get(path[0]) or None

    def missing(self, path: tuple[str, ...]) -> None:
        """Whoever has an empty cell that matters was left out when the audience was read."""


class Composer:
    """Makes the messages of one variant. ``marketing``: they say how to object."""

    def __init__(self, message: SingleMessage, bot: Bot, *, marketing: bool) -> None:
        self._text = parse_template(message.text)
        self._sms = parse_template(message.sms) if message.sms else None
        self._links = [(link, parse_template(link.url)) for link in message.links]
        self._bot = bot
        self._marketing = marketing

    def compose(self, cells: Mapping[str, str], *, now: datetime) -> Message:
        """The message for a person with these cells. Raises ``MessageFaulty`` when no phone would show it."""
        scope = _Cells(cells, self._bot.languages[0], self._bot.timezone, now)
        chips = tuple(_suggestion(link, url, scope) for link, url in self._links)
        plain = Message(content=Text(text=self._text.render(scope)), chips=chips)
        sms, options = self._sms_form(plain, scope)
        if self._marketing:
            label = self._bot.sentences["rbm.stop_chip"].render(scope)
            postback = Postback(bot_version=self._bot.version, talk=0, turn=0, step=STOP_STEP, option="stop").pack()
            chips = (*chips[: V10.chips - 1], Reply(label=label, postback=postback))
        made = Message(content=plain.content, chips=chips, sms=sms, sms_options=options)
        require_valid(made, now=now)
        return made

    def _sms_form(self, message: Message, scope: _Cells) -> tuple[str, tuple[str, ...]]:
        options: tuple[str, ...] = ()
        if self._sms is not None:
            words = self._sms.render(scope)
        else:
            simple = degrade(message, ()).message
            assert isinstance(simple.content, Text)
            words, options = simple.content.text, simple.sms_options
        if not self._marketing or _STOP_WORD in fold(words).split():
            return words[: V10.text], options
        way_out = self._bot.sentences["rbm.stop_sms"].render(scope)
        return f"{words[: V10.text - len(way_out) - 1]}\n{way_out}", options


def _suggestion(link: Link, url: Template, scope: _Cells) -> Suggestion:
    if link.url:
        return OpenUrl(label=link.label, url=url.render(scope), postback=link.label)
    if link.dial:
        return Dial(label=link.label, phone=link.dial, postback=link.label)
    return Reply(label=link.label, postback=link.label)
