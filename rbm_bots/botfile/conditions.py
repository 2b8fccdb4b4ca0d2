"""Conditions (bot language 8.3): ``service == "pneus" and not booking``, read with Python's ``ast`` and a whitelist.

A condition becomes a tree of small closures once, when the bot loads; there its names are looked up and its types are
checked. Playing it cannot fail: an empty value makes every comparison false except ``== none`` and ``!= none``, and
values of kinds that cannot be compared compare as false.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from rbm_bots.botfile.kinds import ANY, BOOL, NUMBER, TEXT, Kind, kind_of
from rbm_bots.botfile.parts import Chosen, is_empty
from rbm_bots.botfile.text import Scope

__all__ = ["Condition", "ConditionRefused", "parse_condition"]

_LENGTH_MAX: Final = 300
_MEMBERS_MAX: Final = 1000
"""Entries of a list that «in» looks at; a list slot has 200 at most."""
_ORDERED = ("number", "date", "datetime", "tier", "text", "any")

_Evaluate = Callable[[Scope], object]


class ConditionRefused(ValueError):
    """A condition that cannot be taken; ``code`` is the fault's: ``template`` or ``cond-type``."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A checked condition. ``paths`` are the names it reads."""

    source: str
    paths: frozenset[tuple[str, ...]]
    evaluate: _Evaluate = field(repr=False, compare=False)

    def holds(self, scope: Scope) -> bool:
        """Whether it is true for what the scope holds now. Never raises."""
        return _truth(self.evaluate(scope))


def parse_condition(source: str, names: Mapping[str, Kind]) -> Condition:
    """Read and check a condition over ``names``. Raises :class:`ConditionRefused`, or ``UnknownName`` for a name."""
    if len(source) > _LENGTH_MAX:
        raise ConditionRefused("template", f"a condition has at most {_LENGTH_MAX} characters, this one {len(source)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ConditionRefused("template", "this condition cannot be read", _FORM) from None
    compiler = _Compiler(names)
    evaluate, _ = compiler.visit(tree)
    return Condition(source=source, paths=frozenset(compiler.paths), evaluate=evaluate)


_FORM = 'write it like: service == "pneus" and not booking'


def _truth(value: object) -> bool:
    return not is_empty(value) and bool(value)


@dataclass(frozen=True, slots=True)
class _Literal:
    """Marks the kind of something written in the condition itself."""

    value: object


class _Compiler:
    """Turns an ``ast`` into closures; each visit gives (closure, kind)."""

    def __init__(self, names: Mapping[str, Kind]) -> None:
        self.names = names
        self.paths: set[tuple[str, ...]] = set()

    def visit(self, node: ast.expr) -> tuple[_Evaluate, Kind]:
        match node:
            case ast.BoolOp(op=op, values=values):
                return self._junction(op, [self.visit(value)[0] for value in values]), BOOL
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.visit(operand)[0]
                return (lambda scope: not _truth(inner(scope))), BOOL
            case ast.Compare():
                return self._compare(node), BOOL
            case ast.Call(func=ast.Name(id=("len" | "days_until") as name), args=[argument], keywords=[]):
                return self._call(name, argument), NUMBER
            case ast.Name() | ast.Attribute():
                return self._name(node)
        literal, kind = self._literal(node)
        return (lambda _: literal.value), kind

    def _junction(self, op: ast.boolop, parts: list[_Evaluate]) -> _Evaluate:
        if isinstance(op, ast.And):
            return lambda scope: all(_truth(part(scope)) for part in parts)
        return lambda scope: any(_truth(part(scope)) for part in parts)

    def _name(self, node: ast.expr) -> tuple[_Evaluate, Kind]:
        if isinstance(node, ast.Name) and node.id in ("true", "false", "none"):
            literal, kind = self._literal(node)
            return (lambda _: literal.value), kind
        path = _path(node)
        kind = kind_of(self.names, path)
        self.paths.add(path)
        return (lambda scope: _value(scope, path)), kind

    def _literal(self, node: ast.expr) -> tuple[_Literal, Kind]:
        match node:
            case ast.Name(id="true" | "false"):
                return _Literal(node.id == "true"), BOOL
            case ast.Name(id="none"):
                return _Literal(None), Kind(name="none")
            case ast.Constant(value=str() as text):
                return _Literal(text), TEXT
            case ast.Constant(value=bool() | None):
                raise ConditionRefused("template", f"write {str(node.value).lower()}, not {node.value!r}")
            case ast.Constant(value=int() | float() as number):
                return _Literal(_number(number)), NUMBER
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return _Literal(-_number(number)), NUMBER
            case ast.List(elts=items):
                read = [self._literal(item) for item in items]
                item = read[0][1] if read else ANY
                return _Literal(tuple(literal.value for literal, _ in read)), Kind(name="list", item=item)
        raise ConditionRefused("template", f"a condition cannot hold this: {_what(node)}", _FORM)

    def _call(self, name: str, argument: ast.expr) -> _Evaluate:
        inner, kind = self.visit(argument)
        wanted = ("list", "text", "any", "record") if name == "len" else ("date", "datetime", "any")
        if kind.name not in wanted:
            raise ConditionRefused("cond-type", f"{name}(…) does not take a {kind.name}")
        return (
            (lambda scope: _length(inner(scope))) if name == "len" else (lambda scope: _days_until(inner(scope), scope))
        )

    def _compare(self, node: ast.Compare) -> _Evaluate:
        sides = [self.visit(side) for side in (node.left, *node.comparators)]
        written = [_constant(side) for side in (node.left, *node.comparators)]
        tests: list[_Evaluate] = []
        for rank, op in enumerate(node.ops):
            kinds = (sides[rank][1], sides[rank + 1][1])
            _check(op, kinds, (written[rank], written[rank + 1]))
            left, right = sides[rank][0], sides[rank + 1][0]
            if "none" in (kinds[0].name, kinds[1].name):
                inner = left if kinds[1].name == "none" else right
                tests.append(_emptiness(inner, wanted=isinstance(op, ast.Eq)))
            else:
                tests.append(_test(op, left, right, _tiers(kinds)))
        return lambda scope: all(test(scope) for test in tests)


def _number(number: float) -> Decimal | int:
    if isinstance(number, int):
        return number
    if number != number or number in (float("inf"), float("-inf")):
        raise ConditionRefused("template", "this number is too large")
    return Decimal(repr(number))


def _path(node: ast.expr) -> tuple[str, ...]:
    match node:
        case ast.Name(id=name) if not name.startswith("_"):
            return (name,)
        case ast.Attribute(value=value, attr=part) if not part.startswith("_"):
            return (*_path(value), part)
    raise ConditionRefused("template", f"a condition cannot hold this: {_what(node)}", _FORM)


def _what(node: ast.expr) -> str:
    kind = node.op if isinstance(node, (ast.BinOp, ast.UnaryOp)) else node
    return type(kind).__name__


def _constant(node: ast.expr) -> object:
    """The text or list of texts written here, else ``None``."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.List(elts=items):
            return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return None


def _value(scope: Scope, path: tuple[str, ...]) -> object:
    value = scope.lookup(path)
    return value.id if isinstance(value, Chosen) else value


def _length(value: object) -> object:
    return len(value) if isinstance(value, (str, list, tuple, dict)) else 0


def _days_until(value: object, scope: Scope) -> object:
    today = scope.now.astimezone(scope.timezone).date()
    if isinstance(value, datetime):
        value = value.astimezone(scope.timezone).date()
    return (value - today).days if isinstance(value, date) else None


def _tiers(kinds: tuple[Kind, Kind]) -> tuple[str, ...]:
    return next((kind.options for kind in kinds if kind.name == "tier"), ())


def _check(op: ast.cmpop, kinds: tuple[Kind, Kind], written: tuple[object, object]) -> None:
    """Types and options of one comparison. Raises :class:`ConditionRefused` with ``cond-type``."""
    left, right = kinds
    if isinstance(op, (ast.Is, ast.IsNot)):
        raise ConditionRefused("template", "write == or !=, not «is»", _FORM)
    if isinstance(op, (ast.In, ast.NotIn)):
        if right.name not in ("list", "text", "any", "record"):
            raise ConditionRefused("cond-type", f"«in» wants a list on its right, not a {right.name}")
        _check_options(left, written[1])
        _check_options(right.item or ANY, written[0])
        return
    _check_options(left, written[1])
    _check_options(right, written[0])
    if "none" in (left.name, right.name):
        if not isinstance(op, (ast.Eq, ast.NotEq)):
            raise ConditionRefused("cond-type", "none is only compared with == and !=")
        return
    if not _comparable(left.name, right.name, written):
        raise ConditionRefused("cond-type", f"a {left.name} is never compared with a {right.name}")
    if not isinstance(op, (ast.Eq, ast.NotEq)) and not {left.name, right.name} <= set(_ORDERED):
        unordered = left.name if left.name not in _ORDERED else right.name
        raise ConditionRefused("cond-type", f"a {unordered} has no order: use == or !=")


def _check_options(kind: Kind, written: object) -> None:
    if kind.name not in ("choice", "tier", "topic"):
        return
    for word in written if isinstance(written, list) else [written]:
        if isinstance(word, str) and word not in kind.options:
            from rbm_bots.botfile.faults import did_you_mean

            hint = did_you_mean(word, kind.options) or f"one of: {', '.join(kind.options)}"
            raise ConditionRefused("cond-type", f"«{word}» is never a value here", hint)


def _comparable(left: str, right: str, written: tuple[object, object]) -> bool:
    same = {"choice": "text", "tier": "text", "topic": "text", "datetime": "date"}
    first, second = same.get(left, left), same.get(right, right)
    if "any" in (left, right) or first == second:
        return True
    if {first, second} == {"date", "text"}:
        word = written[0] if first == "text" else written[1]
        return isinstance(word, str) and _as_date(word) is not None
    return False


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_OPERATORS: Mapping[type[ast.cmpop], Callable[[Any, Any], object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, container: _plain(item) in _members(container),
    ast.NotIn: lambda item, container: _plain(item) not in _members(container),
}


def _members(container: object) -> list[object] | str:
    if isinstance(container, (list, tuple, dict)):
        return [_plain(item) for item in islice(container, _MEMBERS_MAX)]
    return container if isinstance(container, str) else []


def _plain(value: object) -> object:
    if isinstance(value, Chosen):
        return value.id
    return Decimal(repr(value)) if isinstance(value, float) else value


def _test(op: ast.cmpop, left: _Evaluate, right: _Evaluate, tiers: tuple[str, ...]) -> _Evaluate:
    compare = _OPERATORS[type(op)]
    is_member = isinstance(op, (ast.In, ast.NotIn))

    def test(scope: Scope) -> object:
        first, second = left(scope), right(scope)
        if is_empty(first) or is_empty(second):
            return False
        if not is_member:
            first, second = _aligned(first, second, tiers, scope)
        try:
            return bool(compare(first, second))
        except (TypeError, ValueError, ArithmeticError):
            return False

    return test


def _emptiness(inner: _Evaluate, *, wanted: bool) -> _Evaluate:
    return lambda scope: is_empty(inner(scope)) is wanted


def _aligned(first: object, second: object, tiers: tuple[str, ...], scope: Scope) -> tuple[object, object]:
    """Both sides in one kind: tiers by rank, an instant beside a day as its day, a written day as a date."""
    first, second = _plain(first), _plain(second)
    if tiers and first in tiers and second in tiers:
        return tiers.index(str(first)), tiers.index(str(second))
    return _day_beside(first, second, scope), _day_beside(second, first, scope)


def _day_beside(value: object, other: object, scope: Scope) -> object:
    if not isinstance(other, date):
        return value
    if isinstance(value, str):
        return _as_date(value)
    if isinstance(value, datetime) and not isinstance(other, datetime):
        return value.astimezone(scope.timezone).date()
    return value
