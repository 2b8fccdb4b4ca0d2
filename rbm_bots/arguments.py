"""Arguments of a brand's functions: signatures read once, values converted by their annotations.

Known annotations: ``str int float Decimal bool date datetime File Location dict list``, each also as ``X | None``; any
other one takes what comes. Text converts the way a person would write the value (``14``, ``true``, ``2026-11-24``).
"""

from __future__ import annotations

import contextlib
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from rbm_bots.clock import parse_instant
from rbm_bots.values import File, Location

__all__ = ["ArgumentWrong", "Parameter", "convert_argument", "read_parameters"]

_TRUE: Final = {"true": True, "false": False}


class ArgumentWrong(ValueError):
    """An argument that a function cannot take. ``name`` is the parameter, ``what`` says why, without the value."""

    def __init__(self, name: str, what: str) -> None:
        self.name = name
        self.what = what
        super().__init__(f"«{name}» {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter: the type its annotation names (``None``: anything), whether it may be empty or left out."""

    name: str
    wanted: type | None = None
    nullable: bool = False
    required: bool = True


def read_parameters(function: Callable[..., Any], name: str) -> tuple[Mapping[str, Parameter], bool]:
    """The parameters after the context, and whether any further name is taken (``**kwargs``)."""
    hints = _hints(function)
    found: dict[str, Parameter] = {}
    takes_any = False
    given = list(inspect.signature(function).parameters.values())
    if not given or given[0].kind not in (given[0].POSITIONAL_ONLY, given[0].POSITIONAL_OR_KEYWORD):
        raise TypeError(f"the action «{name}» must take the context first: async def f(ctx, …)")
    for parameter in given[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_any = True
        elif parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            wanted, nullable = _wanted(hints.get(parameter.name, parameter.annotation))
            found[parameter.name] = Parameter(
                name=parameter.name,
                wanted=wanted,
                nullable=nullable,
                required=parameter.default is parameter.empty,
            )
        else:
            raise TypeError(f"the action «{name}» takes «{parameter.name}» by position; arguments come by name")
    return types.MappingProxyType(found), takes_any


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Annotations as types; one that cannot be looked up (imported for type checkers only) does not hide the others."""
    with contextlib.suppress(Exception):  # a brand's annotation may be any expression, and fail in any way
        return typing.get_type_hints(function)
    names = getattr(function, "__globals__", {})
    found = {}
    for name, annotation in getattr(function, "__annotations__", {}).items():
        plain = {"str": str, "int": int, "float": float, "bool": bool, "dict": dict, "list": list}
        word, _, rest = str(annotation).partition("|")
        kind = plain.get(word.strip()) or names.get(word.strip())
        if isinstance(kind, type):
            found[name] = kind | None if rest.strip() == "None" else kind
    return found


def _wanted(annotation: object) -> tuple[type | None, bool]:
    if annotation is inspect.Parameter.empty or annotation is Any:
        return None, True
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        nullable = len(members) < len(typing.get_args(annotation))
        return (_wanted(members[0])[0] if len(members) == 1 else None), nullable
    kind = origin if isinstance(origin, type) else annotation
    if not isinstance(kind, type):
        return None, False
    if issubclass(kind, Mapping):
        return dict, False
    return (kind if kind in _CONVERT else None), False


def convert_argument(parameter: Parameter, value: object) -> object:
    """``value`` as the parameter wants it. Raises :class:`ArgumentWrong`."""
    if value is None:
        if parameter.nullable or parameter.wanted is None:
            return None
        raise ArgumentWrong(parameter.name, "is empty")
    if parameter.wanted is None:
        return value
    try:
        converted = _CONVERT[parameter.wanted](value)
    except (ValueError, TypeError, ArithmeticError, KeyError, InvalidOperation):
        converted = None
    if converted is None:
        raise ArgumentWrong(parameter.name, f"must be {_WORDS.get(parameter.wanted, parameter.wanted.__name__)}")
    return converted


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else None


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    number = Decimal(str(value).strip())
    return int(number) if number == number.to_integral_value() and abs(number.adjusted()) < 40 else None


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    number = Decimal(str(value).strip())
    return number if number.is_finite() else None


def _float(value: object) -> float | None:
    number = _decimal(value)
    return None if number is None else float(number)


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else _TRUE.get(value) if isinstance(value, str) else None


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _instant(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else None
    return parse_instant(value) if isinstance(value, str) else None


def _file(value: object) -> File | None:
    if isinstance(value, File):
        return value
    return File(**value) if isinstance(value, dict) else File(url=value) if isinstance(value, str) else None


def _location(value: object) -> Location | None:
    if isinstance(value, Location):
        return value
    if isinstance(value, dict):
        return Location(**value)
    lat, _, lng = str(value).partition(",")
    return Location(lat=float(lat), lng=float(lng))


_CONVERT: Final[Mapping[type, Callable[[Any], Any]]] = {
    str: _text,
    int: _integer,
    float: _float,
    Decimal: _decimal,
    bool: _boolean,
    date: _date,
    datetime: _instant,
    File: _file,
    Location: _location,
    dict: lambda value: dict(value) if isinstance(value, Mapping) else None,
    list: lambda value: list(value) if isinstance(value, (list, tuple)) else None,
}
_WORDS: Final[Mapping[type, str]] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    bool: "true or false",
    date: "a date (2026-11-24)",
    datetime: "an instant with a zone (2026-11-24T08:30+01:00)",
    File: "a file",
    Location: "a position (48.85,2.35)",
    dict: "a map",
    list: "a list",
}
