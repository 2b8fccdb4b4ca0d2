"""Collecting faults: small checks that note what is wrong and where, and never the value itself."""

from __future__ import annotations

import math
import re
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

__all__ = ["FaultList", "MessageFault"]

_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_SHORT = re.compile(r"[1-9][0-9]{1,5}")  # emergency and service numbers: 112, 3900, 118218
_MIME = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*(;.*)?")


class MessageFault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault: the path of the ``field``, the ``limit`` it breaks, the value's ``length``, and a sentence."""

    field: str
    text: str
    limit: int | None = None
    length: int | None = None

    def __str__(self) -> str:
        """One line: the field, what is wrong, and both figures when there are any."""
        figures = f" ({self.length}, limit {self.limit})" if self.length is not None and self.limit is not None else ""
        return f"{self.field}: {self.text}{figures}"


class FaultList:
    """The faults found so far in one message."""

    def __init__(self) -> None:
        self.found: list[MessageFault] = []

    def add(self, field: str, text: str, *, limit: int | None = None, length: int | None = None) -> None:
        """Note a fault."""
        self.found.append(MessageFault(field=field, text=text, limit=limit, length=length))

    def count(self, field: str, n: int, limit: int, *, least: int = 0) -> None:
        """A list of ``n`` members must have ``least`` to ``limit`` of them."""
        if n > limit:
            self.add(field, "has too many members", limit=limit, length=n)
        elif n < least:
            self.add(field, "has too few members", limit=least, length=n)

    def text(self, field: str, value: str | None, limit: int, *, empty_ok: bool = False) -> None:
        """A text, when given, has 1 to ``limit`` code points and can be written in UTF-8."""
        if value is None:
            return
        if not value and not empty_ok:
            self.add(field, "is empty", limit=limit, length=0)
        elif len(value) > limit:
            self.add(field, "is too long", limit=limit, length=len(value))
        if any("\ud800" <= char <= "\udfff" for char in value):
            self.add(field, "holds half a surrogate pair", length=len(value))

    def url(self, field: str, value: str | None, limit: int) -> None:
        """A URL, when given, is an absolute ``https`` one without blanks.

        ``http`` is taken for this machine alone: an emulated phone fetches a bot's pictures from 127.0.0.1.
        """
        if value is None:
            return
        self.text(field, value, limit)
        try:
            parts = urlsplit(value)
            safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))
            good = safe and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f]", value)
        except ValueError:
            good = False
        if value and not good:
            self.add(field, "is not an https URL", length=len(value))

    def phone(self, field: str, value: str) -> None:
        """A number to dial: E.164, or a short number of two to six digits."""
        if not _E164.fullmatch(value) and not _SHORT.fullmatch(value):
            self.add(field, "is not a number that can be dialled (E.164 with +)", length=len(value))

    def mime(self, field: str, value: str | None) -> None:
        """A MIME type, when given, reads ``type/subtype``."""
        if value is not None and not _MIME.fullmatch(value):
            self.add(field, "is not a MIME type", length=len(value))

    def at_least(self, field: str, value: int | None, least: int = 0) -> None:
        """A number, when given, is not below ``least``."""
        if value is not None and value < least:
            self.add(field, f"is below {least}")

    def position(self, latitude_field: str, latitude: float, longitude_field: str, longitude: float) -> None:
        """Finite WGS 84 degrees: latitude within 90, longitude within 180 of zero."""
        for field, value, most in ((latitude_field, latitude, 90), (longitude_field, longitude, 180)):
            if not math.isfinite(value) or abs(value) > most:
                self.add(field, f"is not between -{most} and {most} degrees")

    def instant(self, field: str, value: datetime | None, *, after: datetime | None = None) -> None:
        """A time, when given, has a zone; and lies after ``after`` when that is given."""
        if value is None:
            return
        if value.tzinfo is None:
            self.add(field, "has no zone")
        elif after is not None and value <= after:
            self.add(field, "is in the past")
