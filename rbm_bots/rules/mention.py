"""The words of a text that leaves, as the rules look for them: folded, apostrophes taken as spaces."""

from __future__ import annotations

from rbm_bots.words import fold_words

__all__ = ["mentions_stop_code", "mentions_stop_word", "words_of"]


def words_of(text: str) -> list[str]:
    """The words of ``text`` in small letters without accents; whatever is neither letter nor digit parts them."""
    return [word for word in fold_words(text).replace("'", " ").split() if word.isalnum()]


def mentions_stop_word(text: str) -> bool:
    """Whether ``text`` holds the word STOP other than as «non stop»."""
    return bool(_stops(words_of(text)))


def mentions_stop_code(text: str, code: str) -> bool:
    """Whether ``text`` says where to send STOP: ``STOP 36123`` or ``STOP au 36123``."""
    words = words_of(text)
    return any(words[at + 1 : at + 2] == [code] or words[at + 1 : at + 3] == ["au", code] for at in _stops(words))


def _stops(words: list[str]) -> list[int]:
    return [at for at, word in enumerate(words) if word == "stop" and words[max(at - 1, 0) : at] != ["non"]]
