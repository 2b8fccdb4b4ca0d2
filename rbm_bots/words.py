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
_KEPT_EMOJI = frozenset("👍👎")


@lru_cache(maxsize=8192)
def fold_words(text: str) -> str:
    """``text`` folded, courtesy words kept."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower().replace("’", "'"))
    kept = []
    for char in plain:
        if char in _KEPT_EMOJI:
            kept.append(f" {char} ")
        elif char == "'" or char.isalnum():
            kept.append(char)
        elif not unicodedata.combining(char) and char != "\ufe0f" and char != "\u200d":
            kept.append(" ")
    return " ".join("".join(kept).replace("œ", "oe").replace("æ", "ae").split()).strip("' ")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """``text`` folded, without the courtesy words at its ends unless it is made of nothing else."""
    words = fold_words(text).split()
    whole = list(words)
    changed = True
    while changed and words:
        changed = False
        for courtesy in _COURTESY:
            size = len(courtesy)
            if tuple(words[:size]) == courtesy:
                words, changed = words[size:], True
            elif tuple(words[-size:]) == courtesy:
                words, changed = words[:-size], True
    return " ".join(words or whole)


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
