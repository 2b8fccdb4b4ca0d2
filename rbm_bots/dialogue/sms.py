"""The SMS form of every message (bot language 10.3, 19): what a phone without RCS shows instead.

Without a text of its own a message becomes its words, then a line per suggestion. Replies are numbered from 1
through the whole message; pages and calls are ``label: value``; places and files are links; pictures, calendars and
requests for a position are left out. A carousel is each card's title with its lines below. Where digits may be the
answer, options are listed by their words alone. What would fill more parts than are sent is cut: a longer text would
not leave at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote

from rbm_bots.dialogue.outgoing import Offered, Outgoing, cut
from rbm_bots.messages import (
    Audio,
    Card,
    Carousel,
    Content,
    Dial,
    FileContent,
    OpenUrl,
    Place,
    Reply,
    RichCard,
    ShowPlace,
    Text,
    map_link,
)
from rbm_bots.messages.sms_text import sms_text

__all__ = ["SmsForm", "SmsLines", "sms_lines", "sms_words"]

_SHORTEST_PART: Final = 67
"""Characters of a part that is not in the seven-bit alphabet; one character may count twice."""


@dataclass(frozen=True, slots=True)
class SmsForm:
    """Words, lines below them, and the postback data behind the numbers 1, 2 and so on.

    ``end`` is the last line, which is never cut.
    """

    words: str
    lines: tuple[str, ...]
    options: tuple[str, ...]
    end: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(line for line in (self.words, *self.lines, self.end) if line)

    def within(self, parts: int) -> SmsForm:
        """As much as fills so many parts: first the words give way, then the last lines."""
        if self.fits(parts):
            return self
        low, high = 0, len(self.words)
        while low < high:  # the most words that fit beside the lines
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._cut(middle).fits(parts) else (low, middle - 1)
        form = self._cut(low)
        while not form.fits(parts) and form.lines:
            form = replace(form, lines=form.lines[:-1])
        return form

    def _cut(self, length: int) -> SmsForm:
        return replace(self, words=cut(self.words, length) if length else "")

    def fits(self, parts: int) -> bool:
        """Whether it leaves in so many parts."""
        text = self.text
        return len(text) * 2 <= _SHORTEST_PART * parts or sms_text(text).segments.parts <= parts


@dataclass(slots=True)
class SmsLines:
    """Lines as they are numbered; ``options`` grows with each number given."""

    options: list[str] = field(default_factory=list)

    def of(self, offers: Iterable[Offered]) -> list[str]:
        """The lines of some suggestions, in order."""
        return [line for offered in offers if (line := self._line(offered)) is not None]

    def _line(self, offered: Offered) -> str | None:
        suggestion = offered.suggestion
        if offered.sms == "hidden":
            return None
        label = offered.sms_label or suggestion.label
        match suggestion:
            case Reply() if offered.sms == "words":
                return label
            case Reply():
                self.options.append(suggestion.postback or "")
                return f"{len(self.options)} {label}"
            case OpenUrl(url=url):
                return f"{label}: {url}"
            case Dial(phone=phone):
                return f"{label}: {phone}"
            case ShowPlace():
                return f"{label}: {_place_link(suggestion)}"
        return None


def sms_lines(message: Outgoing) -> SmsForm:
    """The lines of a message's suggestions alone: what ``{{ options }}`` stands for."""
    lines = SmsLines()
    written = [line for offers in (*message.card_offers, message.offers) for line in lines.of(offers)]
    return SmsForm("", tuple(written), tuple(lines.options))


def sms_words(message: Outgoing) -> SmsForm:
    """The whole text of a message that brings no SMS text of its own."""
    lines = SmsLines()
    content, words = message.content, ""
    written: list[str] = []
    if isinstance(content, Carousel):
        for card, offers in zip(content.cards, message.card_offers, strict=True):
            title = (card.title or card.text or "") if message.sms_titles else ""
            written += [title, *lines.of(offers)]
    else:
        words = _words(content) if message.sms_titles else ""
        written += [line for offers in message.card_offers for line in lines.of(offers)]
    written += lines.of(message.offers)
    return SmsForm(words, tuple(written), tuple(lines.options))


def _words(content: Content) -> str:
    match content:
        case Text(text=text):
            return text
        case RichCard(card=Card(title=title, text=text)):
            return "\n".join(part for part in (title, text) if part)
        case FileContent(name=name, url=url) | Audio(name=name, url=url):
            return f"{name}: {url}" if name else url
        case Place(label=label, latitude=latitude, longitude=longitude):
            link = map_link(latitude, longitude)
            return f"{label}: {link}" if label else link
    return ""


def _place_link(place: ShowPlace) -> str:
    if place.latitude is not None and place.longitude is not None:
        return map_link(place.latitude, place.longitude)
    return f"https://www.openstreetmap.org/search?query={quote(place.query or '', safe='')}"
