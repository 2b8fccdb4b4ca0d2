"""Values as tests write them (bot language 16, 19), and whether a slot holds one.

What an action returns has no type in the file, so words without quotes are read as what they look like: numbers,
``true`` and ``false``, dates and instants as chapter 2 writes them. Everything else, and everything in quotes, is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from rbm_bots.botfile.parts import is_empty
from rbm_bots.botfile.slots import FileSlot, SlotSpec
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar
from rbm_bots.clock import parse_instant
from rbm_bots.dialogue.fit import MISFIT, Misfit, fit
from rbm_bots.values import File, Location, Slot

__all__ = ["plain_value", "same", "show", "slot_value"]

_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def plain_value(node: Node) -> object:
    """The value that a node looks like; nothing for a node that is broken."""
    if isinstance(node, ListNode):
        return [plain_value(item) for item in node.items]
    if isinstance(node, MapNode):
        return {key.text: plain_value(value) for key, value in node.pairs}
    return _word(node) if isinstance(node, Scalar) else None


def _word(node: Scalar) -> object:
    text = node.text
    if not node.plain:
        return text
    if node.nothing:
        return None
    if text in ("true", "false"):
        return text == "true"
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return _day_or_instant(text)


def _day_or_instant(text: str) -> object:
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return datetime.fromisoformat(text) if parse_instant(text) is not None else text


def slot_value(spec: SlotSpec, node: Node, *, zone: ZoneInfo) -> object | Misfit:
    """What ``spec`` would keep of a written value; ``None``: empty; ``MISFIT``: nothing it could ever hold."""
    if isinstance(node, Scalar) and not node.nothing:
        return fit(spec, node.text, zone=zone)
    return fit(spec, plain_value(node), zone=zone)


def same(spec: SlotSpec, expected: object, held: object) -> bool:
    """Whether a slot holds what a test expects: numbers by value, places by position, files by name."""
    if isinstance(spec, FileSlot) and isinstance(expected, File) and isinstance(held, File):
        return expected.url in (held.name, held.url)
    return expected is not MISFIT and _same(expected, held)


def _same(expected: object, held: object) -> bool:
    if is_empty(expected) or is_empty(held):
        return is_empty(expected) and is_empty(held)
    if isinstance(held, Slot):
        held = held.start
    if isinstance(expected, Location) and isinstance(held, Location):
        return (expected.lat, expected.lng) == (held.lat, held.lng)
    if isinstance(expected, Mapping) and isinstance(held, Mapping):
        return all(_same(expected.get(key), held.get(key)) for key in expected.keys() | held.keys())
    if isinstance(expected, list) and isinstance(held, list):
        return len(expected) == len(held) and all(map(_same, expected, held))
    if isinstance(expected, bool) or isinstance(held, bool):
        return expected is held
    return expected == held


def show(value: object, *, zone: ZoneInfo) -> str:
    """A value as a test would write it."""
    match value:
        case None | "":
            return "~"
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(zone).isoformat(timespec="minutes")
        case date():
            return value.isoformat()
        case Slot():
            return show(value.start, zone=zone)
        case Location():
            return f'"{value.lat},{value.lng}"'
        case File():
            return value.name or value.url
        case Mapping():
            return "{" + ", ".join(f"{key}: {show(item, zone=zone)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(show(item, zone=zone) for item in value) + "]"
    return str(value)
