"""How an answer is written down before its type reads it: one alphabet, but punctuation and digits kept."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["LONGEST", "NUMBER_WORDS", "digits_for_words", "plain"]

LONGEST: Final = 2000
"""Characters of a message that typed answers look at; nobody writes a date after that."""

NUMBER_WORDS: Final[dict[str, int]] = {
    word: number
    for names in (
        "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
        " dix-sept dix-huit dix-neuf vingt",
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen twenty",
    )
    for number, word in enumerate(names.split())
}
NUMBER_WORDS["une"] = 1

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | {"’": "'", "‘": "'", "ʼ": "'"})
_TEENS = re.compile(r"\bdix (sept|huit|neuf)\b")
_WORD = re.compile(r"\b(?:" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + r")\b")


def plain(text: str) -> str:
    """``text`` in small letters without accents; every dash is ``-``, every apostrophe ``'``, every blank a space."""
    spelled = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text[:LONGEST]).lower().translate(_DASHES))
    kept = "".join(char for char in spelled if not unicodedata.combining(char))
    return _TEENS.sub(r"dix-\1", " ".join(kept.replace("œ", "oe").split()))


def digits_for_words(text: str) -> str:
    """``text`` (plain) with the words for zero to twenty as digits; «un» and «une» too."""
    return _WORD.sub(lambda found: str(NUMBER_WORDS[found[0]]), text)
