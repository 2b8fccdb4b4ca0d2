"""The bot language as a JSON Schema (draft-07), for editors.

Made from the tables of :mod:`rbm_bots.botfile.language`, so that it cannot say anything else than the readers do.

One slip is one fault in the editor. So there is no ``oneOf``: the first key that a step has decides which keys may
stand beside it, as a chain of ``if`` and ``then``. And what a map must have is asked for only when no unknown key
stands in it, because that key is most likely the one that is missed.

YAML editors turn ``12:30`` or ``0639980012`` into numbers before they look at the schema: texts take these too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rbm_bots.botfile.language import CHIPS, SHAPES, SLOTS, VERBS
from rbm_bots.botfile.language.kinds import (
    Condition,
    Data,
    Day,
    DayBound,
    FileRef,
    Flag,
    Forms,
    HoursOf,
    In,
    Key,
    Kind,
    ListOf,
    Money,
    Name,
    NamesTo,
    Number,
    Phone,
    Ref,
    Shape,
    Span,
    TextOf,
    Url,
    Whole,
    Word,
    Words,
)

__all__ = ["bot_schema", "part_schema"]

_Json = dict[str, Any]

_SCALARS: Final = ["string", "number", "boolean"]
_PLACEHOLDER: Final = r"\{\{"
_LANGUAGE: Final = "^[a-z]{2,3}(-[A-Z]{2})?$"
_PATTERNS: Final[Mapping[type, str]] = {
    Day: r"^\d{4}-\d{2}-\d{2}$",
    DayBound: r"^(\d{4}-\d{2}-\d{2}|today|[+-]\d{1,5}[dy])$",
    FileRef: rf"^(https://|media/)|{_PLACEHOLDER}",
    Span: r"^\d{1,6}[smhd]$",
    Url: rf"^https://|{_PLACEHOLDER}",
}
_SPOKEN: Final = (Condition, HoursOf, Money, Name, Phone, Ref, Words)


def bot_schema() -> _Json:
    """The schema of ``bot.yaml``."""
    return _document("A bot of rbm_bots, language version 1", "top")


def part_schema() -> _Json:
    """The schema of a file under ``flows/``."""
    return _document("A part of a bot of rbm_bots, language version 1", "part")


def _document(title: str, root: str) -> _Json:
    definitions: _Json = {name: _map(shape) for name, shape in SHAPES.items()}
    definitions["step"] = _by_first_key(VERBS)
    definitions["chip"] = _by_first_key(CHIPS)
    definitions["slot"] = _by_type(SLOTS)
    definitions["query_or_place"] = {
        "if": {"required": ["query"]},
        "then": {"$ref": "#/definitions/query"},
        "else": {"$ref": "#/definitions/place"},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "$ref": f"#/definitions/{root}",
        "definitions": definitions,
    }


def _map(shape: Shape) -> _Json:
    return {"type": "object", **_keys(shape)}


def _keys(shape: Shape) -> _Json:
    needed = [name for name, key in shape.keys.items() if key.need]
    found: _Json = {
        "properties": {name: _key(key) for name, key in shape.keys.items()},
        "additionalProperties": False,
    }
    if needed:
        found |= {"if": {"propertyNames": {"enum": list(shape.keys)}}, "then": {"required": needed}}
    return found


def _key(key: Key) -> _Json:
    default = f" Default: {key.default}." if key.default else ""
    return {"description": f"{key.says[:1].upper()}{key.says[1:]}.{default}", **_value(key.kind)}


def _by_first_key(shapes: Mapping[str, Shape]) -> _Json:
    """A map whose kind is told by the first of some keys that it has.

    A key that no kind has is told before that: it may be the very key that tells the kind.
    """
    keys = list(dict.fromkeys(name for shape in shapes.values() for name in shape.keys))
    chain: _Json = {"required": ["say" if "say" in shapes else next(iter(shapes))]}
    for name, shape in reversed(list(shapes.items())):
        chain = {"if": {"required": [name]}, "then": _keys(shape), "else": chain}
    unknown = {"properties": dict.fromkeys(keys, True), "additionalProperties": False}
    return {"type": "object", "if": {"propertyNames": {"enum": keys}}, "then": chain, "else": unknown}


def _by_type(shapes: Mapping[str, Shape]) -> _Json:
    chain: _Json = {"properties": {"type": {"enum": list(shapes)}}, "required": ["type"]}
    for name, shape in reversed(list(shapes.items())):
        is_it = {"properties": {"type": {"const": name}}, "required": ["type"]}
        chain = {"if": is_it, "then": _keys(shape), "else": chain}
    return {"type": "object", **chain}


def _value(kind: Kind) -> _Json:
    match kind:
        case TextOf():
            return _text(kind)
        case Word(options=options):
            return {"enum": [*options, *(int(option) for option in options if option.isdigit())]}
        case Flag():
            return {"enum": [True, False, "true", "false"]}
        case Whole(low=low, high=high):
            return {
                "type": ["integer", "string"],
                "minimum": low,
                "maximum": high,
                "pattern": rf"^-?\d+$|{_PLACEHOLDER}",
            }
        case Number():
            return {"type": ["number", "string"], "pattern": rf"^[+-]?\d+(\.\d+)?$|{_PLACEHOLDER}"}
        case In(shape=shape):
            return {"$ref": f"#/definitions/{shape}"}
        case ListOf(item=item, least=least, most=most):
            return {"type": "array", "items": _value(item), "minItems": least} | ({"maxItems": most} if most else {})
        case NamesTo():
            return _names(kind)
        case Forms():
            return _forms(kind)
        case Data():
            return {}
        case _ if type(kind) in _PATTERNS:
            return {"type": "string", "pattern": _PATTERNS[type(kind)]}
    assert isinstance(kind, _SPOKEN), f"the schema knows every kind, {kind} too"
    return {"type": _SCALARS}


def _text(kind: TextOf) -> _Json:
    """Words, or a map of languages; only fixed words are measured."""
    words: _Json = {"type": _SCALARS}
    if kind.limit is not None:
        words |= {"if": {"not": {"pattern": _PLACEHOLDER}}, "then": {"maxLength": kind.limit}}
    languages = {"propertyNames": {"pattern": _LANGUAGE}, "additionalProperties": words}
    return {"if": {"type": "object"}, "then": languages, "else": words}


def _names(kind: NamesTo) -> _Json:
    if kind.words:
        return {
            "type": "object",
            "properties": {word: _value(kind.value) for word in kind.words},
            "additionalProperties": False,
        }
    return {"type": "object", "additionalProperties": _value(kind.value)}


def _forms(kind: Forms) -> _Json:
    """What is meant hangs on what is written: words, a list or a map."""
    lists, maps = ("array", kind.items), ("object", kind.map)
    written = [(name, form) for name, form in (lists, maps) if form is not None]
    chain = _value(kind.words) if kind.words is not None else {"type": [name for name, _ in written]}
    for name, form in written:
        chain = {"if": {"type": name}, "then": _form(kind, form), "else": chain}
    return chain


def _form(kind: Forms, form: Kind) -> _Json:
    """A map beside a text may also hold the text's languages."""
    if isinstance(kind.words, TextOf) and isinstance(form, In):
        return {"if": {"propertyNames": {"pattern": _LANGUAGE}}, "then": _text(kind.words), "else": _value(form)}
    return _value(form)
