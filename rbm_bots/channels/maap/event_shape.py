"""The shape of a webhook event, and how bytes become it: strictly when they fit, member by member when they do not.

Theory of operation. Nearly every body has members of the right types, so one typed decoder reads it in about a
microsecond (:func:`decode_fast`). A member of a wrong JSON type makes that decoder refuse the whole. Then
:func:`decode_leniently` reads the same shape level by level: each member is kept as raw bytes and decoded by itself,
and one that does not fit counts as absent. Both use the same types, so they cannot disagree about a body that both
accept; a property test holds them to it. Neither looks at members outside the shape, except that all must be correct
JSON.
"""

from __future__ import annotations

from typing import Any, get_args

import msgspec

__all__ = [
    "Contact",
    "DecodeRefused",
    "EventShape",
    "FileShape",
    "Geo",
    "Postback",
    "RcsMessage",
    "ReasonShape",
    "Response",
    "SharedData",
    "SuggestedResponse",
    "Tap",
    "decode_fast",
    "decode_leniently",
]

_Number = int | float
DecodeRefused = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoders raise for bytes that are not JSON, or nested beyond the interpreter's depth."""


class Contact(msgspec.Struct, gc=False, rename="camel"):
    """``messageContact``."""

    user_contact: str | None = None
    chat_id: str | None = None


class Postback(msgspec.Struct, gc=False, rename="camel"):
    """``postback``."""

    data: str | None = None


class Tap(msgspec.Struct, rename="camel"):
    """A tapped suggestion."""

    display_text: str | None = None
    postback: Postback | None = None


class Response(msgspec.Struct, rename="camel"):
    """The inner ``response``."""

    reply: Tap | None = None
    action: Tap | None = None


class SuggestedResponse(msgspec.Struct, rename="camel"):
    """``suggestedResponse``; some vendors leave the inner ``response`` out."""

    response: Response | None = None
    reply: Tap | None = None
    action: Tap | None = None


class SharedData(msgspec.Struct, rename="camel"):
    """``sharedData``."""

    device_specifics: dict[str, Any] | None = None


class FileShape(msgspec.Struct, gc=False, rename="camel"):
    """``fileMessage``, ``audioMessage`` and the ``file`` of a file status; ``playingLength`` in seconds."""

    file_id: str | None = None
    file_url: str | None = None
    file_name: str | None = None
    file_mime_type: str | None = msgspec.field(default=None, name="fileMIMEType")
    file_size: _Number | None = None
    thumbnail_url: str | None = None
    playing_length: _Number | None = None
    status: str | None = None
    validity: str | None = None


class Geo(msgspec.Struct, gc=False, rename="camel"):
    """``geolocationPushMessage``."""

    pos: str | None = None
    label: str | None = None
    radius: _Number | None = None


class ReasonShape(msgspec.Struct, gc=False, rename="camel"):
    """``reason`` as an object."""

    code: _Number | str | None = None
    text: str | None = None


class RcsMessage(msgspec.Struct, rename="camel"):
    """``RCSMessage`` as it comes from a platform."""

    msg_id: str | None = None
    timestamp: str | None = None
    text_message: str | None = None
    file_message: FileShape | None = None
    audio_message: FileShape | None = None
    geolocation_push_message: Geo | None = None
    suggested_response: SuggestedResponse | None = None
    shared_data: SharedData | None = None
    is_typing: str | None = None
    status: str | None = None
    reason: ReasonShape | str | None = None


class EventShape(msgspec.Struct, rename="camel"):
    """One event; ``messageContact`` and ``reason`` may be plain strings."""

    message: RcsMessage | None = msgspec.field(default=None, name="RCSMessage")
    message_contact: Contact | str | None = None
    event: str | None = None
    file: FileShape | None = None
    reason: ReasonShape | str | None = None


_FAST = msgspec.json.Decoder(EventShape)


def decode_fast(body: bytes) -> EventShape:
    """The event of a body that fits the shape. Raises one of ``DecodeRefused``; ``ValidationError`` for a misfit."""
    return _FAST.decode(body)


def decode_leniently(body: bytes) -> EventShape:
    """The event, with each member of a wrong type absent.

    Raises one of ``DecodeRefused`` when the body is not a JSON object.
    """
    event = _OBJECTS[EventShape].read(body)
    assert isinstance(event, EventShape)  # the reader of a shape makes that shape
    return event


class _Member:
    """One member of a shape: its decoder, and the reader of its own members when it is an object."""

    def __init__(self, kind: Any) -> None:  # noqa: ANN401  a type as written in a shape
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
        self._inner = next((part for part in get_args(kind) if part in _OBJECTS), None)

    def read(self, raw: msgspec.Raw) -> object:
        """The value; ``None`` for one of a wrong type."""
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError:
            if self._inner is None:
                return None
        try:
            return _OBJECTS[self._inner].read(raw)
        except msgspec.ValidationError:
            return None  # not an object at all


class _Object:
    """Reads one shape level by level."""

    def __init__(self, shape: type[msgspec.Struct]) -> None:
        self._shape = shape
        fields = msgspec.structs.fields(shape)
        self._members = {field.name: _Member(field.type) for field in fields}
        missing = msgspec.Raw(b"null")
        raw = msgspec.defstruct(
            f"Raw{shape.__name__}",
            [(f.name, msgspec.Raw, msgspec.field(default=missing, name=f.encode_name)) for f in fields],
        )
        self._raw: msgspec.json.Decoder[Any] = msgspec.json.Decoder(raw)

    def read(self, body: bytes | msgspec.Raw) -> msgspec.Struct:
        """The shape's value. Raises ``ValidationError`` for anything that is not an object."""
        raw = self._raw.decode(body)
        return self._shape(**{name: member.read(getattr(raw, name)) for name, member in self._members.items()})


_SHAPES: tuple[type[msgspec.Struct], ...] = (
    Contact,
    Postback,
    Tap,
    Response,
    SuggestedResponse,
    SharedData,
    FileShape,
    Geo,
    ReasonShape,
    RcsMessage,
    EventShape,
)
_OBJECTS: dict[type[msgspec.Struct], _Object] = {}
for _shape in _SHAPES:  # inner shapes first: a member looks its own reader up
    _OBJECTS[_shape] = _Object(_shape)
