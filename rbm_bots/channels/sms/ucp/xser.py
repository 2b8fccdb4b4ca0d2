"""XSer, the extra services of a message: ``TT LL DD…`` one after the other, in hexadecimal digits.

Used here: 01, the GSM user data header with its own length octet; 02, the data coding scheme; 0C, the billing
identifier. Other types are kept and ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = [
    "BILLING",
    "CODING",
    "FLASH",
    "HEADER",
    "UCS2",
    "Part",
    "read_part",
    "read_xser",
    "write_part",
    "write_xser",
]

HEADER: Final = 0x01
"""GSM user data header."""

CODING: Final = 0x02
"""GSM data coding scheme."""

BILLING: Final = 0x0C
"""Billing identifier."""

UCS2: Final = b"\x08"
"""Coding scheme of UCS-2 texts."""

FLASH: Final = b"\x10"
"""Coding scheme of class 0."""

_SHORT: Final = 0x00  # header element: 8-bit reference
_LONG: Final = 0x08  # header element: 16-bit reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The place of a part in a long message: part ``seq`` (from 1) of ``total``, all with one reference."""

    ref: int
    total: int
    seq: int
    ref_bits: int = 8


def read_xser(text: str) -> tuple[tuple[int, bytes], ...] | None:
    """The services of ``text`` in order; ``None`` when one runs over the end or it is not hexadecimal."""
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        return None
    services, at = [], 0
    while at < len(octets):
        if at + 2 > len(octets) or at + 2 + octets[at + 1] > len(octets):
            return None
        end = at + 2 + octets[at + 1]
        services.append((octets[at], octets[at + 2 : end]))
        at = end
    return tuple(services)


def write_xser(services: tuple[tuple[int, bytes], ...]) -> str:
    """The digits of ``services``."""
    return "".join(f"{kind:02X}{len(octets):02X}{octets.hex().upper()}" for kind, octets in services)


def read_part(header: bytes) -> Part | None:
    """What a user data header says of a long message; ``None`` when nothing, or nothing possible."""
    at, end = 1, min(len(header), 1 + (header[0] if header else 0))
    while at + 2 <= end:
        kind, data = header[at], header[at + 2 : at + 2 + header[at + 1]]
        if (kind, len(data)) in ((_SHORT, 3), (_LONG, 4)):
            part = Part(ref=int.from_bytes(data[:-2]), total=data[-2], seq=data[-1], ref_bits=8 * (len(data) - 2))
            return part if 1 <= part.seq <= part.total else None
        at += 2 + header[at + 1]
    return None


def write_part(part: Part) -> bytes:
    """The user data header of a part, its length octet included."""
    size = part.ref_bits // 8
    element = part.ref.to_bytes(size) + bytes((part.total, part.seq))
    return bytes((2 + len(element), _SHORT if size == 1 else _LONG, len(element))) + element
