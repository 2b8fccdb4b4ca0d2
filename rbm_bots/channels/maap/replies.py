"""What the platform answers to a call that worked, read leniently: any 2xx, only the members that are needed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from rbm_bots.addresses import read_msisdn
from rbm_bots.channels.maap.words import file_status, message_status
from rbm_bots.clock import parse_instant
from rbm_bots.events import MessageStatus

__all__ = [
    "Accepted",
    "BulkResult",
    "FileInfo",
    "StatusReply",
    "read_accepted",
    "read_bulk",
    "read_capabilities",
    "read_file",
    "read_status",
]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The platform took a message: its id there, and the time it says, if any."""

    message_id: str
    at: datetime | None = None


class StatusReply(msgspec.Struct, frozen=True, kw_only=True):
    """How far a message is, and since when."""

    status: MessageStatus | None
    at: datetime | None = None


class FileInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file; ``size`` in bytes. It can be used once ``status`` is ``ready`` and a ``url`` is there."""

    id: str | None = None
    url: str | None = None
    size: int | None = None
    status: Literal["pending", "ready", "failed", "expired", "unknown"] | None = None
    valid_until: datetime | None = None


class BulkResult(msgspec.Struct, frozen=True, kw_only=True):
    """A bulk check. ``none``: no job was ever started. A number in neither set is one of which nothing was said."""

    state: Literal["none", "pending", "completed"]
    enabled: frozenset[str] = frozenset()
    disabled: frozenset[str] = frozenset()
    capabilities: dict[str, frozenset[str]] = {}


def read_accepted(body: bytes) -> Accepted | None:
    """The message id of a send's reply; ``None`` when there is none, whatever else the reply says."""
    message = _object(_object(body).get("RCSMessage"))
    message_id = _text(message.get("msgId"))
    return Accepted(message_id=message_id, at=_instant(message.get("timestamp"))) if message_id else None


def read_status(body: bytes) -> StatusReply:
    """The reply of a status query."""
    message = _object(_object(body).get("RCSMessage"))
    return StatusReply(status=message_status(_text(message.get("status"))), at=_instant(message.get("timestamp")))


def read_capabilities(body: bytes) -> frozenset[str]:
    """The capability words; empty for a person who cannot be reached."""
    return _words(_object(body).get("capabilities"))


def read_bulk(http: int, body: bytes) -> BulkResult:
    """The result of a bulk check: the flat list and the detail are both read, whichever came."""
    reply = _object(body)
    flat, detail = reply.get("rcsEnabledContacts"), reply.get("contacts")
    word = reply.get("status")
    if http == 202 or word in ("pending", "running") or not (isinstance(flat, list) or isinstance(detail, list)):
        return BulkResult(state="pending")
    enabled = _numbers(flat)
    disabled: set[str] = set()
    capabilities: dict[str, frozenset[str]] = {}
    for row in map(_object, detail if isinstance(detail, list) else []):
        for number in _numbers([row.get("userContact")]):
            capabilities[number] = _words(row.get("capabilities"))
            (enabled if row.get("rcsEnabled") is True else disabled).add(number)
    return BulkResult(
        state="completed",
        enabled=frozenset(enabled),
        disabled=frozenset(disabled - enabled),
        capabilities=capabilities,
    )


def read_file(body: bytes) -> FileInfo:
    """A file's information: members inside ``file``, or at the top level."""
    reply = _object(body)
    inner = _object(reply.get("file"))
    members = {**reply, **inner}
    size = members.get("fileSize")
    return FileInfo(
        id=_text(members.get("fileId")),
        url=_text(members.get("fileUrl")),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        status=file_status(_text(members.get("status"))),
        valid_until=_instant(members.get("validity")),
    )


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, bytes):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _instant(value: object) -> datetime | None:
    return parse_instant(value) if isinstance(value, str) else None


def _words(value: object) -> frozenset[str]:
    return frozenset(word for word in value if isinstance(word, str)) if isinstance(value, list) else frozenset()


def _numbers(value: object) -> set[str]:
    texts = (item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
    return {number for number in map(read_msisdn, texts) if number is not None}
