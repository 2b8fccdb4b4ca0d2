"""The octets of a text: one per septet of the seven-bit alphabet (3GPP TS 23.038), or UTF-16.

A text of the seven-bit alphabet is not packed here: the SMSC does that. A character of the extension table is 1B and
one more octet.
"""

from __future__ import annotations

from typing import Final

__all__ = ["read_septets", "read_utf16", "septets", "utf16"]

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
