"""Numbers in a sentence (bot language 5.2): exactly one, in digits or as a word from zero to twenty.

A decimal mark and a mark of thousands look alike, so the place decides, and the person's language only where place
does not: ``1.200`` is 1200 in French and 1.2 in English. Both marks present: the last one is decimal. Anything that
looks like a second number, or like a number this reader cannot count («vingt et un», «cent»), makes the answer not
understood.
"""

from __future__ import annotations

import re
from decimal import Decimal

from rbm_bots.dialogue.answers.plain import LONGEST, NUMBER_WORDS, plain
from rbm_bots.words import fold

__all__ = ["read_number", "read_numeral"]

_MOST_DIGITS = 18
_TOKEN = re.compile(
    r"""
    (?P<code>[a-z_]+[0-9]\w*)                                          # AB123: a code, no number
    | (?P<sign>(?<![\w)])[-+][ ]?)?
      (?P<digits>[1-9][0-9]{0,2}(?:[ '][0-9]{3})+(?![0-9])(?:[.,][0-9]+)?
               | [0-9]+(?:[.,][0-9]+)*)
      (?P<tail>[a-z]*)
    | (?P<word>[a-z]+(?:-[a-z]+)*)
    """,
    re.VERBOSE,
)
_ORDINAL = frozenset({"e", "er", "re", "ere", "eme", "nd", "nde", "st", "rd", "th"})
_ARTICLES = frozenset({"un", "une"})
_UNREADABLE = frozenset((
    *("trente", "quarante", "cinquante", "soixante", "septante", "huitante", "octante", "nonante", "vingts"),
    *("cent", "cents", "mille", "million", "millions", "milliard", "milliards", "demi", "demie"),
    *("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "half"),
))  # fmt: skip
_PERCENT = re.compile(r"\b(?:pour|per) cent\b")
_MINUS_WORD = re.compile(r"^(?:moins|minus) (?=[0-9a-z])")


def read_number(text: str, *, language: str = "fr", unit: str | None = None) -> Decimal | None:
    """The one number in ``text``; ``None`` when there is none, or more than one, or one that cannot be counted.

    ``unit`` is a word that may stand beside it («km»); ``language`` decides ``1.200``.
    """
    if fold(text[:LONGEST]) in _ARTICLES:
        return Decimal(1)
    said = _PERCENT.sub("%", plain(text))
    minus = _MINUS_WORD.match(said)
    said = said[minus.end() :] if minus else said
    unit = plain(unit) if unit else None
    found: list[Decimal] = []
    for token in _TOKEN.finditer(said):
        values = _read_token(token, language=language, unit=unit, counted=bool(found))
        if values is None:
            return None
        found += values
    if len(found) != 1:
        return None
    return -found[0] if minus else found[0]


def read_numeral(digits: str, *, language: str = "fr") -> Decimal | None:
    """The value of one unsigned numeral as people write it; ``None`` when its marks make no sense."""
    if sum(char.isdigit() for char in digits) > _MOST_DIGITS:
        return None
    marks = [char for char in digits if char in ".,"]
    bare = digits.replace(" ", "").replace("'", "")
    if not marks:
        return Decimal(bare)
    spaced = len(bare) < len(digits)
    whole, last, fraction = bare.rpartition(marks[-1])
    if len(set(marks)) == 2:
        other = "," if last == "." else "."
        fits = _grouped(whole, other) and last not in whole
        return Decimal(f"{whole.replace(other, '')}.{fraction}") if fits else None
    if len(marks) > 1:
        return Decimal(bare.replace(last, "")) if not spaced and _grouped(bare, last) else None
    thousands = "," if language.startswith("en") else "."
    if last == thousands and not spaced and _grouped(bare, last):
        return Decimal(bare.replace(last, ""))
    return Decimal(f"{whole}.{fraction}")


def _grouped(digits: str, mark: str) -> bool:
    head, *groups = digits.split(mark)
    return 1 <= len(head) <= 3 and not head.startswith("0") and all(len(group) == 3 for group in groups)


def _read_token(token: re.Match[str], *, language: str, unit: str | None, counted: bool) -> list[Decimal] | None:
    """The numbers in one token; ``None`` when it holds one that cannot be counted."""
    if token["word"]:
        return _read_word(token, unit=unit, counted=counted)
    if not token["digits"] or token["tail"] in _ORDINAL:
        return []
    value = read_numeral(token["digits"], language=language)
    if value is None:
        return None
    return [-value if "-" in (token["sign"] or "") else value]


def _read_word(token: re.Match[str], *, unit: str | None, counted: bool) -> list[Decimal] | None:
    word, said = token["word"], token.string
    if word in _ARTICLES:
        if counted and said[: token.start()].endswith(" et "):  # vingt et un
            return None
        before_unit = unit is not None and re.match(rf" {re.escape(unit)}\b", said[token.end() :])
        return [Decimal(1)] if before_unit else []
    parts = [word] if word in NUMBER_WORDS else word.split("-")
    if not _UNREADABLE.isdisjoint(parts):
        return None
    return [Decimal(NUMBER_WORDS[part]) for part in parts if part in NUMBER_WORDS]
