"""From a webhook body to one :class:`~rbm_bots.events.Incoming`. Everything odd is read leniently and answered 200.

Only three things are refused: a body above 256,000 bytes, one that is not UTF-8 or not JSON, and one that is not an
object. An event without the word ``event`` is recognised by its members.
"""

from __future__ import annotations

import msgspec

from rbm_bots.addresses import Address, read_msisdn
from rbm_bots.channels.maap.event_shape import (
    Contact,
    DecodeRefused,
    EventShape,
    RcsMessage,
    Tap,
    decode_fast,
    decode_leniently,
)
from rbm_bots.channels.maap.inbound_content import (
    read_content,
    read_device,
    read_file,
    read_reason,
)
from rbm_bots.channels.maap.wire import MAX_BODY_BYTES
from rbm_bots.channels.maap.words import file_status, message_status
from rbm_bots.clock import parse_instant
from rbm_bots.errors import BodyMalformed, BodyTooLarge
from rbm_bots.events import (
    AddressRevealed,
    Event,
    FileStatusChanged,
    Incoming,
    Kind,
    Received,
    SharedDevice,
    Started,
    StatusChanged,
    Tapped,
    Typing,
    Unknown,
)

__all__ = ["START_WORD", "parse", "understand"]

START_WORD = "new_bot_user_initiation"
"""The postback of «start chat»; ``_`` and a language may follow (RCC.71 R15-9-4-14)."""

_KINDS: dict[str, Kind] = {
    "message": "message",
    "response": "response",
    "newUser": "newUser",
    "isTyping": "isTyping",
    "messageStatus": "messageStatus",
    "fileStatus": "fileStatus",
    "alias": "alias",
}
_NOTHING = RcsMessage()
_NOBODY = Address()


def parse(body: bytes) -> Incoming:
    """The event in a webhook's body. Raises ``BodyTooLarge`` (413) or ``BodyMalformed`` (400), nothing else."""
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"the body has more than {MAX_BODY_BYTES} bytes")
    try:
        if not body.isascii():
            body.decode()  # the decoder skips members it does not know without looking at their bytes
        try:
            event = decode_fast(body)
        except msgspec.ValidationError:
            event = decode_leniently(body)
    except DecodeRefused:
        raise BodyMalformed from None
    return understand(event)


def understand(event: EventShape) -> Incoming:
    """What a decoded event means. Pure."""
    message = event.message or _NOTHING
    address = _address(event.message_contact) if event.message_contact is not None else _NOBODY
    kind = _kind(event, message, address)
    return Incoming(
        channel="maap",
        kind=kind,
        event=_event(kind, event, message),
        word=event.event,
        address=address,
        message_id=message.msg_id or None,
        at=parse_instant(message.timestamp) if message.timestamp is not None else None,
    )


def _kind(event: EventShape, message: RcsMessage, address: Address) -> Kind:
    """By the word; a start word makes a response a new user; without a word by the members."""
    if event.event is not None:
        kind = _KINDS.get(event.event, "unknown")
        return "newUser" if kind == "response" and _starts(message) else kind
    if read_content(message) is not None:
        return "message"
    if message.suggested_response is not None or message.shared_data is not None:
        return "newUser" if _starts(message) else "response"
    if message.is_typing is not None:
        return "isTyping"
    if message.status is not None:
        return "messageStatus"
    if event.file is not None:
        return "fileStatus"
    return "alias" if address.msisdn is not None and address.chat_id is not None else "unknown"


def _event(kind: Kind, event: EventShape, message: RcsMessage) -> Event:
    match kind:
        case "message":
            return read_content(message) or Received()
        case "response":
            return _response(message)
        case "newUser":
            return _started(message)
        case "messageStatus":
            return StatusChanged(status=message_status(message.status), reason=read_reason(message, event))
        case "isTyping":
            word = message.is_typing
            return Typing(typing="active" if word == "active" else "idle" if word == "idle" else None)
        case "fileStatus":
            file = event.file
            return FileStatusChanged(
                status=file_status(file.status if file else None),
                file=read_file(file),
                reason=read_reason(message, event),
            )
        case "alias":
            return AddressRevealed()
        case _:
            return Unknown()


def _address(contact: Contact | str) -> Address:
    if isinstance(contact, str):
        number = read_msisdn(contact)
        return Address(msisdn=number) if number else Address(chat_id=contact or None)
    number = read_msisdn(contact.user_contact) if contact.user_contact is not None else None
    return Address(msisdn=number, chat_id=contact.chat_id or None)


def _taps(message: RcsMessage) -> tuple[Tap | None, Tap | None]:
    """The tapped reply and action; the doubled form first, then the flat one."""
    outer = message.suggested_response
    if outer is None:
        return None, None
    inner = outer.response
    if inner is not None and (inner.reply is not None or inner.action is not None):
        return inner.reply, inner.action
    return outer.reply, outer.action


def _postback(tap: Tap) -> str | None:
    return tap.postback.data if tap.postback is not None else None


def _starts(message: RcsMessage) -> bool:
    reply, _ = _taps(message)
    return reply is not None and (_postback(reply) or "").startswith(START_WORD)


def _response(message: RcsMessage) -> Event:
    reply, action = _taps(message)
    if reply is not None:
        return Tapped(tap="reply", label=reply.display_text, postback=_postback(reply))
    if action is not None:
        return Tapped(tap="action", label=action.display_text, postback=_postback(action))
    device = message.shared_data.device_specifics if message.shared_data is not None else None
    return SharedDevice(device=read_device(device)) if device is not None else Received()


def _started(message: RcsMessage) -> Started:
    reply, action = _taps(message)
    tap = reply or action
    if tap is None:
        return Started()
    data = _postback(tap)
    word, _, language = (data or "").partition(f"{START_WORD}_")
    return Started(
        language=language.lower() or None if not word else None,
        tap="reply" if reply is not None else "action",
        label=tap.display_text,
        postback=data,
    )
