"""The SMS form of every message (bot language 10.3, 19): what a phone without RCS shows instead.

Without a text of its own a message becomes its words, then a line per suggestion. Replies are numbered from 1
through the whole message; pages and calls are ``label: value``; places and files are links; pictures, calendars and
requests for a position are left out. A carousel is each card's title with its lines below. Where digits may be the
answer, options are listed by their words alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from rbm_bots.dialogue.outgoing import Offered, Outgoing
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

__all__ = ["SmsForm", "SmsLines", "sms_lines", "sms_words"]


@dataclass(frozen=True, slots=True)
class SmsForm:
    """The text, and the postback data behind its numbers 1, 2 and so on."""

    text: str
    options: tuple[str, ...]


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
    text = "\n".join([line for offers in (*message.card_offers, message.offers) for line in lines.of(offers)])
    return SmsForm(text, tuple(lines.options))


def sms_words(message: Outgoing) -> SmsForm:
    """The whole text of a message that brings no SMS text of its own."""
    lines = SmsLines()
    content = message.content
    if isinstance(content, Carousel):
        written = []
        for card, offers in zip(content.cards, message.card_offers, strict=True):
            title = (card.title or card.text or "") if message.sms_titles else ""
            written += [title, *lines.of(offers)]
    else:
        words = _words(content) if message.sms_titles else ""
        written = [words, *(line for offers in message.card_offers for line in lines.of(offers))]
    written += lines.of(message.offers)
    return SmsForm("\n".join(line for line in written if line), tuple(lines.options))


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
