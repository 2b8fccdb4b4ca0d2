"""How many parts an SMS fills, counted as networks count (3GPP TS 23.038 and 23.040).

A text whose characters all stand in the seven-bit alphabet is counted in septets: one for a character, two for one of
the extension table. Any other text is counted in UTF-16 units. Alone it may have 160 septets or 70 units; joined, each
part gives seven septets or three units to its header, which leaves 153 or 67; with a reference of 16 bits in the header
one less of each.

A part never ends inside an extension character or a surrogate pair, so a part may be one short and the number of parts
is more than a division. Each emoji of several characters (joiner, skin tone, flag, keycap) stays in one part when that
costs no further part, the earlier one first. Texts are counted in Unicode's composed form (NFC).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

__all__ = ["Segments", "is_seven_bit", "segments"]

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
_ALONE: Final = {"gsm7": 160, "ucs2": 70}
_JOINED: Final = {8: {"gsm7": 153, "ucs2": 67}, 16: {"gsm7": 152, "ucs2": 66}}
_JOINER: Final = "\u200d"
_KEYCAP: Final = "\u20e3"
_CHANGES: Final = (("\ufe00", "\ufe0f"), ("\U0001f3fb", "\U0001f3ff"), ("\U000e0020", "\U000e007f"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """The alphabet of a text, and the size of each part: septets (``gsm7``) or UTF-16 units (``ucs2``), no header."""

    encoding: Literal["gsm7", "ucs2"]
    sizes: tuple[int, ...]

    @property
    def parts(self) -> int:
        """How many SMS this is; an empty text is none."""
        return len(self.sizes)


def is_seven_bit(char: str) -> bool:
    """Whether the seven-bit alphabet or its extension table has this character."""
    return char in _BASIC or char in _EXTENDED


def segments(text: str, *, reference_bits: Literal[8, 16] = 8) -> Segments:
    """Cut ``text`` into the parts a network would send; ``reference_bits``: the joint number in each part's header."""
    joined = _JOINED[reference_bits]
    composed = unicodedata.normalize("NFC", text)
    if all(map(is_seven_bit, composed)):
        pieces = [[2 if char in _EXTENDED else 1] for char in composed]
        return Segments(encoding="gsm7", sizes=_cut(pieces, _ALONE["gsm7"], joined["gsm7"]))
    pieces = [[_units(char) for char in cluster] for cluster in _clusters(composed)]
    return Segments(encoding="ucs2", sizes=_cut(pieces, _ALONE["ucs2"], joined["ucs2"]))


def _units(char: str) -> int:
    return 2 if ord(char) > 0xFFFF else 1


def _cut(clusters: list[list[int]], alone: int, joined: int) -> tuple[int, ...]:
    """The sizes of the parts. A cluster holds the sizes of its characters, and is cut only where that saves a part."""
    total = sum(map(sum, clusters))
    if total <= alone:
        return (total,) if total else ()
    fewest = len(_filled([0], chain.from_iterable(clusters), joined))
    filled = [0]
    for at, cluster in enumerate(clusters):
        size = sum(cluster)
        if len(cluster) > 1 and filled[-1] + size > joined >= size:
            behind = len(_filled([0], chain.from_iterable(clusters[at:]), joined))
            if len(filled) + behind <= fewest:
                filled.append(0)
        _filled(filled, cluster, joined)
    return tuple(filled)


def _filled(parts: list[int], pieces: Iterable[int], joined: int) -> list[int]:
    """Put pieces that cannot be cut into ``parts``, one after the other; the same list."""
    for piece in pieces:
        if parts[-1] + piece > joined:
            parts.append(0)
        parts[-1] += piece
    return parts


def _clusters(text: str) -> list[str]:
    """The characters of ``text``, those that make one emoji together."""
    clusters: list[str] = []
    for char in text:
        if clusters and (_extends(char) or clusters[-1].endswith(_JOINER) or _ends_flag(clusters[-1], char)):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _extends(char: str) -> bool:
    """Whether a character changes or joins the one before it: variants, skin tones, the letters of a region's flag."""
    return char in (_JOINER, _KEYCAP) or any(first <= char <= last for first, last in _CHANGES)


def _ends_flag(before: str, char: str) -> bool:
    return len(before) == 1 and _is_regional(before) and _is_regional(char)


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
