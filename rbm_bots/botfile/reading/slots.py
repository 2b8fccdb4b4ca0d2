"""The ``slots`` section (bot language, chapter 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.names import NAME, OPTION_ID, RESERVED_SLOTS
from rbm_bots.botfile.patterns import PatternRefused, compile_pattern
from rbm_bots.botfile.reading.desk import Desk
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.texts import read_condition, read_text, read_written_texts
from rbm_bots.botfile.slots import (
    BooleanSlot,
    ChoiceSlot,
    DateSlot,
    DateTimeSlot,
    EmailSlot,
    FileSlot,
    ListSlot,
    LocationSlot,
    NumberSlot,
    Option,
    PhoneSlot,
    RecordSlot,
    SlotSpec,
    TextSlot,
)
from rbm_bots.botfile.source import MapNode, Node, Scalar

__all__ = ["FIELD_TYPES", "read_field_types", "read_slot"]

_COMMON: Final = ("type", "keep", "label", "check", "rejects", "private")
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("min", "max", "pattern"),
    "number": ("min", "max", "integer", "unit"),
    "choice": ("options",),
    "boolean": ("options",),
    "date": ("min", "max", "prefer"),
    "datetime": ("min", "max", "prefer"),
    "phone": ("mobile",),
    "email": (),
    "file": ("accept", "max_mb"),
    "location": (),
    "record": ("fields",),
    "list": ("of", "options", "fields", "max"),
}
_SIMPLE: Final = ("text", "number", "choice", "boolean", "date", "datetime", "phone", "email", "location")
FIELD_TYPES: Final = (
    "text",
    "number",
    "boolean",
    "date",
    "datetime",
    "phone",
    "email",
    "file",
    "location",
    "record",
    "list",
)
"""Types that a record's field, an action's parameter or an action's result may have."""


def read_slot(desk: Desk, key: Scalar, node: Node) -> SlotSpec | None:
    """One slot; ``None`` when its type cannot be told (its name then counts as known, of any kind)."""
    name = scalars.read_name(key, desk.faults, NAME, RESERVED_SLOTS)
    written = scalars.as_map(node, desk.faults, "a map with «type»")
    if name is None or written is None:
        desk.unread_slots.add(key.text)
        return None
    kind = written.get("type")
    if kind is None:
        desk.faults.error(written.mark, "missing", "a slot needs «type»", f"one of: {', '.join(_KEYS)}")
    word = scalars.read_word(kind, desk.faults, tuple(_KEYS)) if kind is not None else None
    if word is None:
        desk.unread_slots.add(name)
        return None
    keys = Keys(written, desk.faults, f"a {word} slot", (*_COMMON, *_KEYS[word]))
    common = _common(desk, keys, name)
    return _READ[word](desk, keys, common)


def _common(desk: Desk, keys: Keys, name: str) -> dict[str, Any]:
    faults = desk.faults
    keep, label, check, private = keys.get("keep"), keys.get("label"), keys.get("check"), keys.get("private")
    return {
        "name": name,
        "keep": (scalars.read_word(keep, faults, ("talk", "session", "contact")) if keep else None) or "talk",
        "label": read_text(desk, label, f"slots.{name}.label", kind="label") if label is not None else None,
        "check": _check(desk, check) if check is not None else None,
        "rejects": read_written_texts(desk, keys.get("rejects"), f"slots.{name}.rejects"),
        "private": bool(scalars.read_bool(private, faults)) if private is not None else False,
        "mark": keys.node.mark,
    }


def _check(desk: Desk, node: Node) -> str | None:
    name = scalars.read_words(node, desk.faults, "the name of a check")
    if name is None or desk.python_broken:
        return name
    known = desk.python.checks if desk.python is not None else {}
    if name not in known:
        hint = did_you_mean(name, known) or "register it in actions.py: @actions.check(…)"
        desk.faults.error(node.mark, "no-check", f"no check is called «{name}»", hint)
    return name


def _text(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    low, high, pattern = keys.get("min"), keys.get("max"), keys.get("pattern")
    least = (scalars.read_integer(low, desk.faults, 1, 2500) if low else None) or 1
    most = (scalars.read_integer(high, desk.faults, least, 2500) if high else None) or max(500, least)
    return TextSlot(**common, min=least, max=most, pattern=_pattern(desk, pattern))


def _pattern(desk: Desk, node: Node | None) -> re.Pattern[str] | None:
    if node is None:
        return None
    if not isinstance(node, Scalar):
        scalars.wrong(desk.faults, node, "a regular expression")
        return None
    try:
        return compile_pattern(node.text)
    except PatternRefused as refused:
        desk.faults.error(node.mark, "pattern", refused.message, refused.hint)
        return None


def _number(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    low, high, whole, unit = (keys.get(key) for key in ("min", "max", "integer", "unit"))
    least = scalars.read_number(low, desk.faults) if low is not None else None
    most = scalars.read_number(high, desk.faults) if high is not None else None
    if high is not None and least is not None and most is not None and most < least:
        scalars.wrong(desk.faults, high, f"a number not below «min» ({least})")
    return NumberSlot(
        **common,
        min=least,
        max=most,
        integer=bool(scalars.read_bool(whole, desk.faults)) if whole is not None else False,
        unit=scalars.read_words(unit, desk.faults) if unit is not None else None,
    )


def _choice(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    node = keys.need("options")
    return ChoiceSlot(**common, options=_options(desk, node, common["name"]) if node is not None else ())


def _options(desk: Desk, node: Node, slot: str) -> tuple[Option, ...]:
    written = scalars.as_map(node, desk.faults, "a map of id to label")
    if written is None:
        return ()
    if len(written.pairs) < 2:
        desk.faults.error(node.mark, "type", "a choice needs two options or more")
    found = []
    for key, value in written.pairs:
        scalars.read_name(key, desk.faults, OPTION_ID)
        found.append(_option(desk, key, value, f"slots.{slot}.options.{key.text}"))
    return tuple(found)


def _option(desk: Desk, key: Scalar, node: Node, name: str) -> Option:
    """``id: label``, ``id: {fr: …, en: …}`` or ``id: {label, also, when}``."""
    is_map = isinstance(node, MapNode) and not any(word in desk.languages for word in node.values)
    if not is_map or not isinstance(node, MapNode):
        return Option(id=key.text, label=read_text(desk, node, name, kind="label"), mark=node.mark)
    keys = Keys(node, desk.faults, "an option", ("label", "also", "when"))
    also = keys.get("also")
    words = scalars.as_list(also, desk.faults, "a list of words") if also is not None else None
    read = [scalars.read_words(word, desk.faults) for word in words.items] if words is not None else []
    return Option(
        id=key.text,
        label=read_text(desk, keys.need("label"), name, kind="label"),
        also=tuple(word for word in read if word is not None),
        when=read_condition(desk, keys.get("when")),
        mark=node.mark,
    )


def _boolean(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    given: dict[str, Option] = {}
    node = keys.get("options")
    written = scalars.as_map(node, desk.faults, "a map {true: …, false: …}") if node is not None else None
    for key, value in written.pairs if written is not None else ():
        if scalars.read_word(key, desk.faults, ("true", "false")) is not None:
            given[key.text] = _option(desk, key, value, f"slots.{common['name']}.options.{key.text}")
    mark: Mark = keys.node.mark
    default = {"true": desk.sentences["rbm.yes"], "false": desk.sentences["rbm.no"]}
    options = [given.get(word) or Option(id=word, label=default[word], mark=mark) for word in ("true", "false")]
    return BooleanSlot(**common, options=tuple(options))


def _date(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    return DateSlot(**common, **_bounds(desk, keys))


def _datetime(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    return DateTimeSlot(**common, **_bounds(desk, keys))


def _bounds(desk: Desk, keys: Keys) -> dict[str, Any]:
    low, high, prefer = keys.get("min"), keys.get("max"), keys.get("prefer")
    word = scalars.read_word(prefer, desk.faults, ("future", "past")) if prefer is not None else None
    return {
        "min": scalars.read_bound(low, desk.faults) if low is not None else None,
        "max": scalars.read_bound(high, desk.faults) if high is not None else None,
        "prefer": word or "future",
    }


def _phone(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    mobile = keys.get("mobile")
    return PhoneSlot(**common, mobile=bool(scalars.read_bool(mobile, desk.faults)) if mobile is not None else False)


def _file(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    size = keys.get("max_mb")
    accept = keys.get("accept")
    items = scalars.as_list(accept, desk.faults, "a list of kinds") if accept is not None else None
    kinds = [
        scalars.read_word(item, desk.faults, ("image", "pdf", "video", "audio"))
        for item in (items.items if items else [])
    ]
    return FileSlot(
        **common,
        accept=tuple(kind for kind in kinds if kind is not None) or ("image", "pdf"),  # type: ignore[misc]  # read_word gives one of its words
        max_mb=(scalars.read_integer(size, desk.faults, 1, 100) if size is not None else None) or 10,
    )


def read_field_types(desk: Desk, node: Node | None) -> dict[str, str]:
    """``fields``: name to type."""
    if node is None:
        return {}
    written = scalars.as_map(node, desk.faults, "a map of name to type")
    found = {}
    for key, value in written.pairs if written is not None else ():
        scalars.read_name(key, desk.faults, NAME)
        found[key.text] = scalars.read_word(value, desk.faults, FIELD_TYPES) or "record"
    return found


def _record(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    return RecordSlot(**common, fields=read_field_types(desk, keys.get("fields")))


def _list(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    of, most, options = keys.get("of"), keys.get("max"), keys.get("options")
    word = scalars.read_word(of, desk.faults, _SIMPLE) if of is not None else None
    item: SlotSpec | None = None
    if word is not None:
        if word == "choice" and options is None:
            desk.faults.error(keys.node.mark, "missing", "a list of choices needs «options»")
        pairs = [
            (key, value) for key, value in keys.node.pairs if key.text == "options" and word in ("choice", "boolean")
        ]
        item = (
            _READ[word](
                desk, Keys(MapNode(keys.node.mark, pairs, flow=True), desk.faults, "a list", ("options",)), common
            )
            if (word != "choice" or options is not None)
            else None
        )
    return ListSlot(
        **common,
        item=item,
        fields=read_field_types(desk, keys.get("fields")),
        max=(scalars.read_integer(most, desk.faults, 1, 200) if most is not None else None) or 20,
    )


_READ: Final[Mapping[str, Callable[[Desk, Keys, dict[str, Any]], SlotSpec]]] = {
    "text": _text,
    "number": _number,
    "choice": _choice,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "phone": _phone,
    "email": lambda _desk, _keys, common: EmailSlot(**common),
    "file": _file,
    "location": lambda _desk, _keys, common: LocationSlot(**common),
    "record": _record,
    "list": _list,
}
