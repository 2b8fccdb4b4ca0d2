"""The ``slots`` section (bot language, chapter 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, cast

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.language.sections import FIELD_TYPES
from rbm_bots.botfile.language.slots import OPTION, SLOTS
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

__all__ = ["read_field_types", "read_slot"]

_YES_NO: Final = "a yes or no is «type: boolean»"
_WHOLE: Final = "a whole number is «type: number, integer: true»; with «min» and «max» it is a mark: min: 1, max: 5"
_EVERYDAY: Final[Mapping[str, str]] = {
    **dict.fromkeys(("yesno", "yes_no", "yes/no", "bool", "confirm", "oui_non", "checkbox"), _YES_NO),
    **dict.fromkeys(("int", "integer", "rating", "stars", "score", "scale", "nps", "mark", "note"), _WHOLE),
    **dict.fromkeys(("select", "enum", "options", "list_of", "menu", "radio"), "one of several is «type: choice»"),
    **dict.fromkeys(("string", "str", "words", "name", "free"), "words are «type: text»"),
    **dict.fromkeys(("time", "hour", "timestamp", "appointment"), "a day with its hour is «type: datetime»"),
    **dict.fromkeys(("photo", "image", "picture", "document", "pdf"), "a photo or document is «type: file»"),
    **dict.fromkeys(("float", "decimal", "amount", "money", "price"), "an amount is «type: number»"),
    **dict.fromkeys(("address", "city", "postcode", "zip"), "an address in words is «type: text»"),
}
"""What people write for a type, and which one that is."""


def read_slot(desk: Desk, key: Scalar, node: Node) -> SlotSpec | None:
    """One slot; ``None`` when its type cannot be told (its name then counts as known, of any kind)."""
    name = scalars.read_name(key, desk.faults, NAME, RESERVED_SLOTS)
    written = scalars.as_map(node, desk.faults, "a map with «type»")
    if name is None or written is None:
        desk.unread_slots.add(key.text)
        return None
    kind = written.get("type")
    if kind is None:
        desk.faults.error(written.mark, "missing", "a slot needs «type»", f"one of: {', '.join(SLOTS)}")
    word = _type(desk, kind) if kind is not None else None
    if word is None:
        desk.unread_slots.add(name)
        return None
    keys = Keys(written, desk.faults, SLOTS[word])
    common = _common(desk, keys, name)
    return _READ[word](desk, keys, common)


def _type(desk: Desk, node: Node) -> str | None:
    """The type, or the fault that names the one which everyday words for it mean."""
    if isinstance(node, Scalar) and node.text in SLOTS:
        return node.text
    text = node.text if isinstance(node, Scalar) else ""
    hint = _EVERYDAY.get(text.casefold()) or did_you_mean(text, SLOTS) or "a text of any kind is «type: text»"
    scalars.wrong(desk.faults, node, f"a type of slot ({', '.join(SLOTS)})", hint)
    return None


def _common(desk: Desk, keys: Keys, name: str) -> dict[str, Any]:
    label, check = keys.get("label"), keys.get("check")
    return {
        "name": name,
        "keep": keys.word("keep") or "talk",
        "label": read_text(desk, label, f"slots.{name}.label", kind="label") if label is not None else None,
        "check": _check(desk, check) if check is not None else None,
        "rejects": read_written_texts(desk, keys.get("rejects"), f"slots.{name}.rejects"),
        "private": keys.flag("private"),
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
    least = keys.whole("min") or 1
    high = keys.get("max")
    most = keys.whole("max") or max(500, least)
    if high is not None and most < least:
        scalars.wrong(desk.faults, high, f"a number not below «min» ({least})")
    return TextSlot(**common, min=least, max=most, pattern=_pattern(desk, keys.get("pattern")))


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
    high = keys.get("max")
    least, most = keys.number("min"), keys.number("max")
    if high is not None and least is not None and most is not None and most < least:
        scalars.wrong(desk.faults, high, f"a number not below «min» ({least})")
    return NumberSlot(
        **common,
        min=least,
        max=most,
        integer=keys.flag("integer"),
        unit=keys.words("unit", "a word"),
    )


def _choice(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    node = keys.get("options")
    return ChoiceSlot(**common, options=_options(desk, node, common["name"]) if node is not None else ())


def _options(desk: Desk, node: Node, slot: str) -> tuple[Option, ...]:
    written = scalars.as_map(node, desk.faults, "a map of id to label")
    if written is None:
        return ()
    if len(written.pairs) < 2:
        desk.faults.error(node.mark, "type", "a choice needs two options or more")
    found = []
    for key, value in written.pairs:
        scalars.read_name(key, desk.faults, OPTION_ID, hint=f'an id stands before the label: noon: "{key.text[:25]}"')
        found.append(_option(desk, key, value, f"slots.{slot}.options.{key.text}"))
    return tuple(found)


def _option(desk: Desk, key: Scalar, node: Node, name: str) -> Option:
    """``id: label``, ``id: {fr: …, en: …}`` or ``id: {label, also, when}``."""
    is_map = isinstance(node, MapNode) and not any(word in desk.languages for word in node.values)
    if not is_map or not isinstance(node, MapNode):
        return Option(id=key.text, label=read_text(desk, node, name, kind="label"), mark=node.mark)
    keys = Keys(node, desk.faults, OPTION)
    read = [scalars.read_words(word, desk.faults) for word in keys.items("also", "a list of words")]
    return Option(
        id=key.text,
        label=read_text(desk, keys.get("label"), name, kind="label"),
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
    low, high = keys.get("min"), keys.get("max")
    return {
        "min": scalars.read_bound(low, desk.faults) if low is not None else None,
        "max": scalars.read_bound(high, desk.faults) if high is not None else None,
        "prefer": keys.word("prefer") or "future",
    }


def _phone(_desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    return PhoneSlot(**common, mobile=keys.flag("mobile"))


def _file(_desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec:
    kinds = cast('tuple[Literal["image", "pdf", "video", "audio"], ...]', keys.chosen("accept"))
    return FileSlot(**common, accept=kinds or ("image", "pdf"), max_mb=keys.whole("max_mb") or 10)


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
    return ListSlot(
        **common,
        item=_item(desk, keys, common),
        fields=read_field_types(desk, keys.get("fields")),
        max=keys.whole("max") or 20,
    )


def _item(desk: Desk, keys: Keys, common: dict[str, Any]) -> SlotSpec | None:
    """How a piece of an answer is read; a list of choices brings its options."""
    word, options = keys.word("of"), keys.node.values.get("options")
    if options is not None and word not in ("choice", "boolean"):
        desk.faults.error(options[0].mark, "extra", "«options» are for a list of choices", "add «of: choice»")
    if word is None:
        return None
    if word == "choice" and keys.get("options") is None:
        keys.tell_missing("options")
        return None
    pairs = [options] if options is not None else []
    return _READ[word](desk, Keys(MapNode(keys.node.mark, pairs, flow=True), desk.faults, SLOTS[word]), common)


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
