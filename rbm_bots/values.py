"""Values that a bot's slots may hold besides texts, numbers and dates; brands' actions return them too."""

from __future__ import annotations

from datetime import datetime

import msgspec

__all__ = ["File", "Location", "Slot"]


class File(msgspec.Struct, frozen=True):
    """A file somebody sent: where it lies, its name, MIME type and size in bytes."""

    url: str
    name: str | None = None
    media: str | None = None
    size: int | None = None


class Location(msgspec.Struct, frozen=True):
    """A place: WGS 84 decimal degrees and perhaps a name."""

    lat: float
    lng: float
    label: str | None = None


class Slot(msgspec.Struct, frozen=True):
    """A free appointment: an aware start, its length in minutes, the calendar's own reference."""

    start: datetime
    minutes: int | None = None
    ref: str | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        """Refuse a start without a zone: it names no instant."""
        if self.start.tzinfo is None:
            raise ValueError("Slot.start wants a zone")
