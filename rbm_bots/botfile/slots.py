"""What a bot remembers: one class per slot type (bot language, chapter 5).

How an answer is understood lives in the dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Literal

from rbm_bots.botfile.model import Mark

if TYPE_CHECKING:
    from rbm_bots.botfile.conditions import Condition
    from rbm_bots.botfile.text import Text

__all__ = [
    "BooleanSlot",
    "ChoiceSlot",
    "DateBound",
    "DateSlot",
    "DateTimeSlot",
    "EmailSlot",
    "FileSlot",
    "ListSlot",
    "LocationSlot",
    "NumberSlot",
    "Option",
    "PhoneSlot",
    "RecordSlot",
    "SlotSpec",
    "TextSlot",
]

_Keep = Literal["talk", "session", "contact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: ``also`` are further words for it, as written; ``when`` decides whether it is offered."""

    id: str
    label: Text
    also: tuple[str, ...] = ()
    when: Condition | None = None
    mark: Mark


@dataclass(frozen=True, slots=True)
class DateBound:
    """The edge of a date: a fixed day, or today moved by days or years."""

    fixed: date | None = None
    days: int = 0
    years: int = 0

    def on(self, today: date) -> date:
        """The bound seen from ``today``; 29 February becomes the 28th in a year without it; clamped to years 1–9999."""
        if self.fixed is not None:
            return self.fixed
        year = min(max(today.year + self.years, 1), 9999)
        try:
            moved = today.replace(year=year)
        except ValueError:
            moved = today.replace(year=year, day=28)
        try:
            return moved + timedelta(days=self.days)
        except OverflowError:
            return date.max if self.days > 0 else date.min


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSpec:
    """What all slots have.

    ``keep``: when it is emptied (chapter 4). ``rejects``: reason of a check to what is said then.
    """

    type: ClassVar[str] = ""
    name: str
    keep: _Keep = "talk"
    label: Text | None = None
    check: str | None = None
    rejects: Mapping[str, Text] = field(default_factory=dict)
    private: bool = False
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSlot(SlotSpec):
    """Any words; lengths in characters. ``pattern`` is for the whole answer, case ignored."""

    type: ClassVar[str] = "text"
    min: int = 1
    max: int = 500
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSlot(SlotSpec):
    """A number; ``unit`` is ignored beside it. Stored as ``int`` when ``integer``, else ``Decimal``."""

    type: ClassVar[str] = "number"
    min: Decimal | None = None
    max: Decimal | None = None
    integer: bool = False
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceSlot(SlotSpec):
    """One of some options; stored as the option's id."""

    type: ClassVar[str] = "choice"
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanSlot(SlotSpec):
    """Yes or no. ``options`` are always two, with the ids ``true`` and ``false``."""

    type: ClassVar[str] = "boolean"
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSlot(SlotSpec):
    """A day between two bounds; ``prefer`` decides the year that was not said."""

    type: ClassVar[str] = "date"
    min: DateBound | None = None
    max: DateBound | None = None
    prefer: Literal["future", "past"] = "future"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTimeSlot(DateSlot):
    """An instant, in the bot's zone."""

    type: ClassVar[str] = "datetime"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSlot(SlotSpec):
    """A phone number in international form; ``mobile``: a French 06 or 07 only."""

    type: ClassVar[str] = "phone"
    mobile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSlot(SlotSpec):
    """An e-mail address."""

    type: ClassVar[str] = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSlot(SlotSpec):
    """A file of certain kinds, at most ``max_mb`` MiB."""

    type: ClassVar[str] = "file"
    accept: tuple[Literal["image", "pdf", "video", "audio"], ...] = ("image", "pdf")
    max_mb: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationSlot(SlotSpec):
    """A position."""

    type: ClassVar[str] = "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSlot(SlotSpec):
    """Named values that an action fills. ``fields`` (name to type) is empty when the file does not tell."""

    type: ClassVar[str] = "record"
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSlot(SlotSpec):
    """Several values. ``item`` says how a piece of an answer is read; without it only an action fills the list."""

    type: ClassVar[str] = "list"
    item: SlotSpec | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    max: int = 20
