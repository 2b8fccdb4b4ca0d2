"""What a sender makes of a French text so that an SMS carries it in few parts (bot language 10.3).

The counting is :mod:`rbm_bots.messages.segments`, the rewriting :mod:`rbm_bots.messages.transliteration`.
"""

from __future__ import annotations

from rbm_bots.messages.segments import is_seven_bit
from rbm_bots.messages.sms_text import sms_text
from rbm_bots.messages.transliteration import transliterate

__all__ = ["outside", "parts", "rewritten"]


def outside(text: str) -> tuple[str, ...]:
    """The characters that are not in the seven-bit alphabet, each once, in order."""
    return tuple(dict.fromkeys(char for char in text if not is_seven_bit(char)))


def rewritten(text: str) -> str:
    """``text`` with each character outside the alphabet put as its nearest one inside, where there is one."""
    return transliterate(text).text


def parts(text: str) -> int:
    """How many parts the sender needs, rewritten where that saves one; an empty text is one part."""
    return max(1, sms_text(text).segments.parts)
