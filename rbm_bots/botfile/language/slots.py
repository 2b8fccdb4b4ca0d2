"""Keys of slots, by type (bot language, chapter 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rbm_bots.botfile.language.kinds import (
    Condition,
    DayBound,
    Flag,
    Forms,
    In,
    Key,
    ListOf,
    NamesTo,
    Number,
    Ref,
    Shape,
    TextOf,
    Whole,
    Word,
    Words,
)
from rbm_bots.botfile.language.messages import LABEL
from rbm_bots.botfile.language.sections import FIELD_TYPES

__all__ = ["COMMON", "OPTION", "OWN", "SLOTS", "TYPES"]

TYPES: Final = (
    "text", "number", "choice", "boolean", "date", "datetime", "phone", "email", "file", "location", "record", "list",
)  # fmt: skip
_SIMPLE: Final = tuple(name for name in TYPES if name not in ("file", "record", "list"))

OPTION: Final = Shape(
    what="an option",
    keys={
        "label": Key(kind=LABEL, need=True, says="what people see"),
        "also": Key(kind=ListOf(Words()), says="further words for it"),
        "when": Key(kind=Condition(), says="it is not offered unless this is true"),
    },
)

_LABEL_OR_OPTION: Final = Forms(words=LABEL, map=In("option"))
COMMON: Final[Mapping[str, Key]] = {
    "type": Key(kind=Word(TYPES), need=True, says="what it holds"),
    "keep": Key(kind=Word(("talk", "session", "contact")), default="talk", says="how long it is remembered"),
    "label": Key(kind=LABEL, says="its name for people, shown by `edit`"),
    "check": Key(kind=Ref("check"), says="a Python check that cleans or refuses an answer"),
    "rejects": Key(kind=NamesTo(TextOf(2500), names="reason"), says="what is said when the check refuses"),
    "private": Key(kind=Flag(), default="false", says="masked in logs, trails and exports"),
}
_BOUNDS: Final[Mapping[str, Key]] = {
    "min": Key(kind=DayBound(), says="the first day that is taken"),
    "max": Key(kind=DayBound(), says="the last day that is taken"),
    "prefer": Key(kind=Word(("future", "past")), default="future", says="the year that was not said"),
}
_FIELDS: Final = Key(kind=NamesTo(Word(FIELD_TYPES), names="field"), says="its parts and their types")
OWN: Final[Mapping[str, Mapping[str, Key]]] = {
    "text": {
        "min": Key(kind=Whole(1, 2500), default="1", says="the fewest characters"),
        "max": Key(kind=Whole(1, 2500), default="500", says="the most characters"),
        "pattern": Key(kind=Words(), says="a regular expression for the whole answer, case ignored"),
    },
    "number": {
        "min": Key(kind=Number(), says="the lowest"),
        "max": Key(kind=Number(), says="the highest"),
        "integer": Key(kind=Flag(), default="false", says="whole numbers only"),
        "unit": Key(kind=Words(), says="a word that may stand beside the number"),
    },
    "choice": {
        "options": Key(kind=NamesTo(_LABEL_OR_OPTION, names="id"), need=True, says="two options or more: id to label"),
    },
    "boolean": {
        "options": Key(
            kind=NamesTo(_LABEL_OR_OPTION, names="answer", words=("true", "false")),
            default="{true: Oui, false: Non}",
            says="the two labels",
        ),
    },
    "date": _BOUNDS,
    "datetime": _BOUNDS,
    "phone": {"mobile": Key(kind=Flag(), default="false", says="only numbers in 06 or 07")},
    "email": {},
    "file": {
        "accept": Key(
            kind=ListOf(Word(("image", "pdf", "video", "audio"))), default="[image, pdf]", says="kinds that are taken"
        ),
        "max_mb": Key(kind=Whole(1, 100), default="10", says="the largest, in MiB"),
    },
    "location": {},
    "record": {"fields": _FIELDS},
    "list": {
        "of": Key(kind=Word(_SIMPLE), says="how each piece of an answer is read; without it, an action fills the list"),
        "options": Key(kind=NamesTo(_LABEL_OR_OPTION, names="id"), says="options of a list of choices"),
        "fields": _FIELDS,
        "max": Key(kind=Whole(1, 200), default="20", says="the most entries"),
    },
}

SLOTS: Final[Mapping[str, Shape]] = {name: Shape(what=f"a {name} slot", keys={**COMMON, **OWN[name]}) for name in TYPES}
"""The types of slots and the keys of each."""
