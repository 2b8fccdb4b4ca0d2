"""Regular expressions that a brand writes (``pattern``).

No repeat inside a repeat, so that no answer takes long to read.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from re import _constants, _parser  # type: ignore[attr-defined]  # the only way to see an expression's repeats
from typing import Any, Final

__all__ = ["PatternRefused", "compile_pattern"]

_LENGTH_MAX: Final = 200
_UNBOUNDED_MAX: Final = 4
_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)


class PatternRefused(ValueError):
    """The regular expression is not taken."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


def compile_pattern(source: str) -> re.Pattern[str]:
    """The expression, for whole answers, case ignored. Raises :class:`PatternRefused`."""
    if len(source) > _LENGTH_MAX:
        raise PatternRefused(f"a pattern has at most {_LENGTH_MAX} characters, this one {len(source)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = _parser.parse(source, re.IGNORECASE)
            pattern = re.compile(source, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternRefused(f"this is no regular expression: {error}") from None
    if _walk(tree, inside=False) > _UNBOUNDED_MAX:
        raise PatternRefused(f"a pattern has at most {_UNBOUNDED_MAX} repeats without an end (* and +)")
    return pattern


def _walk(tree: Iterable[Any], *, inside: bool) -> int:
    """How many endless repeats there are; refuses a repeat that stands inside another, and references backwards."""
    endless = 0
    for op, argument in tree:
        if op in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
            raise PatternRefused("a pattern cannot refer to one of its groups")
        repeats = op in _REPEATS
        if repeats and inside:
            raise PatternRefused("a repeat stands inside a repeat", "write the inner part out")
        if repeats and argument[1] is _constants.MAXREPEAT:
            endless += 1
        for child in _children(argument):
            endless += _walk(child, inside=inside or repeats)
    return endless


def _children(argument: object) -> list[Any]:
    if isinstance(argument, _parser.SubPattern):
        return [argument]
    if isinstance(argument, (list, tuple)):
        return [child for part in argument for child in _children(part)]
    return []
