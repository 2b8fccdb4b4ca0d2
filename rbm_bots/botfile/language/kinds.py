"""What the value of a key may be. Readers, the editor's schema and the manual all look at these, so none can drift.

A kind says what is written, not what it becomes: ``Span`` is the words ``10m`` between two bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

__all__ = [
    "Condition",
    "Data",
    "Day",
    "DayBound",
    "FileRef",
    "Flag",
    "Forms",
    "HoursOf",
    "In",
    "Key",
    "Kind",
    "ListOf",
    "Money",
    "Name",
    "NamesTo",
    "Number",
    "Phone",
    "Ref",
    "Shape",
    "Span",
    "TextOf",
    "Url",
    "Whole",
    "Word",
    "Words",
]


@dataclass(frozen=True, slots=True)
class Words:
    """Any words, taken as they are."""


@dataclass(frozen=True, slots=True)
class TextOf:
    """Words that people see, with placeholders, in one or more languages; ``limit`` in characters."""

    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """One of some fixed words."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """``true`` or ``false``."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, both bounds allowed."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number like ``12.5``."""


@dataclass(frozen=True, slots=True)
class Money:
    """Euros with two digits after the point."""


@dataclass(frozen=True, slots=True)
class Span:
    """A duration like ``10m``, both bounds allowed."""

    low: timedelta
    high: timedelta


@dataclass(frozen=True, slots=True)
class Day:
    """A date like ``2026-11-24``."""


@dataclass(frozen=True, slots=True)
class DayBound:
    """A date, ``today``, ``+30d`` or ``-18y``."""


@dataclass(frozen=True, slots=True)
class HoursOf:
    """Opening hours."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in international form, or a placeholder."""


@dataclass(frozen=True, slots=True)
class Url:
    """An https address, with placeholders."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A path under ``media/``, an https address or a placeholder."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition."""


@dataclass(frozen=True, slots=True)
class Data:
    """Any value: words, a placeholder that keeps its type, a list or a map of values."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that is given here."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The name of something that stands elsewhere."""

    to: Literal["target", "flow", "slot", "action", "check", "topic", "faq"]


@dataclass(frozen=True, slots=True)
class In:
    """A map; ``shape`` is its name in the table of shapes, or ``step``, ``slot``, ``chip``, which have many."""

    shape: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; ``most`` is ``None`` where there is no limit."""

    item: Kind
    least: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class NamesTo:
    """A map from ``names`` (what the keys are, for people) to values of one kind; ``words`` when they are fixed."""

    value: Kind
    names: str = "name"
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forms:
    """Words, a list or a map, each with a meaning of its own."""

    words: Kind | None = None
    items: Kind | None = None
    map: Kind | None = None


Kind = (
    Condition
    | Data
    | Day
    | DayBound
    | FileRef
    | Flag
    | Forms
    | HoursOf
    | In
    | ListOf
    | Money
    | Name
    | NamesTo
    | Number
    | Phone
    | Ref
    | Span
    | TextOf
    | Url
    | Whole
    | Word
    | Words
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: what its value is, whether it must be there, what stands in for it, and what it means."""

    kind: Kind
    says: str
    need: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A map of the language: ``what`` it is (for faults), and its keys in the order of the manual."""

    what: str
    keys: Mapping[str, Key] = field(default_factory=dict)

    def with_nothing_needed(self) -> Shape:
        """The same keys, none of them required: a step that overrides keys of a section."""
        return replace(self, keys={name: replace(key, need=False) for name, key in self.keys.items()})
