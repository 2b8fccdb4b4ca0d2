"""The user data header of a long text's parts (3GPP TS 23.040): elements 00 and 08, with 8 or 16 bits of reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["Part", "read_part", "write_part"]

_SHORT: Final = 0x00  # element: 8-bit reference
_LONG: Final = 0x08  # element: 16-bit reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The place of a part in a long message: part ``seq`` (from 1) of ``total``, all with one reference."""

    ref: int
    total: int
    seq: int
    ref_bits: int = 8


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
