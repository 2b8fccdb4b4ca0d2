"""A ``deliver_sm`` read from its octets, leniently: a report must not be lost to a field that nobody needs.

Read are the addresses, the text with its coding and its place in a long one, and of the optional parameters those that
a delivery report uses. Unknown ones are skipped by their length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from rbm_bots.channels.sms.alphabet import read_septets, read_utf16
from rbm_bots.channels.sms.header import Part, read_part
from rbm_bots.channels.sms.transport import DeliveryState

__all__ = ["Delivery", "Receipt", "command_status", "read_delivery", "read_receipt"]

_HEADER: Final = 16
_UDHI: Final = 0x40
_RECEIPT: Final = 0x04
_KINDS: Final = 0x3C  # the bits of esm_class that tell what the message is
_RECEIPTED_ID: Final = 0x001E
_REFERENCE, _TOTAL, _NUMBER = 0x020C, 0x020E, 0x020F  # of a part, in place of a header
_PAYLOAD: Final = 0x0424
_STATE: Final = 0x0427
_UCS2: Final = frozenset({0x08, 0x18, 0x19, 0x1A, 0x1B})  # plain, and with a message class
_ASCII: Final = 0x01
_LATIN: Final = frozenset({_ASCII, 0x02, 0x03, 0x04})  # ASCII, octets, Latin-1, octets
_STATES: Final[dict[str, DeliveryState]] = {
    "DELIVRD": "delivered",
    "EXPIRED": "failed",
    "UNDELIV": "failed",
    "REJECTD": "failed",
    "DELETED": "failed",
    "ACCEPTD": "submitted",
    "ENROUTE": "buffered",
    "UNKNOWN": "unknown",
}
_NUMBERED: Final = ("", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD")
_FIELD: Final = {name: re.compile(rf"\b{name}:\s*(\S+)", re.IGNORECASE) for name in ("id", "stat", "err")}
_NO_ERROR: Final = re.compile(r"0+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the SMSC hands us: a message from a phone, or a report. ``place``: of a part."""

    source: str
    destination: str
    text: str = field(repr=False)
    place: Part | None = None
    is_receipt: bool = False
    receipted_id: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A delivery report: of the message that was submitted as ``reference``."""

    reference: str
    state: DeliveryState
    reason: str = ""


def command_status(pdu: bytes) -> int:
    """The status of a result, also one that no table knows."""
    return int.from_bytes(pdu[8:12])


def read_delivery(pdu: bytes) -> Delivery:
    """Raises ``ValueError`` when the octets end too early."""
    at, texts = _HEADER, []
    for skip in (0, 2, 2):  # service type; then each address after its type and plan
        at += skip
        end = pdu.index(0, at)
        texts.append(pdu[at:end].decode("latin-1"))
        at = end + 1
    _, source, destination = texts
    esm_class = _octet(pdu, at)
    at = pdu.index(0, pdu.index(0, at + 3) + 1) + 1  # after priority two times, each ends in a zero
    coding, length = _octet(pdu, at + 2), _octet(pdu, at + 4)
    body = at + 5
    octets = pdu[body : body + length]
    if len(octets) < length:
        raise ValueError("the message ends too early")
    more = _parameters(pdu[body + length :])
    octets = octets or more.get(_PAYLOAD, b"")
    header = octets[: octets[0] + 1] if esm_class & _UDHI and octets else b""
    is_receipt = esm_class & _KINDS == _RECEIPT or _RECEIPTED_ID in more
    return Delivery(
        source=source,
        destination=destination,
        # a report's own words are ASCII, whatever the alphabet of people's texts is
        text=_text(octets[len(header) :], _ASCII if is_receipt and coding == 0 else coding),
        place=read_part(header) if header else _place(more),
        is_receipt=is_receipt,
        receipted_id=more.get(_RECEIPTED_ID, b"").rstrip(b"\0").decode("latin-1"),
        state=_numbered(more.get(_STATE, b"")),
    )


def read_receipt(delivery: Delivery) -> Receipt | None:
    """The report in ``delivery``: parameters first, then the text. ``None`` when it names no message or no state."""
    found = {name: match[1] for name, form in _FIELD.items() if (match := form.search(delivery.text))}
    reference = delivery.receipted_id or found.get("id", "")
    word = (delivery.state or found.get("stat", "")).upper()
    state = _STATES.get(word)
    if not reference or state is None:
        return None
    code = found.get("err", "")
    reason = "" if state == "delivered" else code if code and not _NO_ERROR.fullmatch(code) else word
    return Receipt(reference=reference, state=state, reason=reason[:20])


def _octet(pdu: bytes, at: int) -> int:
    if at >= len(pdu):
        raise ValueError("the message ends too early")
    return pdu[at]


def _parameters(octets: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(octets):
        tag, length = int.from_bytes(octets[at : at + 2]), int.from_bytes(octets[at + 2 : at + 4])
        found[tag] = octets[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def _place(more: dict[int, bytes]) -> Part | None:
    reference, total, number = (int.from_bytes(more.get(tag, b"")) for tag in (_REFERENCE, _TOTAL, _NUMBER))
    if not 1 <= number <= total or total < 2:
        return None
    return Part(ref=reference, total=total, seq=number, ref_bits=16)


def _numbered(octets: bytes) -> str:
    number = int.from_bytes(octets)
    return _NUMBERED[number] if number < len(_NUMBERED) else ""


def _text(octets: bytes, coding: int) -> str:
    if coding in _UCS2:
        return read_utf16(octets)
    return octets.decode("latin-1") if coding in _LATIN else read_septets(octets)
