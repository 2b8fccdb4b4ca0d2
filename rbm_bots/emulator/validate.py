"""A call's body, read and checked as the strictest known platform would: one fault, one code.

This is the operator's own validator, written from the tables of the protocol, not from the framework's client:
the two must be able to disagree. Members that are null are dropped first (setting ``null_members``), unknown members
ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from rbm_bots.addresses import read_msisdn
from rbm_bots.clock import parse_instant
from rbm_bots.emulator.cards import check_richcard
from rbm_bots.emulator.members import Json, has_null, instant, obj, text, uri, whole, without_nulls
from rbm_bots.emulator.refusals import by_gateway, by_platform
from rbm_bots.emulator.settings import EmulatorSettings
from rbm_bots.emulator.suggestions import check_suggestions

__all__ = ["BODY_MOST", "CONTENTS", "Posted", "check_msisdn", "decode_json", "read_object", "read_send", "read_status"]

BODY_MOST = 256_000
"""Bytes of one JSON body: 250 KB (RCC.07 3.6.10.1)."""

CONTENTS = ("textMessage", "fileMessage", "audioMessage", "geolocationPushMessage", "richcardMessage")
_CHIPS_MOST = 11
_NO_CONTENT = frozenset(
    {
        "msgId", "suggestedChipList", "isTyping", "suggestedResponse", "sharedData", "status", "trafficType", "expiry",
        "timestamp", "reportRequest", "messageHeader", "messageFooter", "copyAllowed", "locale", "channel", "intent",
        "group", "deviceAgent", "reason",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message that passed: who it is for, its content or its typing, its chips."""

    contact: dict[str, str]
    content: dict[str, Any]
    suggestions: tuple[dict[str, Any], ...] = ()
    typing: str | None = None
    traffic_type: str | None = None
    expiry: datetime | None = None


def read_object(body: bytes, settings: EmulatorSettings) -> dict[str, Any]:
    """The JSON object in ``body``. Raises ``CallRefused`` (42002) when there is none."""
    data = decode_json(body)
    if not isinstance(data, dict):
        raise by_platform(42002, "The body must be a JSON object")
    if settings.null_members == "refused" and has_null(data):
        raise by_platform(42002, "A member is null")
    return without_nulls(data) if settings.null_members == "dropped" else data


def decode_json(body: bytes) -> Json:
    """The JSON value in ``body``. Raises ``CallRefused``: too large (413), not JSON (42002)."""
    if len(body) > BODY_MOST:
        raise by_gateway(413, 66)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise by_platform(42002, "The body is not JSON") from None


def read_send(body: bytes, settings: EmulatorSettings, now: datetime) -> Posted:
    """The body of a send (or of typing). Raises ``CallRefused`` with the first fault's code."""
    data = read_object(body, settings)
    message = obj(data, "RCSMessage", required=True) or {}
    contact = _contact(data.get("messageContact"), settings)
    named = [name for name in (*CONTENTS, "isTyping") if name in message]
    if len(named) > 1:
        raise by_platform(42010)
    if not named or named == ["isTyping"]:
        if "suggestedChipList" in message:
            raise by_platform(42014, "A chip list needs a content beside it")
        if not named:
            raise _no_content(message)
    traffic_type, expiry = _traffic_type(message, settings), _expiry(message, now)
    if named == ["isTyping"]:
        if message["isTyping"] not in ("active", "idle"):
            raise by_platform(42012, "isTyping must be active or idle")
        return Posted(contact=contact, content={}, typing=message["isTyping"])
    return Posted(
        contact=contact,
        content={named[0]: _content(named[0], message, settings)},
        suggestions=_chips(message, settings),
        traffic_type=traffic_type,
        expiry=expiry,
    )


def read_status(body: bytes, settings: EmulatorSettings) -> str:
    """The word of a status change: ``displayed`` or ``canceled`` (either spelling). Raises ``CallRefused``."""
    message = obj(read_object(body, settings), "RCSMessage", required=True) or {}
    word = message.get("status")
    if word in ("canceled", "cancelled"):
        return "canceled"
    if word == "displayed" or (word == "read" and not settings.strict):
        return "displayed"
    raise by_platform(42011, "status must be displayed or cancelled")


def check_msisdn(value: object) -> str:
    """An E.164 number with its ``+``. Raises ``CallRefused`` (42005)."""
    if not isinstance(value, str) or not value.startswith("+"):
        raise by_platform(42005, "userContact must start with +")
    if read_msisdn(value) != value:
        raise by_platform(42005, "userContact is not an E.164 number")
    return value


def _no_content(message: dict[str, Any]) -> Exception:
    strangers = [name for name in message if name not in _NO_CONTENT]
    return by_platform(42009, f"{strangers[0][:40]} is not a known content") if strangers else by_platform(42008)


def _contact(value: Json, settings: EmulatorSettings) -> dict[str, str]:
    if isinstance(value, str) and settings.wraps_contact:
        value = {"userContact": value} if read_msisdn(value) == value else {"chatId": value}
    if value is not None and not isinstance(value, dict):
        raise by_platform(42002, "messageContact must be an object")
    contact: dict[str, str] = {}
    if value and "userContact" in value:
        contact["userContact"] = check_msisdn(value["userContact"])
    chat_id = text(value or {}, "chatId", code=42004)
    if chat_id is not None:
        contact["chatId"] = chat_id
    if not contact:
        raise by_platform(42004)
    return contact


def _traffic_type(message: dict[str, Any], settings: EmulatorSettings) -> str | None:
    word = text(message, "trafficType", code=42013)
    if word is not None and settings.traffic_types != "any" and word not in settings.traffic_types:
        raise by_platform(42013, "trafficType is not a known word")
    return word


def _expiry(message: dict[str, Any], now: datetime) -> datetime | None:
    if "expiry" not in message:
        return None
    at = parse_instant(message["expiry"]) if isinstance(message["expiry"], str) else None
    if at is None:
        raise by_platform(42207, "expiry is not an ISO 8601 date-time")
    if at <= now:
        raise by_platform(42208, "expiry is in the past")
    return at


def _chips(message: dict[str, Any], settings: EmulatorSettings) -> tuple[dict[str, Any], ...]:
    chips = obj(message, "suggestedChipList")
    if chips is None:
        return ()
    items = chips.get("suggestions")
    if not isinstance(items, list) or not items:
        raise by_platform(42043, "The list of suggestions must not be empty")
    if len(items) > _CHIPS_MOST:
        raise by_platform(42044, f"At most {_CHIPS_MOST} suggestions")
    return tuple(check_suggestions(items, settings))


def _content(name: str, message: dict[str, Any], settings: EmulatorSettings) -> Json:
    if name == "textMessage":
        most = settings.text_max_chars if settings.strict else None
        value = message[name]
        return text(message, name, code=42015 if value == "" else 42002, most=most)
    value = obj(message, name, required=True) or {}
    if name == "richcardMessage":
        return check_richcard(value, settings)
    _CHECKS[name](value)
    return value


def _check_file(value: dict[str, Any]) -> None:
    if "fileUrl" not in value:
        raise by_platform(42101, "fileUrl is required")
    uri(value, "fileUrl", https=True)
    text(value, "fileName")
    text(value, "fileMIMEType")
    whole(value, "fileSize", least=0, below=42206)
    thumbnail = uri(value, "thumbnailUrl", code=42100) is not None
    text(value, "thumbnailFileName")
    text(value, "thumbnailMIMEType", code=42100, required=thumbnail)
    whole(value, "thumbnailFileSize", code=42100, required=thumbnail, least=0, below=42206)


def _check_audio(value: dict[str, Any]) -> None:
    if "fileUrl" not in value:
        raise by_platform(42102, "fileUrl is required")
    uri(value, "fileUrl", https=True)
    text(value, "fileName")
    text(value, "fileMIMEType")
    whole(value, "fileSize", least=0, below=42206)
    whole(value, "playingLength", least=0)


def _check_location(value: dict[str, Any]) -> None:
    pos = text(value, "pos", code=42103, required=True) or ""
    if not _is_position(pos):
        raise by_platform(42002, "pos must be a latitude, one space and a longitude")
    text(value, "label", code=42201, most=200)
    instant(value, "timestamp")
    instant(value, "expiry")
    whole(value, "timeOffset")
    whole(value, "radius", least=0)


def _is_position(pos: str) -> bool:
    parts = pos.split(" ")
    digits = [part.removeprefix("-").removeprefix("+").replace(".", "", 1) for part in parts]
    if len(parts) != 2 or not all(each.isascii() and each.isdigit() for each in digits):
        return False
    return abs(float(parts[0])) <= 90 and abs(float(parts[1])) <= 180


_CHECKS = {"fileMessage": _check_file, "audioMessage": _check_audio, "geolocationPushMessage": _check_location}
