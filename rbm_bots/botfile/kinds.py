"""What kind of value a name holds, known before anything runs: the ground of «unknown name» and ``cond-type``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rbm_bots.botfile.slots import BooleanSlot, ChoiceSlot, ListSlot, RecordSlot, SlotSpec

__all__ = [
    "ANY",
    "BOOL",
    "DATE",
    "DATETIME",
    "NUMBER",
    "TEXT",
    "Kind",
    "UnknownName",
    "field_kind",
    "kind_of",
    "slot_kind",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The kind of a value.

    ``options``: of a choice, a tier or a topic. ``parts``: what may follow a dot; ``None``: anything.

    ``item``: the kind of a list's entries.
    """

    name: str
    options: tuple[str, ...] = ()
    parts: Mapping[str, Kind] | None = field(default_factory=dict)
    item: Kind | None = None


class UnknownName(LookupError):
    """No value has this name. ``word`` is the part that is wrong, ``known`` what could stand there."""

    def __init__(self, word: str, known: Iterable[str], *, parent: str = "") -> None:
        self.word = word
        self.known = tuple(known)
        self.parent = parent
        super().__init__(word)


TEXT = Kind(name="text")
NUMBER = Kind(name="number")
BOOL = Kind(name="bool")
DATE = Kind(name="date")
DATETIME = Kind(name="datetime", parts={"ref": TEXT})
ANY = Kind(name="any", parts=None)
_LOCATION = Kind(name="location", parts={"lat": NUMBER, "lng": NUMBER, "label": TEXT})
_FILE = Kind(name="file", parts={"url": TEXT, "name": TEXT, "media": TEXT, "size": NUMBER})
_CHOICE_PARTS = {"id": TEXT, "label": TEXT}

_SIMPLE: Mapping[str, Kind] = {
    "text": TEXT,
    "number": NUMBER,
    "boolean": BOOL,
    "date": DATE,
    "datetime": DATETIME,
    "phone": TEXT,
    "email": TEXT,
    "choice": TEXT,
    "file": _FILE,
    "location": _LOCATION,
    "record": ANY,
    "list": Kind(name="list", item=ANY),
}


def field_kind(type_name: str) -> Kind:
    """The kind of a record's field by its type's name."""
    return _SIMPLE.get(type_name, ANY)


def _record(fields: Mapping[str, str]) -> Kind:
    return Kind(name="record", parts={name: field_kind(kind) for name, kind in fields.items()} if fields else None)


def slot_kind(slot: SlotSpec) -> Kind:
    """The kind of a slot's value."""
    match slot:
        case ChoiceSlot():
            return Kind(name="choice", options=tuple(option.id for option in slot.options), parts=_CHOICE_PARTS)
        case BooleanSlot():
            return BOOL
        case RecordSlot():
            return _record(slot.fields)
        case ListSlot():
            item = slot_kind(slot.item) if slot.item is not None else _record(slot.fields) if slot.fields else ANY
            return Kind(name="list", item=item)
    return field_kind(slot.type)


def kind_of(names: Mapping[str, Kind], path: tuple[str, ...]) -> Kind:
    """The kind of ``name.part``. Raises :class:`UnknownName`."""
    kind = names.get(path[0])
    if kind is None:
        raise UnknownName(path[0], names)
    for before, part in enumerate(path[1:]):
        if kind.parts is None:
            return ANY
        if part not in kind.parts:
            raise UnknownName(part, kind.parts, parent=".".join(path[: before + 1]))
        kind = kind.parts[part]
    return kind
