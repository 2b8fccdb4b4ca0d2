"""XSer, the extra services of a message: ``TT LL DD…`` one after the other, in hexadecimal digits.

Used here: 01, the GSM user data header with its own length octet; 02, the data coding scheme; 0C, the billing
identifier. Other types are kept and ignored.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "BILLING",
    "CODING",
    "FLASH",
    "HEADER",
    "UCS2",
    "read_xser",
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
