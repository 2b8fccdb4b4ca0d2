"""Which characters an SMS carries in its seven-bit alphabet (3GPP TS 23.038), and how many parts a text fills.

A part holds 160 seven-bit characters, 153 when there are several; with any other character 70, or 67. Characters of the
extension table count twice. ``rewritten`` is what a sender makes of a French text to stay in the alphabet.
"""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["is_seven_bit", "outside", "parts", "rewritten"]

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
_WORDS: Final = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "…": "...", "œ": "oe", "Œ": "OE", "–": "-", "—": "-",
    "\u00a0": " ", "\u202f": " ", "\u2011": "-",
}  # fmt: skip
_SINGLE: Final = (160, 70)
_JOINED: Final = (153, 67)


def is_seven_bit(char: str) -> bool:
    """Whether the seven-bit alphabet has this character."""
    return char in _BASIC or char in _EXTENDED


def outside(text: str) -> tuple[str, ...]:
    """The characters that are not in the seven-bit alphabet, each once, in order."""
    return tuple(dict.fromkeys(char for char in text if not is_seven_bit(char)))


def rewritten(text: str) -> str:
    """``text`` with each character outside the alphabet put as its nearest one inside, where there is one."""
    return "".join(char if is_seven_bit(char) else _nearest(char) for char in text)


def _nearest(char: str) -> str:
    if char in _WORDS:
        return _WORDS[char]
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return plain if plain and all(is_seven_bit(part) for part in plain) else char


def parts(text: str) -> int:
    """How many parts the rewritten text fills; an empty text is one part."""
    written = rewritten(text)
    wide = bool(outside(written))
    if wide:
        size = len(written.encode("utf-16-be", "surrogatepass")) // 2
    else:
        size = sum(2 if char in _EXTENDED else 1 for char in written)
    return 1 if size <= _SINGLE[wide] else -(-size // _JOINED[wide])
