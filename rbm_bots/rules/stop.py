"""STOP and START: the one matcher, asked as a message comes in, in every state and on every channel (bot language 9.5).

STOP is a message that, folded, begins with the word stop, stopsms or arrêt and has three words at most, or that equals
a word of :data:`STOP_WORDS` or one of the bot's own. «Non stop» and «stop à la pluie demain» are not STOP: they only
*mention* it, and their answer then offers a way out.

The tap on the built-in chip «Ne plus recevoir» is a STOP too; its postback names :data:`STOP_STEP`.
"""

from __future__ import annotations

from typing import Final, Literal

from rbm_bots.messages.postback import read_postback
from rbm_bots.words import fold

__all__ = ["START_WORDS", "STOP_BEGINNINGS", "STOP_STEP", "STOP_WORDS", "is_stop_tap", "mentions_stop", "read_opt"]

STOP_BEGINNINGS: Final = frozenset({"stop", "stopsms", "arret"})
"""First words that make a short message a STOP, folded."""

STOP_WORDS: Final = frozenset({"arreter", "desabonner", "desinscrire", "unsubscribe"})
"""Whole messages that are a STOP, folded."""

START_WORDS: Final = frozenset({"start", "demarrer"})
"""Whole messages that lift a STOP, folded."""

STOP_STEP: Final = "rbm/stop"
"""The step that the postback of the built-in chip names."""

_STEMS = ("stop", "arret", "desabonner", "desinscrire", "unsubscribe", "start", "demarrer")
_MOST_WORDS = 3
_LONGEST = 300  # a longer message is prose; folding it for STOP would be wasted


def read_opt(
    text: str, extra_words: frozenset[str] = frozenset(), *, start_words: frozenset[str] = frozenset()
) -> Literal["stop", "start"] | None:
    """What ``text`` does to the person's consent; ``None``: nothing.

    ``extra_words`` and ``start_words``: the bot's own words for STOP and START, folded.
    """
    words = _words(text) if _may_be(text, extra_words, start_words) else []
    if not words:
        return None
    whole = " ".join(words)
    if (words[0] in STOP_BEGINNINGS and len(words) <= _MOST_WORDS) or whole in STOP_WORDS or whole in extra_words:
        return "stop"
    if whole in START_WORDS or whole in start_words:
        return "start"
    return None


def is_stop_tap(postback: str | None) -> bool:
    """Whether a tap's postback is that of the built-in chip «Ne plus recevoir»."""
    if postback is None or STOP_STEP not in postback:
        return False
    read = read_postback(postback)
    return read is not None and read.step == STOP_STEP


def mentions_stop(text: str) -> bool:
    """Whether ``text`` holds a word of STOP without being a STOP: it is understood normally, and offered a way out."""
    words = _words(text)
    return any(word in STOP_BEGINNINGS or word in STOP_WORDS for word in words) and read_opt(text) != "stop"


def _may_be(text: str, extra_words: frozenset[str], start_words: frozenset[str]) -> bool:
    """Whether folding ``text`` can find anything: plain ASCII must hold the letters of one of the words as they are."""
    if not text.isascii():
        return True
    plain = text.lower()
    return any(stem in plain for stem in _STEMS) or any(
        word.partition(" ")[0] in plain for words in (extra_words, start_words) for word in words
    )


def _words(text: str) -> list[str]:
    return [word for part in fold(text[:_LONGEST]).split() if (word := part.strip("'"))]
