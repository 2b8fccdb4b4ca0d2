"""What a person can tap just now, and finding the one that is meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rbm_bots.emulator.phones import Message, Phone
from rbm_bots.emulator.refusals import ControlRefused

__all__ = ["Tap", "find_tap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One suggestion of one message: ``kind`` is ``reply`` or ``action``, ``body`` what stands in it."""

    message: Message
    kind: str
    body: dict[str, Any]

    @property
    def label(self) -> str:
        """The words on the button."""
        return str(self.body.get("displayText", ""))

    @property
    def postback(self) -> str | None:
        """The postback's data; ``None`` without a postback."""
        data = self.body.get("postback", {}).get("data")
        return None if data is None else str(data)


def find_tap(phone: Phone, *, bot: str | None, message: str | None, label: str | None, postback: str | None) -> Tap:
    """The newest suggestion that fits all that is named.

    Chips can be tapped while their message is the newest of its talk (GSMA), or when ``message`` names it: a tap that
    crossed with a newer message. Card suggestions stay. Raises ``ControlRefused`` when nothing fits, or two of one
    message do.
    """
    if label is None and postback is None:
        raise ControlRefused("a tap names a «label» or a «postback»")
    for offer in _offers(phone, bot, message):
        fits = [tap for tap in offer if label in (None, tap.label) and postback in (None, tap.postback)]
        if len({(tap.label, tap.postback) for tap in fits}) > 1:
            raise ControlRefused("several suggestions of that message fit: name label and postback")
        if fits:
            return fits[0]
    raise ControlRefused("the phone shows no such suggestion")


def _offers(phone: Phone, bot: str | None, message: str | None) -> Iterator[list[Tap]]:
    """The tappable suggestions of each message, newest message first."""
    newest: set[str] = set()
    for shown in reversed([each for each in phone.thread if each.shown]):
        is_newest = shown.bot not in newest
        newest.add(shown.bot)
        if shown.sender == "person" or bot not in (None, shown.bot) or message not in (None, shown.msg_id):
            continue
        chips = shown.suggestions if is_newest or message is not None else ()
        yield [
            Tap(message=shown, kind=kind, body=body)
            for suggestion in (*chips, *_card_suggestions(shown.content))
            for kind, body in suggestion.items()
        ]


def _card_suggestions(content: dict[str, Any]) -> list[dict[str, Any]]:
    message = content.get("richcardMessage", {}).get("message", {})
    card = message.get("generalPurposeCard")
    cards = [card["content"]] if card else message.get("generalPurposeCardCarousel", {}).get("content", [])
    return [suggestion for each in cards for suggestion in each.get("suggestions", [])]
