"""Parts of values: what ``name.part`` may reach.

Keys of dicts and the fields of four kinds of values, nothing else of Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rbm_bots.values import File, Location, Slot

__all__ = ["PARTS", "Chosen", "dig", "is_empty"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option somebody chose: a text prints its label, data carries its id."""

    id: str
    label: str


PARTS: Mapping[type, tuple[str, ...]] = {
    Chosen: ("id", "label"),
    File: ("url", "name", "media", "size"),
    Location: ("lat", "lng", "label"),
    Slot: ("start", "minutes", "ref", "label"),
}


def dig(value: object, parts: Iterable[str]) -> object:
    """The part of ``value`` that ``parts`` lead to; ``None`` when there is none."""
    for part in parts:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif part in PARTS.get(type(value), ()):
            value = getattr(value, part)
        else:
            return None
    return value


def is_empty(value: object) -> bool:
    """Whether a value counts as empty: nothing, no words, no entries. Zero and «false» are values."""
    return value is None or (isinstance(value, (str, list, tuple, dict)) and not value)
