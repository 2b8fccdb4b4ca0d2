"""A message on its way out of a turn: its content, and what is offered with it, before its SMS form is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from rbm_bots.botfile.text import Text
from rbm_bots.dialogue.effects import MessageClass
from rbm_bots.messages import Content, Suggestion

__all__ = ["OPTIONS", "Offered", "Outgoing", "cut"]

OPTIONS: Final = "\x00"
"""Stands for ``{{ options }}`` until the suggestions of a message are final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One suggestion. ``sms``: shown by SMS with a number, by its words alone, or not at all.

    ``sms_label``: what an SMS says in the label's place.
    """

    suggestion: Suggestion
    sms: Literal["number", "words", "hidden"] = "number"
    sms_label: str | None = None


@dataclass(slots=True, kw_only=True)
class Outgoing:
    """One message. ``card_offers`` has a list for each card, in order.

    ``sms`` is the author's own text; ``sms_words`` what it said when the message was sent, with :data:`OPTIONS` where
    the lines of options belong. ``sms_titles``: whether an SMS names the cards. ``message_class`` is that of the turn
    unless it is given.
    """

    step: str
    content: Content
    offers: list[Offered] = field(default_factory=list)
    card_offers: list[list[Offered]] = field(default_factory=list)
    sms: Text | None = None
    sms_words: str = ""
    sms_titles: bool = True
    message_class: MessageClass | None = None


def cut(text: str, limit: int) -> str:
    """``text`` within ``limit`` characters, the last one «…» when something had to go."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
