"""How values of slots are stored: JSON that gives back exactly what went in.

Texts, booleans, whole numbers, nothing, lists and maps are themselves. Every other kind is a map with the one word
``$`` that names it, and ``v``, what JSON can hold of it. A map that has a ``$`` of its own is stored as a list of
pairs. Arguments of calls and their results cross the store in this form too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from rbm_bots.botfile.parts import Chosen
from rbm_bots.values import File, Location, Slot

__all__ = ["NotStorable", "Stored", "restore", "store"]

Stored: TypeAlias = Any
"""A value as JSON can hold it."""

_DEEPEST = 32


class NotStorable(ValueError):
    """A value of a kind that no slot can hold. Never names the value."""


def store(value: object, *, depth: int = 0) -> Stored:
    """``value`` as JSON. Raises :class:`NotStorable` for other kinds, naive datetimes, and more than 32 levels."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, int):
        return value if -(2**53) < value < 2**53 else {"$": "int", "v": str(value)}
    if depth > _DEEPEST:
        raise NotStorable("nested too deeply")
    if isinstance(value, Mapping):
        pairs = [[_whole(str(key)), store(item, depth=depth + 1)] for key, item in value.items()]
        return {"$": "map", "v": pairs} if "$" in value else dict(pairs)
    if isinstance(value, list | tuple):
        return [store(item, depth=depth + 1) for item in value]
    return _store_kind(value)


def _whole(text: str) -> str:
    """``text`` without halves of surrogate pairs, which no JSON in UTF-8 can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _store_kind(value: object) -> Stored:
    match value:
        case Chosen():
            return value.id
        case Decimal() | float():
            number = value if isinstance(value, Decimal) else Decimal(repr(value))
            if not number.is_finite():
                raise NotStorable("a number without end")
            return {"$": "dec" if isinstance(value, Decimal) else "float", "v": str(number)}
        case datetime():
            if value.tzinfo is None:
                raise NotStorable("a datetime without a zone")
            zone = {"z": value.tzinfo.key} if isinstance(value.tzinfo, ZoneInfo) else {}
            return {"$": "at", "v": value.isoformat(), **zone}
        case date():
            return {"$": "date", "v": value.isoformat()}
        case File():
            return {"$": "file", "v": store([value.url, value.name, value.media, value.size])}
        case Location():
            return {"$": "place", "v": [str(float(value.lat)), str(float(value.lng)), store(value.label)]}
        case Slot():
            return {"$": "slot", "v": store([value.start, value.minutes, value.ref, value.label])}
    raise NotStorable(f"a value of type {type(value).__name__}")


def restore(stored: Stored) -> Stored:
    """What :func:`store` was given; plain values and live ones come back as they are."""
    if isinstance(stored, dict):
        kind = stored.get("$")
        return {key: restore(item) for key, item in stored.items()} if kind is None else _restore_kind(kind, stored)
    if isinstance(stored, list):
        return [restore(item) for item in stored]
    return stored


def _restore_kind(kind: str, stored: dict[str, Stored]) -> object:
    value = stored["v"]
    match kind:
        case "int":
            return int(value)
        case "dec":
            return Decimal(value)
        case "float":
            return float(value)
        case "date":
            return date.fromisoformat(value)
        case "at":
            at = datetime.fromisoformat(value)
            return at.astimezone(ZoneInfo(stored["z"])) if "z" in stored else at
        case "file":
            return File(*value)
        case "place":
            return Location(float(value[0]), float(value[1]), value[2])
        case "slot":
            return Slot(restore(value[0]), *value[1:])
    return {key: restore(item) for key, item in value}
