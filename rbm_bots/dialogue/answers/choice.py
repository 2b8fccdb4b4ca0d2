"""One of several: choices, yes and no, and the number of a line (bot language 5.1).

Both sides are folded, and four rules are tried in turn: the whole message is an option's words; it is the number of a
line on the screen; an option's words stand inside it; it is one typing error away. A rule that finds two options finds
none, and a later, weaker rule is not allowed to choose between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from rbm_bots.dialogue.answers.plain import LONGEST, NUMBER_WORDS
from rbm_bots.words import fold, fold_words, is_one_typo

__all__ = [
    "NO_WORDS",
    "YES_WORDS",
    "Choosable",
    "one_typo_away",
    "read_choice",
    "read_label",
    "read_line_number",
    "read_yes_no",
]

_APOSTROPHE: Final = "'"
_LABEL_LIMIT: Final = 25
YES_WORDS: Final = ("oui", "o", "ouais", "ok", "okay", "d'accord", "bien sûr", "vrai", "yes", "y", "yep", "sure", "👍")
NO_WORDS: Final = ("non", "n", "nan", "faux", "no", "nope", "👎")

_NEGATION = re.compile(r"(?:^|[ '])(?:pas|ne|n'\w+|n|non|jamais|not|no|don't|dont|never)(?:$|[ '])")
_ORDINALS: Final = {
    word: rank
    for names in (
        "premier deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme onzieme",
        "premiere seconde troisieme",
        "_ second",
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh",
    )
    for rank, word in enumerate(names.split(), start=1)
}
_LINE = re.compile(
    r"(?:(?:n|no|nr|num|numero|number|option|choix|reponse|le|la|the) )*"
    r"(?:([0-9]{1,3}) ?(?:er|re|ere|e|eme|nd|nde|st|rd|th)?|([a-z]+(?: [a-z]+)?))"
)
_SHORTEST_INSIDE = 3
_SHORTEST_TYPO = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosable:
    """Something to choose: its key, and every way to say it (labels in all languages, id, also words)."""

    key: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Forms:
    """Of an option's words, folded: what equals it, what means it inside a message, what a typing error may hide."""

    whole: frozenset[str]
    inside: tuple[str, ...]
    typo: tuple[str, ...]


@lru_cache(maxsize=4096)
def _forms(words: tuple[str, ...]) -> _Forms:
    phrases = {fold(word) for word in words} - {""}
    cut = {fold(word[:_LABEL_LIMIT]) for word in words}
    cut |= {fold(word[: _LABEL_LIMIT - 1]) for word in words if len(word) > _LABEL_LIMIT}  # as cut with «…»
    return _Forms(
        whole=frozenset((phrases | cut) - {""}),
        inside=tuple(counted for phrase in phrases if (counted := _counted(phrase))),
        typo=tuple(phrase for phrase in phrases if sum(map(str.isalpha, phrase)) >= _SHORTEST_TYPO),
    )


def read_choice(text: str, options: Sequence[Choosable], *, never_inside: str | None = None) -> str | None:
    """The key of the one option that ``text`` means, or ``None``. ``options`` stand in the order of the screen.

    ``never_inside``: the key that only rules 1 and 2 may give.
    """
    said = fold(text[:LONGEST])
    if not said:
        return None
    line = read_line_number(said)
    if (exact := read_label(text, options)) is not None:
        return exact or None
    if line is not None and 1 <= line <= len(options):
        return options[line - 1].key
    loose = _read_loosely(said, fold_words(text[:LONGEST]), options)
    return loose if loose != never_inside else None


def _read_loosely(said: str, spoken: str, options: Sequence[Choosable]) -> str | None:
    """Rules 3 and 4: words inside the message, then one typing error in all of it, then in one of its words."""
    inside = _only(options, lambda option: _stands_inside(spoken, _forms(option.words).inside))
    if inside is not None:
        return inside or None
    for heard in ((said,), tuple(said.split())):
        near = _only(options, partial(_is_typo_of, heard))
        if near is not None:
            return near or None
    return None


def _is_typo_of(heard: tuple[str, ...], option: Choosable) -> bool:
    return one_typo_away(heard, _forms(option.words).typo)


def read_label(text: str, options: Sequence[Choosable]) -> str | None:
    """Rule 1 alone: the key of the option that the whole message is, ``""`` when several are, ``None`` when none is."""
    said = fold(text[:LONGEST])
    return _only(options, lambda option: said in _forms(option.words).whole)


def read_yes_no(text: str, *, yes: Iterable[str] = (), no: Iterable[str] = (), yes_first: bool = True) -> bool | None:
    """Yes, no, or not understood. ``yes`` and ``no``: the labels on the screen and their other words.

    A message with a negation never means yes by the looser rules: «pas d'accord», «no problem».
    """
    pair = [Choosable(key="yes", words=(*yes, *YES_WORDS)), Choosable(key="no", words=(*no, *NO_WORDS))]
    denied = _NEGATION.search(fold_words(text[:LONGEST])) is not None
    key = read_choice(text, pair if yes_first else pair[::-1], never_inside="yes" if denied else None)
    return None if key is None else key == "yes"


def read_line_number(text: str) -> int | None:
    """The number of a line: ``2``, ``2.``, ``n° 2``, ``2e``, deux, two, deuxième."""
    found = _LINE.fullmatch(fold(text))
    if found is None:
        return None
    if found[1]:
        return int(found[1])
    return NUMBER_WORDS.get(found[2].replace(" ", "-")) or _ORDINALS.get(found[2])


def one_typo_away(heard: Iterable[str], phrases: Sequence[str]) -> bool:
    """Whether one of ``heard`` is one typing error from one of ``phrases``."""
    for word in heard:
        length = len(word)
        for phrase in phrases:
            if -1 <= length - len(phrase) <= 1 and is_one_typo(word, phrase):
                return True
    return False


def _only(options: Sequence[Choosable], fits: Callable[[Choosable], bool]) -> str | None:
    """The key of the only option that fits, ``""`` when several do, ``None`` when none does."""
    keys = [option.key for option in options if fits(option)]
    return None if not keys else keys[0] if len(keys) == 1 else ""


def _counted(folded: str) -> str:
    """The words of three letters or more, the only ones that count inside a sentence."""
    return " ".join(word for word in folded.split() if len(word) >= _SHORTEST_INSIDE)


def _stands_inside(spoken: str, phrases: Iterable[str]) -> bool:
    """Whether a phrase stands whole in the message; «l'hiver» holds «hiver»."""
    joined = f" {_counted(spoken)} "
    parted = f" {_counted(spoken.replace(_APOSTROPHE, ' '))} "
    return any(f" {phrase} " in (joined if _APOSTROPHE in phrase else parted) for phrase in phrases)
