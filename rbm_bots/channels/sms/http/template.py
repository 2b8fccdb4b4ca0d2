"""Texts with ``{names}`` in them, filled for one part. Pure.

A value is never more than a value: in an address it is percent-encoded whole, in JSON it stands inside a string. An
entry that is nothing but one name keeps its value's type, and is left out when there is no value; so one template
serves parts with and without a header, with and without an end of validity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, quote_plus

__all__ = ["filled_form", "filled_json", "filled_text", "filled_url", "names_in"]

_NAME: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_Value = str | int | bytes | None


def names_in(template: object) -> Iterator[str]:
    """Every name that the texts of ``template`` hold, however deep."""
    if isinstance(template, str):
        yield from _NAME.findall(template)
    elif isinstance(template, Mapping):
        for item in template.values():
            yield from names_in(item)
    elif isinstance(template, list | tuple):
        for item in template:
            yield from names_in(item)


def filled_url(template: str, values: Mapping[str, _Value]) -> str:
    """The address; what a value brings is percent-encoded, except ``{url}``, which is the deployment's own."""

    def write(found: re.Match[str]) -> str:
        value = values[found[1]]
        return str(value or "") if found[1] == "url" else quote(_octets(value), safe="")

    return _NAME.sub(write, template)


def filled_form(template: Mapping[str, str], values: Mapping[str, _Value]) -> str:
    """The pairs of a query or a form, percent-encoded; octets stay octets."""
    pairs = ((name, _one(text, values)) for name, text in template.items())
    return "&".join(f"{quote_plus(name)}={quote_plus(_octets(value))}" for name, value in pairs if value is not None)


def filled_text(template: str, values: Mapping[str, _Value]) -> str | None:
    """A header's text; ``None`` to leave it out."""
    value = _one(template, values)
    return None if value is None else _octets(value).decode("utf-8")


def filled_json(template: object, values: Mapping[str, _Value]) -> object:
    """A body's value; members without a value are left out."""
    if isinstance(template, str):
        return _one(template, values)
    if isinstance(template, Mapping):
        found = {name: filled_json(item, values) for name, item in template.items()}
        return {name: item for name, item in found.items() if item is not None}
    if isinstance(template, list | tuple):
        return [filled_json(item, values) for item in template]
    return template


def _one(template: str, values: Mapping[str, _Value]) -> _Value:
    alone = _NAME.fullmatch(template)
    if alone is not None:
        return values[alone[1]]
    return _NAME.sub(lambda found: _octets(values[found[1]]).decode("utf-8"), template)


def _octets(value: _Value) -> bytes:
    if isinstance(value, bytes):
        return value
    return ("" if value is None else str(value)).encode("utf-8")
