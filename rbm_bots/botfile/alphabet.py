"""What a sender makes of a French text so that an SMS carries it in few parts (bot language 10.3).

The counting itself is :mod:`rbm_bots.messages.segments`.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from rbm_bots.messages.segments import is_seven_bit, segments

__all__ = ["outside", "parts", "rewritten"]

_WORDS: Final = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "…": "...", "œ": "oe", "Œ": "OE", "–": "-", "—": "-",
    "\u00a0": " ", "\u202f": " ", "\u2011": "-",
}  # fmt: skip


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
    """How many parts the sender needs, rewritten where that saves one; an empty text is one part."""
    return max(1, min(segments(text).parts, segments(rewritten(text)).parts))
