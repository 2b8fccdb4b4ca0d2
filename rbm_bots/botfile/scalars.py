"""Kinds of values (bot language, chapter 2): words to values, or a fault ``type`` that says which words were wanted.

Every reader takes the node and the faults and gives the value, or ``None`` when a fault was told.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from rbm_bots.botfile.faults import Faults, did_you_mean
from rbm_bots.botfile.hours import Hours, HoursRefused, parse_hours
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.slots import DateBound
from rbm_bots.botfile.source import Broken, ListNode, MapNode, Node, Scalar
from rbm_bots.clock import parse_instant

__all__ = [
    "as_list",
    "as_map",
    "read_bool",
    "read_bound",
    "read_date",
    "read_duration",
    "read_hours",
    "read_instant",
    "read_integer",
    "read_money",
    "read_name",
    "read_number",
    "read_phone",
    "read_word",
    "read_words",
    "wrong",
]

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"([0-9]{1,6})([smhd])")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,10})?")
_MONEY: Final = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_BOUND: Final = re.compile(r"([+-])([0-9]{1,5})([dy])")


def wrong(faults: Faults, node: Node, wanted: str, hint: str = "") -> None:
    """The fault ``type``: this is not what its key wants."""
    if isinstance(node, Broken):
        return
    found = {ListNode: "a list", MapNode: "a map"}.get(type(node)) or f"«{_shown(node)}»"
    faults.error(node.mark, "type", f"{found} stands where {wanted} is wanted", hint)


def _shown(node: Node) -> str:
    text = node.text if isinstance(node, Scalar) else ""
    return text if len(text) <= 60 else text[:59] + "…"


def as_map(node: Node, faults: Faults, wanted: str = "a map") -> MapNode | None:
    """The node as a map."""
    if isinstance(node, MapNode):
        return node
    wrong(faults, node, wanted)
    return None


def as_list(node: Node, faults: Faults, wanted: str = "a list") -> ListNode | None:
    """The node as a list."""
    if isinstance(node, ListNode):
        return node
    wrong(faults, node, wanted)
    return None


def read_words(node: Node, faults: Faults, wanted: str = "a text") -> str | None:
    """Any words, trimmed, at least one character."""
    if isinstance(node, Scalar) and not node.nothing and node.text.strip():
        return node.text.strip()
    wrong(faults, node, wanted)
    return None


def read_word(node: Node, faults: Faults, words: Collection[str]) -> str | None:
    """One of some fixed words."""
    if isinstance(node, Scalar) and node.text in words:
        return node.text
    text = node.text if isinstance(node, Scalar) else ""
    wanted = " or ".join(f"«{word}»" for word in words)
    wrong(faults, node, wanted, did_you_mean(text, words) or f"write {wanted}")
    return None


def read_name(
    node: Node, faults: Faults, pattern: re.Pattern[str], reserved: Collection[str] = (), *, hint: str = ""
) -> str | None:
    """A name that is written as names are and is not taken by the language."""
    if not isinstance(node, Scalar) or not pattern.fullmatch(node.text):
        hint = hint or "use small letters without accents, digits and _"
        wrong(faults, node, "a name (a–z, 0–9, _; a letter first; at most 40)", hint)
        return None
    if node.text in reserved:
        faults.error(node.mark, "type", f"«{node.text}» is a word of the bot language", "choose another name")
        return None
    return node.text


def read_bool(node: Node, faults: Faults) -> bool | None:
    """``true`` or ``false``."""
    word = read_word(node, faults, ("true", "false"))
    return None if word is None else word == "true"


def read_number(node: Node, faults: Faults) -> Decimal | None:
    """``12.5``."""
    if isinstance(node, Scalar) and _NUMBER.fullmatch(node.text):
        return Decimal(node.text)
    wrong(faults, node, "a number")
    return None


def read_integer(node: Node, faults: Faults, low: int, high: int) -> int | None:
    """A whole number between two bounds, both allowed."""
    if isinstance(node, Scalar) and _NUMBER.fullmatch(node.text) and "." not in node.text:
        number = int(node.text)
        if low <= number <= high:
            return number
    wrong(faults, node, f"a whole number from {low} to {high}")
    return None


def read_money(node: Node, faults: Faults) -> Decimal | None:
    """``15.00``: euros with two digits after the point."""
    if isinstance(node, Scalar) and _MONEY.fullmatch(node.text):
        return Decimal(node.text)
    wrong(faults, node, "an amount like 15.00")
    return None


def read_duration(node: Node, faults: Faults, low: timedelta, high: timedelta) -> timedelta | None:
    """``10m``, ``24h``, ``7d``, between two bounds."""
    match = _DURATION.fullmatch(node.text) if isinstance(node, Scalar) else None
    if match is None:
        wrong(faults, node, "a duration like 30s, 10m, 24h or 7d")
        return None
    duration = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if low <= duration <= high:
        return duration
    wrong(faults, node, f"a duration from {_say(low)} to {_say(high)}")
    return None


def _say(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def read_date(node: Node, faults: Faults) -> date | None:
    """``2026-11-24``."""
    try:
        if isinstance(node, Scalar) and len(node.text) == 10:
            return date.fromisoformat(node.text)
    except ValueError:
        pass
    wrong(faults, node, "a date like 2026-11-24")
    return None


def read_instant(node: Node, faults: Faults) -> datetime | None:
    """``2026-11-24T08:30+01:00``, given in UTC."""
    at = parse_instant(node.text) if isinstance(node, Scalar) else None
    if at is None:
        wrong(faults, node, "an instant like 2026-11-24T08:30+01:00")
    return at


def read_bound(node: Node, faults: Faults) -> DateBound | None:
    """The edge of a date: a date, ``today``, ``+30d`` or ``-18y``."""
    text = node.text if isinstance(node, Scalar) else ""
    if text == "today":
        return DateBound()
    match = _BOUND.fullmatch(text)
    if match is not None:
        amount = int(match[1] + match[2])
        return DateBound(days=amount) if match[3] == "d" else DateBound(years=amount)
    try:
        return DateBound(fixed=date.fromisoformat(text))
    except ValueError:
        wrong(faults, node, "a date, today, +30d or -18y")
        return None


def read_hours(node: Node, faults: Faults) -> Hours | None:
    """``mon-fri 08:30-12:00 14:00-18:30, sat 09:00-12:00`` or ``always`` (fault ``hours``)."""
    if not isinstance(node, Scalar):
        wrong(faults, node, "opening hours")
        return None
    try:
        return parse_hours(node.text)
    except HoursRefused as refused:
        hint = "write them like: mon-fri 08:30-12:00 14:00-18:30, sat 09:00-12:00"
        faults.error(node.mark, "hours", str(refused), hint)
        return None


def read_phone(node: Node, faults: Faults) -> str | None:
    """``"+33199000010"``: international form without blanks."""
    if isinstance(node, Scalar) and _PHONE.fullmatch(node.text):
        return node.text
    mark: Mark = node.mark
    if not isinstance(node, Broken):
        faults.error(mark, "type", "this is no phone number", 'write it in international form: "+33199000010"')
    return None
