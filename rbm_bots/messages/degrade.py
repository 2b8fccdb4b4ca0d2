"""What a phone with fewer capabilities gets instead. Nothing is lost silently: what was left out is named.

===========================  =======================================================
the phone lacks              what becomes of the message
===========================  =======================================================
``fileTransfer``             a file or a sound: its name and link as text
``geolocationPush``          a place: its name and a map link as text
``chatBotCommunication``     card and carousel: their texts and links as text;
                             chips and buttons: replies as numbered lines, pages and
                             calls as ``label: value``, the others left out
===========================  =======================================================

On a plain chat phone a message that brings its own ``sms`` form uses that text, because its author wrote it for this
case. ``sms_options`` of the new message holds the postback data behind each number.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from msgspec.structs import replace

from rbm_bots.messages.content import Audio, Card, Carousel, Content, FileContent, Message, Place, RichCard, Text
from rbm_bots.messages.limits import V10
from rbm_bots.messages.suggestions import Dial, DialEnriched, DialVideo, OpenUrl, Reply, Suggestion

__all__ = ["Degraded", "degrade", "map_link"]


class Degraded(msgspec.Struct, frozen=True, kw_only=True):
    """The message as this phone can show it, and the paths of what it no longer says."""

    message: Message
    lost: tuple[str, ...] = ()


def degrade(message: Message, capabilities: Collection[str]) -> Degraded:
    """``message`` for a phone with these ``capabilities`` (the words of the capability query). Pure."""
    if "chatBotCommunication" not in capabilities:
        return _plain(message)
    content = message.content
    if isinstance(content, FileContent | Audio) and "fileTransfer" not in capabilities:
        lost = ("content.thumbnail",) if isinstance(content, FileContent) and content.thumbnail else ()
        return Degraded(message=replace(message, content=Text(text=_file_line(content))), lost=lost)
    if isinstance(content, Place) and "geolocationPush" not in capabilities:
        return Degraded(message=replace(message, content=Text(text=_place_line(content))))
    return Degraded(message=message)


def map_link(latitude: float, longitude: float) -> str:
    """A page that shows a position on a map, without an account."""
    return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"


def _plain(message: Message) -> Degraded:
    """Plain chat: one text, no suggestions."""
    if message.sms is not None and (message.chips or not isinstance(message.content, Text)):
        return Degraded(message=replace(message, content=Text(text=message.sms), chips=()), lost=("content", "chips"))
    lines: list[str] = []
    lost: list[str] = []
    options: list[str] = []
    _content_lines(message.content, lines, lost, options)
    _suggestion_lines("chips", message.chips, lines, lost, options)
    text = "\n".join(lines)
    if len(text) > V10.text:
        text = text[: V10.text - 1] + "…"
        lost.append(f"content.text[{V10.text - 1}:]")
    plain = replace(message, content=Text(text=text), chips=())
    if options:
        plain = replace(plain, sms_options=tuple(options))
    return Degraded(message=plain, lost=tuple(lost))


def _content_lines(content: Content, lines: list[str], lost: list[str], options: list[str]) -> None:
    if isinstance(content, Text):
        lines.append(content.text)
    elif isinstance(content, FileContent | Audio):
        lines.append(_file_line(content))
    elif isinstance(content, Place):
        lines.append(_place_line(content))
    elif isinstance(content, RichCard):
        _card_lines("content.card", content.card, lines, lost, options)
    elif isinstance(content, Carousel):
        for i, card in enumerate(content.cards):
            _card_lines(f"content.cards[{i}]", card, lines, lost, options)


def _card_lines(path: str, card: Card, lines: list[str], lost: list[str], options: list[str]) -> None:
    lines.extend(line for line in (card.title, card.text) if line)
    if card.media is not None:
        lines.append(card.media.url)
    _suggestion_lines(f"{path}.suggestions", card.suggestions, lines, lost, options)


def _suggestion_lines(
    path: str, suggestions: tuple[Suggestion, ...], lines: list[str], lost: list[str], options: list[str]
) -> None:
    for i, suggestion in enumerate(suggestions):
        if isinstance(suggestion, Reply):
            options.append(suggestion.postback or "")
            lines.append(f"{len(options)} {suggestion.label}")
        elif isinstance(suggestion, OpenUrl):
            lines.append(f"{suggestion.label}: {suggestion.url}")
        elif isinstance(suggestion, Dial | DialEnriched | DialVideo):
            lines.append(f"{suggestion.label}: {suggestion.phone}")
        else:
            lost.append(f"{path}[{i}]")


def _file_line(content: FileContent | Audio) -> str:
    return f"{content.name}: {content.url}" if content.name else content.url


def _place_line(content: Place) -> str:
    link = map_link(content.latitude, content.longitude)
    return f"{content.label}: {link}" if content.label else link
