"""The tables in the manual, made from the tables of the language: ``python -m rbm_bots.botfile.manual FILE…``.

A page of the manual is written by hand but for its tables. These stand between two comments and are written anew::

    <!-- table: card -->
    <!-- end of table -->
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from rbm_bots.botfile.explain import list_of_codes
from rbm_bots.botfile.filters import FILTERS
from rbm_bots.botfile.language import CHIPS, SHAPES, VERBS, messages, slots, steps
from rbm_bots.botfile.language.kinds import (
    Condition,
    Data,
    Day,
    DayBound,
    FileRef,
    Flag,
    Forms,
    HoursOf,
    In,
    Key,
    Kind,
    ListOf,
    Money,
    Name,
    NamesTo,
    Number,
    Phone,
    Ref,
    Span,
    TextOf,
    Url,
    Whole,
    Word,
    Words,
)

__all__ = ["filled", "main"]

_BLOCK: Final = re.compile(r"(<!-- table: ([a-z_ ]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
_WORDS: Final[Mapping[type, str]] = {
    Condition: "condition",
    Data: "value",
    Day: "date",
    DayBound: "date, `today`, `+30d`, `-18y`",
    FileRef: "file",
    Flag: "`true` or `false`",
    HoursOf: "hours",
    Money: "money",
    Name: "name",
    Number: "number",
    Phone: "phone",
    Url: "https address",
    Words: "words",
}
_SHAPE_WORDS: Final = {
    "chip": "suggestion",
    "cards_for": "`{for, card}`",
    "event": "calendar entry",
    "handler": "`{say, goto}`",
    "handover_step": "map",
    "http": "action",
    "on_refuse": "`{say, goto}`",
    "paid_help_step": "map",
    "query_or_place": "map",
    "shown": "`{style, days, per_day}`",
}


def filled(page: str) -> str:
    """The page with every table as it should be now. Raises ``KeyError`` for a table that nobody knows."""
    return _BLOCK.sub(lambda match: f"{match[1]}\n{_table(match[2])}\n{match[3]}", page)


def _table(name: str) -> str:
    kind, _, which = name.partition(" ")
    match kind:
        case "codes":
            return list_of_codes()
        case "filters":
            return ", ".join(f"`{word}`" for word in FILTERS) + "\n"
        case "step":
            return _keys(_own_keys(which))
        case "steps":
            return _keys({"common": steps.COMMON, "sending": steps.SENDING, "waiting": steps.WAITING}[which])
        case "slot":
            return _keys(slots.OWN[which])
        case "slots":
            return _keys({"common": slots.COMMON}[which])
        case "suggestion":
            common = messages.COMMON
            return _keys({key: value for key, value in CHIPS[which].keys.items() if key not in common})
        case "suggestions":
            return _keys({"common": messages.COMMON}[which])
    return _keys(SHAPES[name].keys)


def _own_keys(verb: str) -> dict[str, Key]:
    """The keys of a verb that not all steps of its kind have."""
    shared = {**steps.COMMON, **steps.SENDING, **steps.WAITING}
    return {name: key for name, key in VERBS[verb].keys.items() if name not in shared}


def _keys(keys: Mapping[str, Key]) -> str:
    lines = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    lines += [f"| `{name}` | {_value(key.kind)} | {_default(key)} | {key.says} |" for name, key in keys.items()]
    return "\n".join(lines) + "\n"


def _default(key: Key) -> str:
    if key.need:
        return "**required**"
    return key.default if "`" in key.default or " " in key.default or not key.default else f"`{key.default}`"


def _value(kind: Kind) -> str:
    match kind:
        case TextOf(limit=limit):
            return f"text of at most {limit:,}" if limit else "text"
        case Word(options=options):
            return _either(options)
        case Whole(low=low, high=high):
            return f"{low:,} to {high:,}"
        case Span(low=low, high=high):
            return f"duration, {_span(low)} to {_span(high)}"
        case Ref(to=to):
            return to
        case In(shape=shape):
            return _SHAPE_WORDS.get(shape, shape.replace("_", " "))
        case ListOf():
            return _list(kind)
        case NamesTo(value=value, names=names):
            return f"{names} to {_value(value)}"
        case Forms():
            return " or ".join(_value(form) for form in (kind.words, kind.items, kind.map) if form is not None)
    return _WORDS[type(kind)]


def _either(options: Iterable[str]) -> str:
    return ", ".join(f"`{option}`" for option in options)


def _list(kind: ListOf) -> str:
    if kind.most is None:
        return f"list: {_value(kind.item)}"
    least = f"{kind.least} to " if kind.least > 1 else "at most "
    return f"list of {least}{kind.most}: {_value(kind.item)}"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def main(files: Iterable[str]) -> None:
    """Write the tables of some pages anew."""
    for file in files:
        page = Path(file)
        page.write_text(filled(page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
