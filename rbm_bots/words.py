"""Folding: how two texts are compared when a person typed one of them (bot language 5.1).

NFKC, lower case, accents and emoji dropped (👍 and 👎 stay), ``’`` read as ``'``, punctuation as a space,
single spaces. Courtesy words are dropped at both ends unless nothing would be left.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["fold", "fold_words", "is_one_typo"]

_COURTESY = (
    ("s", "il", "vous", "plait"),
    ("s'il", "vous", "plait"),
    ("thank", "you"),
    ("bonjour",),
    ("salut",),
    ("svp",),
    ("stp",),
    ("merci",),
    ("hello",),
    ("hi",),
    ("please",),
    ("thanks",),
)
_FIRST = frozenset(courtesy[0] for courtesy in _COURTESY)
_LAST = frozenset(courtesy[-1] for courtesy in _COURTESY)
_KEPT_EMOJI = frozenset("👍👎")


class _Folded(dict[int, str]):
    """What a character of a decomposed text becomes, for ``str.translate``; worked out once for each character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _KEPT_EMOJI:
            kept = f" {char} "
        elif char == "'" or char.isalnum():
            kept = {"œ": "oe", "æ": "ae"}.get(char, char)
        else:
            kept = "" if unicodedata.combining(char) or char in "\ufe0f\u200d" else " "
        self[code] = kept
        return kept


_FOLDED = _Folded()


@lru_cache(maxsize=8192)
def fold_words(text: str) -> str:
    """``text`` folded, courtesy words kept."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower().replace("’", "'"))
    words = plain.translate(_FOLDED).split()
    return " ".join(word for word in words if word.strip("'")).strip("'")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """``text`` folded, without the courtesy words at its ends unless it is made of nothing else."""
    whole = words = fold_words(text).split()
    while words and (words[0] in _FIRST or words[-1] in _LAST):
        shorter = _without_courtesy(words)
        if shorter is words:
            break
        words = shorter
    return " ".join(words or whole)


def _without_courtesy(words: list[str]) -> list[str]:
    for courtesy in _COURTESY:
        size = len(courtesy)
        if tuple(words[:size]) == courtesy:
            return words[size:]
        if tuple(words[-size:]) == courtesy:
            return words[:-size]
    return words


def is_one_typo(written: str, meant: str) -> bool:
    """Whether one letter more, less or other, or a swap of two neighbours, parts the two (equal ones: no)."""
    if written == meant or abs(len(written) - len(meant)) > 1:
        return False
    short, long = sorted((written, meant), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    if written[at + 1 :] == meant[at + 1 :]:
        return True
    return (
        written[at : at + 2] == meant[at : at + 2][::-1]
        and len(meant) > at + 1
        and written[at + 2 :] == meant[at + 2 :]
    )
