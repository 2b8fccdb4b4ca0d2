"""E-mail addresses in a sentence: exactly one ``x@y.z`` of at most 254 characters."""

from __future__ import annotations

import re
from typing import Final

from rbm_bots.dialogue.answers.plain import LONGEST

__all__ = ["read_email"]

_LONGEST: Final = 254
_PARTING = re.compile(r"[\s,;<>()\[\]«»\"]+")
_ADDRESS = re.compile(
    r"(?P<local>[\w!#$%&*+/=?^`{|}~'-]+(?:\.[\w!#$%&*+/=?^`{|}~'-]+)*)"
    r"@(?P<domain>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_])"
)


def read_email(text: str) -> str | None:
    """The one address in ``text``, its domain in small letters, or ``None``."""
    found = {address for word in _PARTING.split(text[:LONGEST]) if (address := _read_word(word)) is not None}
    return found.pop() if len(found) == 1 else None


def _read_word(word: str) -> str | None:
    if "@" not in word:
        return None
    word = re.sub(r"^mailto:", "", word, flags=re.IGNORECASE).strip("'’`*_").rstrip(".!?:…")
    match = _ADDRESS.fullmatch(word)
    if match is None or len(word) > _LONGEST:
        return None
    return f"{match['local']}@{match['domain'].lower()}"
