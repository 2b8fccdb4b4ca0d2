"""An incoming event as one flat JSON object, for people and programs that look at it.

Members without a value are left out, except ``content`` of a message, which is ``null`` when it is none that is known.
"""

from __future__ import annotations

from typing import Any

from rbm_bots.clock import rfc3339
from rbm_bots.events import (
    FileStatusChanged,
    Incoming,
    Reason,
    Received,
    Said,
    SentFile,
    SentLocation,
    SharedDevice,
    Started,
    StatusChanged,
    Tapped,
    Typing,
)

__all__ = ["shown"]

_Json = dict[str, Any]


def shown(incoming: Incoming) -> _Json:
    """The members of ``incoming`` under their public names; times in UTC with milliseconds."""
    head = {
        "channel": incoming.channel,
        "kind": incoming.kind,
        "event": incoming.word,
        "bot": incoming.bot,
        "contact": _set({"msisdn": incoming.address.msisdn, "chat_id": incoming.address.chat_id}) or None,
        "message_id": incoming.message_id,
        "timestamp": rfc3339(incoming.at) if incoming.at is not None else None,
    }
    return {**_set(head), **_event(incoming)}


def _event(incoming: Incoming) -> _Json:
    match incoming.event:
        case Received():
            return {"content": None} if incoming.kind == "message" else {}
        case Said(text=text):
            return {"content": "text", "text": text}
        case SentFile() as file:
            return {"content": file.content, "file": _file(file)}
        case SentLocation() as location:
            return _set({"content": "location", "location": _location(location)})
        case Tapped() as tap:
            return _set({"tap": tap.tap, "label": tap.label, "postback": tap.postback})
        case Started() as start:
            return _set(
                {"tap": start.tap, "label": start.label, "postback": start.postback, "language": start.language}
            )
        case SharedDevice(device=device):
            return {"device": device}
        case Typing(typing=typing):
            return _set({"typing": typing})
        case StatusChanged(status=status, reason=reason):
            return _set({"status": status, "reason": _reason(reason)})
        case FileStatusChanged(status=state, file=file, reason=reason):
            return _set({"status": state, "file": _file(file) or None, "reason": _reason(reason)})
        case _:
            return {}


def _file(file: SentFile) -> _Json:
    return _set(
        {
            "id": file.id,
            "url": file.url,
            "name": file.name,
            "mime_type": file.mime_type,
            "size": file.size,
            "duration": file.duration,
            "thumbnail_url": file.thumbnail_url,
            "valid_until": rfc3339(file.valid_until) if file.valid_until is not None else None,
        }
    )


def _location(location: SentLocation) -> _Json | None:
    if location.latitude is None or location.longitude is None:
        return None
    return _set(
        {
            "latitude": location.latitude,
            "longitude": location.longitude,
            "label": location.label,
            "radius": location.radius,
        }
    )


def _reason(reason: Reason | None) -> _Json | None:
    return None if reason is None else {"code": reason.code, "text": reason.text}


def _set(members: _Json) -> _Json:
    return {name: value for name, value in members.items() if value is not None}
