"""``calendars:``: free times and bookings without a system of the brand's own.

A calendar called ``agenda`` gives the actions ``agenda.free``, ``agenda.book``, ``agenda.move`` and ``agenda.cancel``.
Python or an ``http`` action of such a name stands in for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, cast

from rbm_bots.botfile import scalars
from rbm_bots.botfile.hours import ALWAYS
from rbm_bots.botfile.language.sections import CALENDAR
from rbm_bots.botfile.names import NAME
from rbm_bots.botfile.reading.desk import Desk, Signature
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.services import Calendar
from rbm_bots.botfile.source import Node, Scalar

__all__ = ["CALENDAR_VERBS", "read_calendar", "sign_calendar"]

CALENDAR_VERBS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "free": ((), ()),
    "book": (("when",), ("slot_taken",)),
    "move": (("ref", "when"), ("slot_taken", "unknown_booking")),
    "cancel": (("ref",), ("unknown_booking",)),
}
"""What a calendar can do: the parameters that each needs (all take more), and the errors it may give."""


def read_calendar(desk: Desk, key: Scalar, node: Node) -> None:
    """One entry of ``calendars:``."""
    faults = desk.faults
    name = scalars.read_name(key, faults, NAME)
    written = scalars.as_map(node, faults, "a map with «source»")
    if name is None or written is None:
        return
    keys = Keys(written, faults, CALENDAR)
    word = keys.word("source")
    desk.calendars[name] = Calendar(
        name=name,
        source=cast('Literal["builtin", "ics"]', word or "builtin"),
        hours=keys.hours("hours") or ALWAYS,
        **_place(desk, keys, word),
        **_numbers(keys),
        mark=written.mark,
    )
    sign_calendar(desk, name)


def sign_calendar(desk: Desk, name: str) -> None:
    """What the actions of a calendar take and may raise, unless something else of that name stands in for them."""
    for verb, (needed, errors) in CALENDAR_VERBS.items():
        action = f"{name}.{verb}"
        parameters = dict.fromkeys(needed, True)
        signature = Signature(name=action, parameters=parameters, takes_any=True, errors=frozenset(errors))
        desk.signatures.setdefault(action, signature)


def _place(desk: Desk, keys: Keys, source: str | None) -> dict[str, Any]:
    """Where an iCalendar is: one https address or one file of the bot."""
    url, file = keys.get("url"), keys.get("file")
    if source == "builtin":
        for word in ("url", "file"):
            if keys.node.get(word) is not None:
                desk.faults.error(keys.key(word).mark, "extra", f"a built-in calendar has no «{word}»")
    elif source == "ics" and url is None and file is None:
        desk.faults.error(keys.node.mark, "missing", "an ics calendar needs «url» or «file»")
    elif url is not None and file is not None:
        desk.faults.error(keys.key("file").mark, "extra", "an ics calendar has «url» or «file», not both")
    place: dict[str, Any] = {}
    if isinstance(url, Scalar) and url.text.startswith("https://"):
        place["url"] = url.text
    elif url is not None:
        scalars.wrong(desk.faults, url, "an https address")
    if file is not None:
        place["file"] = _file(desk, file)
    return place


def _file(desk: Desk, node: Node) -> str | None:
    name = scalars.read_words(node, desk.faults, "the name of a file")
    if name is None:
        return None
    if name.startswith("/") or ".." in name.split("/") or not name.endswith(".ics"):
        scalars.wrong(desk.faults, node, "an .ics file in the bot's folder")
    elif not (desk.folder / name).is_file():
        desk.faults.error(node.mark, "media-missing", f"there is no file «{name}»")
    return name


def _numbers(keys: Keys) -> dict[str, Any]:
    given = {
        "slot": keys.span("slot"),
        "notice": keys.span("notice"),
        "capacity": keys.whole("capacity"),
        "days": keys.whole("days"),
    }
    return {word: value for word, value in given.items() if value is not None}
