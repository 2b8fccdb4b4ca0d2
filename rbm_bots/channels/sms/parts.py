"""From a text to the parts that carry it. Each part is sent, billed and reported by itself."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal

import msgspec

from rbm_bots.channels.sms.alphabet import septets, utf16
from rbm_bots.channels.sms.header import Part
from rbm_bots.messages.segments import segments

__all__ = ["SmsPart", "cut"]

_MOST_PARTS: Final = 255  # the count of parts is one octet


class SmsPart(msgspec.Struct, frozen=True, kw_only=True):
    """Part ``number`` (from 1) of ``count``. ``text`` is this part's alone.

    ``reference`` joins the parts of one text on the phone: 0 to 255, or to 65,535 with ``reference_bits`` 16.
    """

    text: str
    encoding: Literal["gsm7", "ucs2"] = "gsm7"
    number: int = 1
    count: int = 1
    reference: int = 0
    reference_bits: Literal[8, 16] = 8

    def __repr__(self) -> str:
        """Without the text."""
        return f"SmsPart({self.number} of {self.count}, {self.encoding})"

    @property
    def place(self) -> Part | None:
        """What the header of this part says; ``None`` for a text that is one part."""
        if self.count == 1:
            return None
        return Part(ref=self.reference, total=self.count, seq=self.number, ref_bits=self.reference_bits)


def cut(text: str, *, reference: int, reference_bits: Literal[8, 16] = 8, whole: bool = False) -> tuple[SmsPart, ...]:
    """The parts of ``text``. ``reference``: another one for each long text to a person; its high bits are dropped.

    ``whole``: one part however long, for a transport that takes no parts. Raises ``ValueError`` for an empty text and
    one of more than 255 parts.
    """
    sizes = segments(text, reference_bits=reference_bits)
    if not 1 <= sizes.parts <= _MOST_PARTS:
        raise ValueError("a text has 1 to 255 parts")
    if whole:
        return (SmsPart(text=unicodedata.normalize("NFC", text), encoding=sizes.encoding),)
    pieces = _pieces(unicodedata.normalize("NFC", text), sizes.encoding, sizes.sizes)
    return tuple(
        SmsPart(
            text=piece,
            encoding=sizes.encoding,
            number=number,
            count=sizes.parts,
            reference=reference % (1 << reference_bits),
            reference_bits=reference_bits,
        )
        for number, piece in enumerate(pieces, 1)
    )


def _pieces(text: str, encoding: str, sizes: tuple[int, ...]) -> list[str]:
    """``text`` cut where the parts of ``sizes`` (septets or UTF-16 units) end."""
    pieces, at = [], 0
    for size in sizes:
        start, filled = at, 0
        while filled < size:
            filled += len(septets(text[at])) if encoding == "gsm7" else len(utf16(text[at])) // 2
            at += 1
        pieces.append(text[start:at])
    return pieces
