"""Regular expressions that a brand writes (``pattern``), read so that no answer takes long.

Theory of operation. A regular expression is slow when there are many ways to read one answer, because all are tried
before it says no. No repeat may stand inside a repeat, which leaves a product: each repeat multiplies the ways by how
often it may go round, unless what follows begins with other characters, for then it can end in one place only. A
choice multiplies in the same way when two of its branches may begin alike. Above a limit the expression is refused.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable, Sequence
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]  # the only way to see inside an expression
from typing import Any, Final

__all__ = ["PatternRefused", "compile_pattern"]

_LENGTH_MAX: Final = 200
_WAYS_MAX: Final = 20_000
_ROUNDS_MAX: Final = 500
"""As often as a repeat without an end goes round: an answer has 500 characters unless its slot says more."""

_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_LOOKS: Final = (_constants.ASSERT, _constants.ASSERT_NOT, _constants.ATOMIC_GROUP)
_SINGLE: Final = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN)
_SAMPLE: Final = frozenset(map(chr, range(32, 256))) | frozenset("\t\n\u0152\u0416\u65e5\u20ac\u2019\u0661")

_Chars = frozenset[str]


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
    _refuse_nested(tree, inside=False)
    if _Ways(source).of(list(tree), frozenset()) > _WAYS_MAX:
        hint = "write something fixed between its repeats that they cannot hold"
        raise PatternRefused("there are too many ways to read one answer with this pattern", hint)
    return pattern


def _refuse_nested(tree: Iterable[Any], *, inside: bool) -> None:
    """No repeat stands inside another, and nothing refers backwards."""
    for op, argument in tree:
        if op in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
            raise PatternRefused("a pattern cannot refer to one of its groups")
        repeats = op in _REPEATS
        if repeats and inside:
            raise PatternRefused("a repeat stands inside a repeat", "write the inner part out")
        for child in _children(argument):
            _refuse_nested(child, inside=inside or repeats)


def _children(argument: object) -> list[Any]:
    if isinstance(argument, _parser.SubPattern):
        return [argument]
    if isinstance(argument, (list, tuple)):
        return [child for part in argument for child in _children(part)]
    return []


class _Ways:
    """Counts the ways to read an answer. Characters stand for all: some of every alphabet, and those of the source."""

    def __init__(self, source: str) -> None:
        written = set(source) | {char.swapcase() for char in source}
        self._sample = _SAMPLE | {char for char in written if len(char) == 1}

    def of(self, items: Sequence[Any], follow: _Chars) -> int:
        """How many ways there are through ``items``, when one of ``follow`` may come behind them."""
        ways, looked = 1, 1
        for at, (op, argument) in reversed(list(enumerate(items))):
            behind = self._first(items[at + 1 :], follow)
            if op in _REPEATS:
                ways *= self._of_repeat(argument, behind)
            elif op is _constants.BRANCH:
                ways *= self._of_branches(argument[1], behind)
            else:
                inside = [self.of(list(child), behind) for child in _children(argument)]
                if op in _LOOKS:  # what it found is never tried in another way
                    looked = max(looked, *inside)
                else:
                    ways *= math.prod(inside)
            if ways > _WAYS_MAX:
                break
        return max(ways, looked)

    def _of_repeat(self, argument: tuple[Any, Any, Any], behind: _Chars) -> int:
        least, most, body = argument
        most = min(int(most), _ROUNDS_MAX)
        items = list(body)
        begins = self._first(items, frozenset())
        rounds = 1 if begins.isdisjoint(behind) else max(most - int(least), 0) + 1
        inside = self.of(items, begins | behind)
        return rounds * (inside if inside == 1 else min(inside ** min(most, 64), _WAYS_MAX + 1))

    def _of_branches(self, branches: Sequence[Any], behind: _Chars) -> int:
        ways = [self.of(list(branch), behind) for branch in branches]
        begins = [self._first(list(branch), behind) for branch in branches]
        apart = len(frozenset().union(*begins)) == sum(map(len, begins))
        return max(ways) if apart else sum(ways)

    def _first(self, items: Sequence[Any], follow: _Chars) -> _Chars:
        """What ``items`` may begin with; ``follow`` when they may be empty."""
        found: set[str] = set()
        for item in items:
            begins, may_be_empty = self._begins(item)
            found |= begins
            if not may_be_empty:
                return frozenset(found)
        return frozenset(found) | follow

    def _begins(self, item: tuple[Any, Any]) -> tuple[_Chars, bool]:
        op, argument = item
        if op in _SINGLE:
            single = _compiler.compile(_parser.SubPattern(_parser.State(), [item]), re.IGNORECASE)
            return frozenset(char for char in self._sample if single.fullmatch(char)), False
        if op in _REPEATS:
            return self._first(list(argument[2]), frozenset()), int(argument[0]) == 0
        if op is _constants.BRANCH:
            parts = [self._begins_all(list(branch)) for branch in argument[1]]
            return frozenset().union(*(chars for chars, _ in parts)), any(empty for _, empty in parts)
        if op in (_constants.SUBPATTERN, _constants.ATOMIC_GROUP):
            return self._begins_all(list(_children(argument)[0]))
        return frozenset(), True  # a place, or a look around: it takes nothing

    def _begins_all(self, items: Sequence[Any]) -> tuple[_Chars, bool]:
        marker = frozenset("\0")  # no character of the sample
        chars = self._first(items, marker)
        return chars - marker, bool(chars & marker)
