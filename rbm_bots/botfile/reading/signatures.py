"""Which actions exist and what they take: Python, ``actions:`` (HTTP without Python) and ``calendars:``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from rbm_bots.botfile import scalars
from rbm_bots.botfile.kinds import Kind, field_kind
from rbm_bots.botfile.names import ACTION_NAME, NAME
from rbm_bots.botfile.reading.desk import Desk, Signature
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.slots import FIELD_TYPES, read_field_types
from rbm_bots.botfile.reading.texts import read_fields, read_text
from rbm_bots.botfile.source import MapNode, Node, Scalar

__all__ = ["python_signatures", "read_calendar", "read_http_action"]

_HTTP_KEYS: Final = ("http", "headers", "query", "json", "takes", "gives", "pick", "errors", "timeout")
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PICK: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_CALENDAR_KEYS: Final = ("source", "url", "file", "hours", "slot", "capacity", "notice", "days")
_CALENDAR_VERBS: Final = ("free", "book", "move", "cancel")
_MINUTE: Final = timedelta(minutes=1)


def python_signatures(desk: Desk) -> None:
    """The actions of ``actions.py``; they stand in for anything declared under the same name."""
    for name, spec in (desk.python.actions if desk.python is not None else {}).items():
        required = {
            parameter.name: parameter.required and not parameter.nullable for parameter in spec.parameters.values()
        }
        parameters = None if spec.takes_any else required
        desk.signatures[name] = Signature(name=name, parameters=parameters, errors=frozenset(spec.errors))


def read_http_action(desk: Desk, key: Scalar, node: Node) -> None:
    """One entry of ``actions:``. Only https, no placeholder in the host."""
    faults = desk.faults
    name = scalars.read_name(key, faults, ACTION_NAME)
    written = scalars.as_map(node, faults, "a map with «http»")
    if name is None or written is None:
        return
    keys = Keys(written, faults, "an action", _HTTP_KEYS)
    takes = _takes(desk, keys.get("takes"))
    names = {parameter: field_kind(kind) for parameter, kind in takes.items()}
    with desk.also_named({**names, "secret": Kind(name="record", parts=None)}):
        _request(desk, keys)
    errors = _codes(desk, keys.get("errors"))
    _answer(desk, keys)
    if name not in desk.signatures:
        required = dict.fromkeys(takes, True)
        desk.signatures[name] = Signature(name=name, parameters=required, types=takes, errors=errors, plays=False)


def _takes(desk: Desk, node: Node | None) -> dict[str, str]:
    written = scalars.as_map(node, desk.faults, "a map of parameter to type") if node is not None else None
    found = {}
    for key, value in written.pairs if written is not None else ():
        scalars.read_name(key, desk.faults, NAME)
        found[key.text] = scalars.read_word(value, desk.faults, FIELD_TYPES) or "record"
    return found


def _request(desk: Desk, keys: Keys) -> None:
    http = keys.need("http")
    words = scalars.read_words(http, desk.faults, "a method and an address") if http is not None else None
    if http is not None and words is not None:
        method, _, address = words.partition(" ")
        host = re.split(r"[/?#]", address.partition("://")[2])[0]
        if method not in _METHODS:
            scalars.wrong(desk.faults, http, f"one of {' '.join(_METHODS)} and an address")
        elif not address.startswith("https://") or "{" in host or not _has_host(address):
            scalars.wrong(desk.faults, http, "an https address without a placeholder in its host")
        else:
            read_text(desk, http, "", use="url")
    read_fields(desk, keys.get("query"), use="url")
    for key in ("headers", "json"):
        read_fields(desk, keys.get(key))


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address.replace("{{", "").replace("}}", "")).hostname)
    except ValueError:
        return False


def _codes(desk: Desk, node: Node | None) -> frozenset[str]:
    written = scalars.as_map(node, desk.faults, "a map of code to status") if node is not None else None
    found = set()
    for key, value in written.pairs if written is not None else ():
        if scalars.read_name(key, desk.faults, NAME) is not None:
            found.add(key.text)
        scalars.read_integer(value, desk.faults, 100, 599)
    return frozenset(found)


def _answer(desk: Desk, keys: Keys) -> None:
    gives, pick, timeout = keys.get("gives"), keys.get("pick"), keys.get("timeout")
    if isinstance(gives, MapNode):
        read_field_types(desk, gives)
    elif gives is not None:
        scalars.read_word(gives, desk.faults, ("list",))
    if pick is not None and not (isinstance(pick, Scalar) and _PICK.fullmatch(pick.text)):
        scalars.wrong(desk.faults, pick, "a path like data.stores")
    if timeout is not None:
        scalars.read_duration(timeout, desk.faults, timedelta(seconds=1), timedelta(seconds=30))


def read_calendar(desk: Desk, key: Scalar, node: Node) -> None:
    """One entry of ``calendars:``; it gives the actions free, book, move and cancel with the error ``slot_taken``."""
    faults = desk.faults
    name = scalars.read_name(key, faults, NAME)
    written = scalars.as_map(node, faults, "a map with «source»")
    if name is None or written is None:
        return
    keys = Keys(written, faults, "a calendar", _CALENDAR_KEYS)
    source = keys.need("source")
    word = scalars.read_word(source, faults, ("builtin", "ics")) if source is not None else None
    if word == "ics" and keys.get("url") is None and keys.get("file") is None:
        faults.error(written.mark, "missing", "an ics calendar needs «url» or «file»")
    hours = keys.get("hours")
    if hours is not None:
        scalars.read_hours(hours, faults)
    for span, low, high in (("slot", _MINUTE, timedelta(days=1)), ("notice", timedelta(0), timedelta(days=30))):
        value = keys.get(span)
        if value is not None:
            scalars.read_duration(value, faults, low, high)
    for count, most in (("capacity", 1000), ("days", 366)):
        value = keys.get(count)
        if value is not None:
            scalars.read_integer(value, faults, 1, most)
    for verb in _CALENDAR_VERBS:
        action = f"{name}.{verb}"
        if action not in desk.signatures:
            desk.signatures[action] = Signature(name=action, errors=frozenset(("slot_taken",)), plays=False)
