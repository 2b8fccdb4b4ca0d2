"""The neutral message: what a bot says, before any channel's wire form. Frozen values, stored as JSON.

Limits are not enforced here but by :mod:`rbm_bots.messages.check`, so that all faults of a message are told at once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from rbm_bots.messages.suggestions import Suggestion

__all__ = [
    "Audio",
    "Card",
    "Carousel",
    "Content",
    "FileContent",
    "Height",
    "Media",
    "Message",
    "Place",
    "RichCard",
    "Text",
    "Thumbnail",
    "TrafficType",
]

TrafficType = Literal["advertisement", "payment", "premium", "subscription", "plugin"]
Height = Literal["short", "medium", "tall"]


class Text(msgspec.Struct, frozen=True, kw_only=True, tag="text", omit_defaults=True):
    """Plain text."""

    text: str


class Thumbnail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A small picture standing for a file; type and size in bytes are needed on the wire."""

    url: str
    mime_type: str | None = None
    size: int | None = None
    name: str | None = None


class FileContent(msgspec.Struct, frozen=True, kw_only=True, tag="file", omit_defaults=True):
    """A file to download; ``size`` in bytes."""

    url: str
    name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    thumbnail: Thumbnail | None = None


class Audio(msgspec.Struct, frozen=True, kw_only=True, tag="audio", omit_defaults=True):
    """A sound; ``duration`` in seconds."""

    url: str
    name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    duration: int | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True, tag="place", omit_defaults=True):
    """A position, WGS 84 decimal degrees; ``radius`` in metres, ``offset`` in minutes from UTC."""

    latitude: float
    longitude: float
    label: str | None = None
    radius: int | None = None
    timestamp: datetime | None = None
    expiry: datetime | None = None
    offset: int | None = None


class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Picture or video of a card. ``alt`` is for screen readers; ``size`` in bytes, 0 when unknown."""

    url: str
    mime_type: str
    size: int = 0
    height: Height = "medium"
    alt: str | None = None
    thumbnail: Thumbnail | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one card shows; at least one of title, text, media."""

    title: str | None = None
    text: str | None = None
    media: Media | None = None
    suggestions: tuple[Suggestion, ...] = ()


class RichCard(msgspec.Struct, frozen=True, kw_only=True, tag="card", omit_defaults=True):
    """A card standing alone. ``image_side`` is needed when horizontal and forbidden when vertical."""

    card: Card
    layout: Literal["vertical", "horizontal"] = "vertical"
    image_side: Literal["left", "right"] | None = None


class Carousel(msgspec.Struct, frozen=True, kw_only=True, tag="carousel", omit_defaults=True):
    """Two to ten cards side by side."""

    cards: tuple[Card, ...]
    width: Literal["small", "medium"] = "medium"


Content = Text | FileContent | Audio | Place | RichCard | Carousel


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message: a content, the chips under it, and what the sender knows about it.

    ``expires_at``: after it the platform tries to revoke. ``sms``: the text for a phone without RCS, complete with its
    numbered options; a bot always gives it. ``sms_options``: the postback data behind number 1, 2, … of that text.
    """

    content: Content
    chips: tuple[Suggestion, ...] = ()
    traffic_type: TrafficType | None = None
    expires_at: datetime | None = None
    sms: str | None = None
    sms_options: tuple[str, ...] = ()
