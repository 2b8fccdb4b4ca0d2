"""Reading what a gateway sends, wherever it put it: members of JSON by dotted paths, pairs of a query or a form."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["at", "dig"]


def dig(document: object, path: str) -> str | int | float | None:
    """The plain value at ``path``; ``None`` when nothing plain is there. A number names a place in a list."""
    found = at(document, path)
    return found if isinstance(found, str | int | float) and not isinstance(found, bool) else None


def at(document: object, path: str) -> object:
    """Whatever stands at ``path``."""
    value = document
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
