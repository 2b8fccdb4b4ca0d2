"""What a person sent: text, file, sound, position, device data; and the reason of a failure. Read leniently."""

from __future__ import annotations

import math
import re
from typing import Any

from rbm_bots.channels.maap.event_shape import EventShape, FileShape, Geo, RcsMessage
from rbm_bots.channels.maap.platform_error import code_number
from rbm_bots.clock import parse_instant
from rbm_bots.events import Reason, Said, SentFile, SentLocation

__all__ = ["read_content", "read_device", "read_file", "read_reason"]

_POS = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9]+)?) ([+-]?[0-9]{1,3}(?:\.[0-9]+)?)", re.ASCII)
_TEXTS = ("deviceModel", "platformVersion", "clientVendor", "clientVersion")
_MOST = 2**63 - 1  # what a database column and a strict JSON reader take


def read_content(message: RcsMessage) -> Said | SentFile | SentLocation | None:
    """The content member; ``None`` without one."""
    if message.text_message is not None:
        return Said(text=message.text_message)
    if message.file_message is not None:
        return read_file(message.file_message)
    if message.audio_message is not None:
        return read_file(message.audio_message, audio=True)
    if message.geolocation_push_message is not None:
        return _location(message.geolocation_push_message)
    return None


def read_file(file: FileShape | None, *, audio: bool = False) -> SentFile:
    """What came of a file."""
    if file is None:
        return SentFile()
    return SentFile(
        content="audio" if audio else "file",
        id=file.file_id,
        url=file.file_url,
        name=file.file_name,
        mime_type=file.file_mime_type,
        size=_whole(file.file_size),
        duration=_whole(file.playing_length),
        thumbnail_url=file.thumbnail_url,
        valid_until=parse_instant(file.validity) if file.validity is not None else None,
    )


def read_device(members: dict[str, Any]) -> dict[str, Any]:
    """Device data under its own names: texts and finite numbers; a known text that is none counts as absent."""
    kept = {name: value for name, value in members.items() if _plain(value)}
    for name in _TEXTS:
        if not isinstance(kept.get(name, ""), str):
            del kept[name]
    battery = kept.get("batteryRemainingMinutes", 0)
    if isinstance(battery, str | bool):
        del kept["batteryRemainingMinutes"]
    return kept


def read_reason(message: RcsMessage, event: EventShape) -> Reason | None:
    """Why something failed: inside ``RCSMessage`` first, then beside it; a plain string is the text."""
    reason = message.reason if message.reason is not None else event.reason
    if reason is None or isinstance(reason, str):
        return Reason(text=reason) if reason else None
    code = code_number(reason.code)
    known = code if isinstance(code, int) and abs(code) <= _MOST else None
    return Reason(code=known, text=reason.text) if known is not None or reason.text is not None else None


def _location(geo: Geo) -> SentLocation:
    found = _POS.fullmatch(geo.pos) if geo.pos is not None else None
    latitude, longitude = (float(found[1]), float(found[2])) if found else (math.inf, math.inf)
    good = abs(latitude) <= 90 and abs(longitude) <= 180
    radius = geo.radius
    return SentLocation(
        latitude=latitude if good else None,
        longitude=longitude if good else None,
        label=geo.label,
        radius=float(radius) if radius is not None and abs(radius) <= _MOST else None,
    )


def _whole(value: float | None) -> int | None:
    """A whole number that fits 64 bits; JSON may write it as ``20480.0``."""
    if value is None or not abs(value) <= _MOST or value != int(value):
        return None
    return int(value)


def _plain(value: object) -> bool:
    if isinstance(value, bool | str):
        return True
    if isinstance(value, int):
        return abs(value) <= _MOST
    return isinstance(value, float) and math.isfinite(value)
