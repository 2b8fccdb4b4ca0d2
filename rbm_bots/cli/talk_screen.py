"""How a phone's screen looks in a terminal: texts, cards, and every suggestion with the number that taps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rbm_bots.dialogue import Send
from rbm_bots.messages import (
    Audio,
    Card,
    Carousel,
    Content,
    Dial,
    FileContent,
    OpenUrl,
    Place,
    RichCard,
    Suggestion,
    Text,
)

__all__ = ["Screen"]


class Screen:
    """What can be tapped now. Numbers count through the messages of one answer."""

    def __init__(self) -> None:
        self._suggestions: list[Suggestion] = []

    def show(self, sent: list[Send], *, sms: bool) -> list[str]:
        """The lines of some messages; they replace what could be tapped before."""
        if sent:
            self._suggestions = []
        lines: list[str] = []
        for send in sent:
            lines += _indented((send.message.sms or "").split("\n")) if sms else self._message(send)
        return lines

    def find(self, which: str) -> Suggestion | None:
        """The suggestion with this number or label."""
        if which.isdecimal():
            number = int(which)
            return self._suggestions[number - 1] if 1 <= number <= len(self._suggestions) else None
        return next((suggestion for suggestion in self._suggestions if suggestion.label == which), None)

    def _message(self, send: Send) -> list[str]:
        return [*_indented(self._content(send.message.content)), *_indented(self._chips(send.message.chips), 4)]

    def _content(self, content: Content) -> Iterator[str]:
        match content:
            case Text(text=text):
                yield from text.split("\n")
            case RichCard(card=card):
                yield from self._card(card)
            case Carousel(cards=cards):
                for card in cards:
                    yield from self._card(card)
            case FileContent(name=name, url=url) | Audio(name=name, url=url):
                yield f"({name or 'file'}: {url})"
            case Place(label=label, latitude=latitude, longitude=longitude):
                yield f"({label or 'place'}: {latitude}, {longitude})"

    def _card(self, card: Card) -> Iterator[str]:
        yield f"┌ {card.title or ''}".rstrip()
        for line in (card.text or "").split("\n") if card.text else ():
            yield f"│ {line}"
        if card.media is not None:
            yield f"│ ({card.media.alt or card.media.mime_type}: {card.media.url})"
        for line in self._chips(card.suggestions):
            yield f"│   {line}"
        yield "└"

    def _chips(self, suggestions: Iterable[Suggestion]) -> Iterator[str]:
        for suggestion in suggestions:
            self._suggestions.append(suggestion)
            yield f"[{len(self._suggestions)}] {suggestion.label}{_detail(suggestion)}"


def _detail(suggestion: Suggestion) -> str:
    match suggestion:
        case OpenUrl(url=url):
            return f" → {url}"
        case Dial(phone=phone):
            return f" → {phone}"
    return ""


def _indented(lines: Iterable[str], by: int = 2) -> list[str]:
    return [" " * by + line if line else "" for line in lines]
