"""Texts inside a frame: one octet per septet (MT 3), UTF-16 (MT 4), and names packed into a sender's field.

A text of the seven-bit alphabet is not packed here: the SMSC does that. A character of the extension table is 1B and
one more octet.
"""

from __future__ import annotations

from typing import Final

__all__ = ["pack_name", "read_septets", "read_utf16", "septets", "unpack_name", "utf16"]

_ESCAPE: Final = 0x1B
_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_OCTETS: Final = {char: bytes((code,)) for code, char in enumerate(_BASIC) if code != _ESCAPE} | {
    char: bytes((_ESCAPE, code)) for code, char in _EXTENDED.items()
}
_UNREADABLE: Final = "\ufffd"
_LONGEST_NAME: Final = 11  # septets


def septets(text: str) -> bytes:
    """One octet per septet. Raises ``ValueError`` for a character outside the alphabet."""
    try:
        return b"".join(_OCTETS[char] for char in text)
    except KeyError:
        raise ValueError("a character is outside the seven-bit alphabet") from None


def read_septets(octets: bytes) -> str:
    """The text of ``octets``; one above 7F is U+FFFD, an unknown extension the character of the basic table."""
    chars, escaped = [], False
    for octet in octets:
        if escaped:
            chars.append(_EXTENDED.get(octet) or _basic(octet))
            escaped = False
        elif octet == _ESCAPE:
            escaped = True
        else:
            chars.append(_basic(octet))
    return "".join(chars)


def _basic(octet: int) -> str:
    if octet == _ESCAPE:
        return " "  # TS 23.038: an escape after an escape is shown as a space
    return _BASIC[octet] if octet < 0x80 else _UNREADABLE


def utf16(text: str) -> bytes:
    """UTF-16, big end first. Raises ``ValueError`` for half of a surrogate pair."""
    return text.encode("utf-16-be")


def read_utf16(octets: bytes) -> str:
    """The text of ``octets``; what is no UTF-16 becomes U+FFFD."""
    return octets.decode("utf-16-be", errors="replace")


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
