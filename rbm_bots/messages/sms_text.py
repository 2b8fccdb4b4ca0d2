"""A text as it leaves by SMS: its links shortened, transliterated where asked for, its parts counted and capped.

Four modes. ``strict`` refuses what is not in the seven-bit alphabet. ``gsm`` transliterates, and refuses when something
has no replacement or nothing is left. ``ucs2`` sends the text as it is. ``smart`` transliterates only where that saves
parts and everything has a replacement. Cost, rate and delivery reports all count parts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from rbm_bots.errors import FaultsFound
from rbm_bots.messages.segments import Segments, segments
from rbm_bots.messages.transliteration import LINK, Transliteration, transliterate

__all__ = [
    "MODES",
    "PARTS_MAX",
    "PARTS_MAX_MARKETING",
    "Mode",
    "SmsText",
    "SmsTextRefused",
    "shorten_links",
    "sms_text",
]

Mode = Literal["strict", "gsm", "ucs2", "smart"]
"""How a text outside the seven-bit alphabet is treated."""

MODES: Final[tuple[Mode, ...]] = ("strict", "gsm", "ucs2", "smart")
PARTS_MAX_MARKETING: Final = 3
PARTS_MAX: Final = 5
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_AFTER_LINK: Final = ".,;:!?)\"'»"


class SmsTextRefused(FaultsFound):
    """The text cannot leave by SMS in this mode."""

    code = "sms_text"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsText:
    """What leaves, and what was looked at: for previews, for the lint of bot files, for the record.

    ``before``: the parts of the text as given; ``after``: those of ``rewritten``, its transliterated form.
    ``segments``: those of ``text``, which is one or the other.
    """

    text: str
    segments: Segments
    before: Segments
    rewritten: Transliteration
    after: Segments

    @property
    def transliterated(self) -> bool:
        """Whether the transliterated form leaves, and differs."""
        return self.rewritten.changed > 0 and self.text == self.rewritten.text


def sms_text(
    text: str,
    *,
    mode: Mode = "smart",
    kept: Collection[str] = (),
    alternatives: Mapping[str, str] = _NOTHING,
    reference_bits: Literal[8, 16] = 8,
    most_parts: int | None = None,
) -> SmsText:
    """The text to send for ``text`` (composed, NFC), by ``mode``.

    ``kept`` and ``alternatives``: see :func:`~rbm_bots.messages.transliteration.transliterate`. ``most_parts``: refuse
    more (:data:`PARTS_MAX_MARKETING`, :data:`PARTS_MAX`). Raises :class:`SmsTextRefused`.
    """
    composed = unicodedata.normalize("NFC", text)
    rewritten = transliterate(composed, kept=kept, alternatives=alternatives)
    before = segments(composed, reference_bits=reference_bits)
    after = segments(rewritten.text, reference_bits=reference_bits)
    chosen = composed
    if mode == "strict" and before.encoding != "gsm7":
        raise SmsTextRefused("the text holds characters outside the seven-bit alphabet")
    if mode == "gsm":
        _refuse_what_is_left_out(composed, rewritten)
        chosen = rewritten.text
    elif mode == "smart" and rewritten.text and not rewritten.unmapped and after.parts < before.parts:
        chosen = rewritten.text
    parts = segments(chosen, reference_bits=reference_bits)
    if most_parts is not None and parts.parts > most_parts:
        raise SmsTextRefused(f"the text fills {parts.parts} parts; at most {most_parts} are sent")
    return SmsText(text=chosen, segments=parts, before=before, rewritten=rewritten, after=after)


def _refuse_what_is_left_out(text: str, rewritten: Transliteration) -> None:
    if rewritten.unmapped:
        raise SmsTextRefused(f"{len(rewritten.unmapped)} characters have no form in the seven-bit alphabet")
    if text and not rewritten.text:
        raise SmsTextRefused("nothing is left of the text in the seven-bit alphabet")


def shorten_links(text: str, shorten: Callable[[str], str]) -> str:
    """``text`` with each link as ``shorten`` gives it; called once a link, before parts are counted.

    Punctuation that ends a sentence is not taken for a part of the link.
    """
    return LINK.sub(lambda match: _shortened(match[0], shorten), text)


def _shortened(found: str, shorten: Callable[[str], str]) -> str:
    link = found.rstrip(_AFTER_LINK)
    return shorten(link) + found[len(link) :]
