"""From the neutral message to the MaaP wire: exactly the JSON that leaves, in a fixed order, without nulls.

Nothing is checked here but the size of the whole: :mod:`rbm_bots.messages.check` knows the rules of the members.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from rbm_bots.addresses import Address
from rbm_bots.channels.maap.errors import MessageTooBig
from rbm_bots.channels.maap.settings import MaapSettings
from rbm_bots.channels.maap.wire_suggestions import encode_suggestions, only_set
from rbm_bots.clock import require_aware
from rbm_bots.messages.content import (
    Audio,
    Card,
    Carousel,
    Content,
    FileContent,
    Media,
    Message,
    Place,
    RichCard,
    Text,
    Thumbnail,
)
from rbm_bots.messages.limits import Profile

__all__ = [
    "MAX_BODY_BYTES",
    "encode_bulk",
    "encode_send",
    "encode_status",
    "encode_typing",
    "send_body",
]

MAX_BODY_BYTES = 256_000
"""250 KB, the most that one JSON body may have (RCC.07 3.6.10.1)."""

_Json = dict[str, Any]


def encode_send(message: Message, address: Address, settings: MaapSettings) -> bytes:
    """The body of a send. Raises :class:`MessageTooBig` beyond 256,000 bytes, ``ValueError`` without an address."""
    body = msgspec.json.encode(send_body(message, address, settings.profile))
    if len(body) > MAX_BODY_BYTES:
        raise MessageTooBig(f"the message takes {len(body)} bytes on the wire, limit {MAX_BODY_BYTES}")
    return body


def encode_typing(address: Address, *, active: bool) -> bytes:
    """The body that shows or hides «is writing»."""
    return msgspec.json.encode(
        {"RCSMessage": {"isTyping": "active" if active else "idle"}, "messageContact": _contact(address)}
    )


def encode_status(word: Literal["displayed", "cancelled", "canceled"]) -> bytes:
    """The body of a status change: a read report, or the wish to revoke."""
    return msgspec.json.encode({"RCSMessage": {"status": word}})


def encode_bulk(numbers: Sequence[str], settings: MaapSettings) -> bytes:
    """The body that starts a bulk capability check; its shape is a setting."""
    shape = settings.bulk_request_shape
    return msgspec.json.encode(list(numbers) if shape == "array" else {shape: list(numbers)})


def send_body(message: Message, address: Address, profile: Profile = "v10") -> _Json:
    """The JSON object of a send."""
    member, content = _content(message.content, profile)
    rcs: _Json = {member: content}
    if message.chips:
        rcs["suggestedChipList"] = {"suggestions": encode_suggestions(message.chips, profile)}
    if message.traffic_type is not None:
        rcs["trafficType"] = message.traffic_type
    if message.expires_at is not None:
        rcs["expiry"] = _utc(message.expires_at)
    return {"RCSMessage": rcs, "messageContact": _contact(address)}


def _contact(address: Address) -> _Json:
    if not address:
        raise ValueError("a message needs an address")
    return only_set(userContact=address.msisdn, chatId=address.chat_id)


def _content(content: Content, profile: Profile) -> tuple[str, Any]:
    match content:
        case Text():
            return "textMessage", content.text
        case FileContent():
            return "fileMessage", _file(content)
        case Audio():
            return "audioMessage", _audio(content)
        case Place():
            return "geolocationPushMessage", _place(content)
        case RichCard():
            return "richcardMessage", {"message": {"generalPurposeCard": _rich_card(content, profile)}}
        case Carousel():
            return "richcardMessage", {"message": {"generalPurposeCardCarousel": _carousel(content, profile)}}


def _file(content: FileContent) -> _Json:
    thumbnail = content.thumbnail
    return only_set(
        fileUrl=content.url,
        fileName=content.name,
        fileMIMEType=content.mime_type,
        fileSize=content.size,
        thumbnailUrl=thumbnail and thumbnail.url,
        thumbnailFileName=thumbnail and thumbnail.name,
        thumbnailMIMEType=thumbnail and thumbnail.mime_type,
        thumbnailFileSize=thumbnail and thumbnail.size,
    )


def _audio(content: Audio) -> _Json:
    return only_set(
        fileUrl=content.url,
        fileName=content.name,
        fileMIMEType=content.mime_type,
        fileSize=content.size,
        playingLength=content.duration,
    )


def _place(content: Place) -> _Json:
    return only_set(
        pos=f"{_degrees(content.latitude)} {_degrees(content.longitude)}",
        label=content.label,
        timestamp=content.timestamp and _utc(content.timestamp),
        expiry=content.expiry and _utc(content.expiry),
        timeOffset=content.offset,
        radius=content.radius,
    )


def _degrees(value: float) -> str:
    """Decimal degrees, never in scientific notation; seven digits are a centimetre."""
    return f"{value:.7f}".rstrip("0").removesuffix(".")


def _rich_card(content: RichCard, profile: Profile) -> _Json:
    layout = only_set(
        cardOrientation=content.layout.upper(), imageAlignment=content.image_side and content.image_side.upper()
    )
    return {"layout": layout, "content": _card(content.card, profile)}


def _carousel(content: Carousel, profile: Profile) -> _Json:
    return {
        "layout": {"cardWidth": f"{content.width.upper()}_WIDTH"},
        "content": [_card(card, profile) for card in content.cards],
    }


def _card(card: Card, profile: Profile) -> _Json:
    suggestions = encode_suggestions(card.suggestions, profile) if card.suggestions else None
    media = _media(card.media) if card.media is not None else None
    return only_set(media=media, title=card.title, description=card.text, suggestions=suggestions)


def _media(media: Media) -> _Json:
    thumbnail: Thumbnail | None = media.thumbnail
    return only_set(
        mediaUrl=media.url,
        mediaContentType=media.mime_type,
        mediaFileSize=media.size,
        height=f"{media.height.upper()}_HEIGHT",
        thumbnailUrl=thumbnail and thumbnail.url,
        thumbnailContentType=thumbnail and thumbnail.mime_type,
        thumbnailFileSize=thumbnail and thumbnail.size,
        contentDescription=media.alt,
    )


def _utc(at: datetime) -> str:
    """RFC 3339 in UTC; milliseconds only when there are any."""
    at = require_aware(at).replace(tzinfo=None)
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds") + "Z"
