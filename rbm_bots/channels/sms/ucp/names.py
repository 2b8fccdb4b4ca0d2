"""Names as senders: the septets of a name packed into the digits of an address field."""

from __future__ import annotations

from typing import Final

from rbm_bots.channels.sms.alphabet import read_septets, septets

__all__ = ["pack_name", "unpack_name"]

_LONGEST_NAME: Final = 11  # septets


def pack_name(name: str) -> str:
    """An alphanumeric sender: a count of semi-octets, then the septets packed low bits first, in hexadecimal.

    Raises ``ValueError`` beyond 11 septets, for nothing, and for characters outside the alphabet.
    """
    codes = septets(name)
    if not 1 <= len(codes) <= _LONGEST_NAME:
        raise ValueError("a sender's name has 1 to 11 septets")
    bits = sum(code << (7 * at) for at, code in enumerate(codes))
    packed = bits.to_bytes((7 * len(codes) + 7) // 8, "little")
    semi_octets = (7 * len(codes) + 3) // 4
    return f"{semi_octets:02X}{packed.hex().upper()}"


def unpack_name(digits: str) -> str:
    """The name that :func:`pack_name` packed. Raises ``ValueError`` for what it cannot have written."""
    octets = bytes.fromhex(digits)
    count = octets[0] * 4 // 7 if octets else 0
    if not 1 <= count <= _LONGEST_NAME or len(octets) - 1 < (7 * count + 7) // 8:
        raise ValueError("no packed name")
    bits = int.from_bytes(octets[1:], "little")
    return read_septets(bytes(bits >> (7 * at) & 0x7F for at in range(count)))
