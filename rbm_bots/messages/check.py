"""Is this message one that a phone will show? Every rule at once, strictly.

A phone that gets a message outside the rules reports it delivered and shows nothing (GSMA). So a message is checked
when it is composed and again before it leaves. A fault names the field, the limit and the value's length; it never
repeats the value, because values are personal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rbm_bots.errors import FaultsFound
from rbm_bots.messages.check_suggestions import check_suggestion
from rbm_bots.messages.content import (
    Audio,
    Card,
    Carousel,
    FileContent,
    Media,
    Message,
    Place,
    RichCard,
    Text,
    Thumbnail,
)
from rbm_bots.messages.faults import FaultList, MessageFault
from rbm_bots.messages.limits import V10, Limits
from rbm_bots.messages.suggestions import Suggestion

__all__ = ["MessageFaulty", "faults", "require_valid"]

_DAY_MINUTES = 24 * 60


class MessageFaulty(FaultsFound):
    """The message breaks the rules of its channel."""

    code = "message"

    def __init__(self, found: tuple[MessageFault, ...]) -> None:
        super().__init__("; ".join(str(fault) for fault in found))
        self.faults = found


def require_valid(message: Message, *, limits: Limits = V10, now: datetime | None = None) -> None:
    """Raise :class:`MessageFaulty` with every fault when there is one."""
    found = faults(message, limits, now)
    if found:
        raise MessageFaulty(found)


def faults(message: Message, limits: Limits = V10, now: datetime | None = None) -> tuple[MessageFault, ...]:
    """Every fault of ``message``, in the order of its fields. With ``now``, times that must lie ahead are checked."""
    found = FaultList()
    _CONTENTS[type(message.content)](found, "content", message.content, limits)
    _suggestions(found, "chips", message.chips, limits.chips, limits)
    found.instant("expires_at", message.expires_at, after=now)
    if isinstance(message.content, Place):
        found.instant("content.expiry", message.content.expiry, after=now)
    if message.sms is not None and not message.sms:
        found.add("sms", "is empty", length=0)
    for i, data in enumerate(message.sms_options):
        found.text(f"sms_options[{i}]", data, limits.postback)
    return tuple(found.found)


def _suggestions(found: FaultList, path: str, suggestions: tuple[Suggestion, ...], most: int, limits: Limits) -> None:
    found.count(path, len(suggestions), most)
    for i, suggestion in enumerate(suggestions):
        check_suggestion(found, f"{path}[{i}]", suggestion, limits)


def _text(found: FaultList, path: str, content: Text, limits: Limits) -> None:
    found.text(f"{path}.text", content.text, limits.text)


def _file(found: FaultList, path: str, content: FileContent, limits: Limits) -> None:
    found.url(f"{path}.url", content.url, limits.url)
    found.text(f"{path}.name", content.name, limits.url)
    found.mime(f"{path}.mime_type", content.mime_type)
    found.at_least(f"{path}.size", content.size)
    _thumbnail(found, f"{path}.thumbnail", content.thumbnail, limits)


def _audio(found: FaultList, path: str, content: Audio, limits: Limits) -> None:
    found.url(f"{path}.url", content.url, limits.url)
    found.text(f"{path}.name", content.name, limits.url)
    found.mime(f"{path}.mime_type", content.mime_type)
    found.at_least(f"{path}.size", content.size)
    found.at_least(f"{path}.duration", content.duration)


def _place(found: FaultList, path: str, content: Place, limits: Limits) -> None:
    found.position(f"{path}.latitude", content.latitude, f"{path}.longitude", content.longitude)
    found.text(f"{path}.label", content.label, limits.place_label)
    found.at_least(f"{path}.radius", content.radius)
    found.instant(f"{path}.timestamp", content.timestamp)
    if content.offset is not None and abs(content.offset) >= _DAY_MINUTES:
        found.add(f"{path}.offset", "is a day or more", limit=_DAY_MINUTES - 1, length=abs(content.offset))


def _rich_card(found: FaultList, path: str, content: RichCard, limits: Limits) -> None:
    if content.layout == "horizontal" and content.image_side is None:
        found.add(f"{path}.image_side", "is missing; a horizontal card needs it")
    elif content.layout == "vertical" and content.image_side is not None:
        found.add(f"{path}.image_side", "is only for a horizontal card")
    _card(found, f"{path}.card", content.card, limits)


def _carousel(found: FaultList, path: str, content: Carousel, limits: Limits) -> None:
    found.count(f"{path}.cards", len(content.cards), limits.cards, least=limits.cards_least)
    heights = {card.media.height for card in content.cards if card.media is not None}
    if len(heights) > 1:
        found.add(f"{path}.cards", "have media of different heights; a carousel has one")
    for i, card in enumerate(content.cards):
        at = f"{path}.cards[{i}]"
        _card(found, at, card, limits)
        if content.width == "small" and card.media is not None and card.media.height == "tall":
            found.add(f"{at}.media.height", "is tall in a carousel of small width")


def _card(found: FaultList, path: str, card: Card, limits: Limits) -> None:
    if card.title is None and card.text is None and card.media is None:
        found.add(path, "has neither title nor text nor media")
    found.text(f"{path}.title", card.title, limits.card_title)
    found.text(f"{path}.text", card.text, limits.card_text)
    if card.media is not None:
        _media(found, f"{path}.media", card.media, limits)
    _suggestions(found, f"{path}.suggestions", card.suggestions, limits.card_suggestions, limits)


def _media(found: FaultList, path: str, media: Media, limits: Limits) -> None:
    found.url(f"{path}.url", media.url, limits.url)
    found.mime(f"{path}.mime_type", media.mime_type)
    found.at_least(f"{path}.size", media.size)
    found.text(f"{path}.alt", media.alt, limits.alt)
    _thumbnail(found, f"{path}.thumbnail", media.thumbnail, limits)


def _thumbnail(found: FaultList, path: str, thumbnail: Thumbnail | None, limits: Limits) -> None:
    if thumbnail is None:
        return
    found.url(f"{path}.url", thumbnail.url, limits.url)
    found.mime(f"{path}.mime_type", thumbnail.mime_type)
    found.at_least(f"{path}.size", thumbnail.size)
    for name in ("mime_type", "size"):
        if getattr(thumbnail, name) is None:
            found.add(f"{path}.{name}", "is missing; a thumbnail needs type and size")


_CONTENTS: dict[type, Callable[[FaultList, str, Any, Limits], None]] = {
    Text: _text,
    FileContent: _file,
    Audio: _audio,
    Place: _place,
    RichCard: _rich_card,
    Carousel: _carousel,
}
