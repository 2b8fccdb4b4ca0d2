"""The desk on which a bot is put together: what all readers share while the files are read.

It holds the names that exist (slots, flows, steps, actions …), collected in a first pass, and what the readers note for
the rules that look at the whole: jumps from step to step, names that are read, ways in which slots are filled, and the
map that each piece of the bot was written as.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from rbm_bots.actions import Actions
from rbm_bots.botfile.faults import Faults, did_you_mean
from rbm_bots.botfile.kinds import ANY, BOOL, DATE, DATETIME, NUMBER, TEXT, Kind, UnknownName, kind_of, slot_kind
from rbm_bots.botfile.model import Chip, Mark, Target
from rbm_bots.botfile.services import Calendar, FreeHelp, HttpAction, MeteredHelp
from rbm_bots.botfile.slots import SlotSpec
from rbm_bots.botfile.source import MapNode, Node
from rbm_bots.botfile.text import Text

__all__ = [
    "ChipList",
    "Desk",
    "Fill",
    "Jump",
    "Phrase",
    "Planned",
    "Read",
    "Signature",
    "TextKind",
    "Written",
    "read_only_kinds",
]

TextKind = Literal["message", "label", "title", "card", "alt", "sms", "place", "other"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """Something leads somewhere.

    ``origin``: flow and step index, or ``None`` outside of flows; ``by``: what moves there.
    """

    origin: tuple[str, int] | None
    target: Target
    by: Literal["goto", "chip", "error", "give_up", "none", "refuse", "run", "entry"]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A name is read: in a text that people see, in data, in a condition, or in a URL.

    ``guarded``: a ``default`` stands in when it is empty.
    """

    path: tuple[str, ...]
    use: Literal["text", "data", "condition", "url"]
    mark: Mark
    guarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text that people will see, and what it is: that decides how long it may be."""

    text: Text
    kind: TextKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipList:
    """The suggestions of one message or card. ``place``: flow and step index, ``None`` outside of flows."""

    chips: tuple[Chip, ...]
    place: tuple[str, int] | None
    mark: Mark
    in_card: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase that is heard, folded, and whose it is (``booking``, ``always.help``)."""

    owner: str
    folded: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A slot gets a value. ``skippable``: by a question that may be skipped."""

    slot: str
    by: Literal["ask", "rendezvous", "set", "save", "scene"]
    skippable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What an action takes and may raise. ``parameters``: name to required; ``takes_any``: others may be given too.

    ``types``: parameter to type, where they are declared. ``in_address``: parameters that stand in a URL.
    """

    name: str
    parameters: Mapping[str, bool] = field(default_factory=dict)
    takes_any: bool = False
    types: Mapping[str, str] = field(default_factory=dict)
    errors: frozenset[str] = frozenset()
    in_address: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Planned:
    """A flow before its steps are read: how many there are, and where each id stands (index, slot that it asks)."""

    name: str
    node: MapNode
    mark: Mark
    ids: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    fills: set[str] = field(default_factory=set)
    id_marks: dict[str, Mark] = field(default_factory=dict)
    indexes: dict[int, int] = field(default_factory=dict)
    count: int = 0


def read_only_kinds(tiers: tuple[str, ...], topics: tuple[str, ...]) -> dict[str, Kind]:
    """The names of 8.2 that are always there."""
    topic = Kind(name="topic", options=topics)
    customer = {
        "tier": Kind(name="tier", options=tiers),
        "score": NUMBER,
        "interest": topic,
        "interests": Kind(name="list", item=topic),
        "returning": BOOL,
        "visits": NUMBER,
        "orders": NUMBER,
        "contract_end": DATE,
    }
    contact = {"name": TEXT, "language": TEXT, "channel": Kind(name="choice", options=("rcs", "sms"))}
    return {
        "customer": Kind(name="record", parts=customer),
        "contact": Kind(name="record", parts=contact),
        "handover": Kind(name="record", parts={"open": BOOL, "wait": NUMBER}),
        "bot": Kind(name="record", parts={"id": TEXT, "name": TEXT}),
        "now": DATETIME,
        "today": DATE,
    }


@dataclass(slots=True, kw_only=True)
class Desk:
    """See the module. ``extra_names`` are names of a place: a carousel's variable, ``offer`` in an offer's card.

    ``built``: the flows among ``planned`` that Python builds. ``looks_at_media``: whether files must be there.
    """

    faults: Faults
    folder: Path
    languages: tuple[str, ...] = ("fr",)
    languages_mark: Mark | None = None
    tiers: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    slots: dict[str, SlotSpec] = field(default_factory=dict)
    unread_slots: set[str] = field(default_factory=set)
    kinds: dict[str, Kind] = field(default_factory=dict)
    extra_names: dict[str, Kind] = field(default_factory=dict)
    planned: dict[str, Planned] = field(default_factory=dict)
    scenes: set[str] = field(default_factory=set)
    built: set[str] = field(default_factory=set)
    looks_at_media: bool = True
    faq: set[str] = field(default_factory=set)
    has_handover: bool = False
    has_paid_help: bool = False
    handover: FreeHelp | None = None
    paid_help: MeteredHelp | None = None
    python: Actions | None = None
    python_broken: bool = False
    signatures: dict[str, Signature] = field(default_factory=dict)
    http: dict[str, HttpAction] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    sentences: dict[str, Text] = field(default_factory=dict)
    translations: dict[str, dict[str, Node]] = field(default_factory=dict)
    sources: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    translated: set[tuple[str, str]] = field(default_factory=set)
    jumps: list[Jump] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    texts: list[Written] = field(default_factory=list)
    chip_lists: list[ChipList] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    unknown: MapNode | None = None
    written: dict[int, MapNode] = field(default_factory=dict)
    kept: list[object] = field(default_factory=list)

    def keep(self, thing: T, node: MapNode) -> T:
        """Remember the map that ``thing`` was written as; gives ``thing`` back."""
        self.written[id(thing)] = node
        self.kept.append(thing)
        return thing

    def node_of(self, thing: object) -> MapNode | None:
        """The map that ``thing`` was written as."""
        return self.written.get(id(thing))

    @contextmanager
    def also_named(self, names: Mapping[str, Kind]) -> Iterator[None]:
        """Names that exist inside the block only."""
        before = self.extra_names
        self.extra_names = {**before, **names}
        try:
            yield
        finally:
            self.extra_names = before

    @contextmanager
    def only_named(self, names: Mapping[str, Kind]) -> Iterator[None]:
        """Inside the block, these names and no others; that they are read tells nothing about slots."""
        before = self.kinds, self.unread_slots, self.reads
        self.kinds, self.unread_slots, self.reads = dict(names), set(), []
        try:
            yield
        finally:
            self.kinds, self.unread_slots, self.reads = before

    @property
    def names(self) -> dict[str, Kind]:
        """Every name that may be read here."""
        return {**self.kinds, **self.extra_names} if self.extra_names else self.kinds

    def add_slot(self, slot: SlotSpec) -> None:
        """Make a slot known."""
        self.slots[slot.name] = slot
        self.kinds[slot.name] = slot_kind(slot)

    def kind(self, path: tuple[str, ...]) -> Kind:
        """The kind of a name. Raises ``UnknownName``; slots whose own definition is wrong are of any kind."""
        if path[0] in self.unread_slots:
            return ANY
        return kind_of(self.names, path)

    def unknown_name(self, error: UnknownName, mark: Mark, shown: str) -> None:
        """The fault ``no-slot`` for a name that is read; ``shown`` is how it was written."""
        if error.word == "secret" and not error.parent:
            hint = "actions.py reads its own secrets from the environment"
            self.faults.error(mark, "no-slot", "a secret may stand in the «headers» of an HTTP action only", hint)
            return
        no_part = f"«{error.parent}» has no part «{error.word}»"
        message = no_part if error.parent else f"«{shown}» is never filled"
        self.faults.error(mark, "no-slot", message, did_you_mean(error.word, error.known))
