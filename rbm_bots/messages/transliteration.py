"""A French text in the seven-bit alphabet of SMS: ``ç`` as ``c``, ``’`` as ``'``, emoji dropped. Always a report.

Theory of operation. The text is composed (NFC) and walked through character by character. What the alphabet has stays.
Links and pieces named by the caller (codes, names) stay too, whatever they hold. Then a table; then what is dropped;
at last the compatibility form (NFKD) without its marks, through the table once more. What is still outside is kept and
listed: it is never a question mark.

A dropped run of emoji takes one space with it where it stood between two, or at an end of the text, so that no double
space is left behind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rbm_bots.messages.segments import is_seven_bit

__all__ = ["LINK", "Transliteration", "transliterate"]

LINK: Final = re.compile(r"https?://\S*")
"""A link: up to the next space."""

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_TABLE: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys("’‘ʼ‛′`´‹›", "'")
    | dict.fromkeys("“”„«»″", '"')
    | dict.fromkeys("–—‐‑−•·", "-")
    | dict.fromkeys("\u00a0\u202f\u2009\u2007\t", " ")
    | {"…": "...", "ç": "c", "œ": "oe", "Œ": "OE", "°": ""}
    | {"×": "x", "÷": "/", "⁄": "/", "±": "+/-", "µ": "u", "©": "(c)", "®": "(R)"}
)
_UNSEEN: Final = ((0x00AD,) * 2, (0x200B, 0x200F), (0x2060, 0x2064), (0x20E3,) * 2, (0xFE00, 0xFE0F), (0xFEFF,) * 2,
                  (0xE0000, 0xE007F), (0xE0100, 0xE01EF))  # fmt: skip
_EMOJI: Final = ((0x2190, 0x21FF), (0x2300, 0x23FF), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transliteration:
    """The text, how many characters were replaced or dropped, and those without a replacement, each once, in order."""

    text: str
    changed: int
    unmapped: tuple[str, ...]


def transliterate(
    text: str, *, kept: Collection[str] = (), alternatives: Mapping[str, str] = _NOTHING
) -> Transliteration:
    """Put ``text`` into the seven-bit alphabet as far as it goes.

    ``kept``: pieces of text (codes, names) that stay as they are. ``alternatives``: the words that stand for an emoji.
    """
    composed = unicodedata.normalize("NFC", text)
    pieces = _pieces(composed, _kept_places(composed, kept), alternatives)
    outside = [char for piece in pieces for char in piece.becomes if not is_seven_bit(char)]
    return Transliteration(
        text=_joined(pieces),
        changed=sum(piece.changed for piece in pieces),
        unmapped=tuple(dict.fromkeys(outside)),
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one character becomes; ``emoji``, ``unseen``: it was dropped as such."""

    becomes: str
    changed: bool = False
    emoji: bool = False
    unseen: bool = False


def _kept_places(text: str, kept: Collection[str]) -> frozenset[int]:
    names = [re.escape(unicodedata.normalize("NFC", name)) for name in kept if name]
    patterns = [LINK, *map(re.compile, names)]
    return frozenset(at for pattern in patterns for match in pattern.finditer(text) for at in range(*match.span()))


def _pieces(text: str, kept: frozenset[int], alternatives: Mapping[str, str]) -> list[_Piece]:
    pieces = []
    for at, char in enumerate(text):
        if at in kept or is_seven_bit(char):
            pieces.append(_Piece(char))
        elif char == "°" and text[at - 1 : at] in ("n", "N"):
            pieces.append(_Piece("o", changed=True))
        elif char in alternatives:
            pieces.append(_Piece(alternatives[char], changed=True))
        else:
            pieces.append(_piece(char))
    return pieces


def _piece(char: str) -> _Piece:
    if char in _TABLE:
        return _Piece(_TABLE[char], changed=True)
    if _is_among(char, _UNSEEN):
        return _Piece("", changed=True, unseen=True)
    if _is_among(char, _EMOJI):
        return _Piece("", changed=True, emoji=True)
    apart = [part for part in unicodedata.normalize("NFKD", char) if not unicodedata.category(part).startswith("M")]
    plain = "".join(_TABLE.get(part, part) for part in apart)
    return _Piece(plain, changed=True) if all(map(is_seven_bit, plain)) else _Piece(char)


def _is_among(char: str, ranges: tuple[tuple[int, ...], ...]) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)


def _joined(pieces: list[_Piece]) -> str:
    """The pieces one after the other; a run of emoji between two spaces, or at an end, takes one space with it."""
    out = ""
    at = 0
    while at < len(pieces):
        end = at
        while end < len(pieces) and (pieces[end].emoji or pieces[end].unseen):
            end += 1
        if not any(piece.emoji for piece in pieces[at:end]):
            out += pieces[at].becomes
            at += 1
        elif end == len(pieces):
            return out.removesuffix(" ")
        else:
            at = end + (pieces[end].becomes == " " and (not out or out.endswith(" ")))
    return out
