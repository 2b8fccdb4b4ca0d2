"""Reading one member of a JSON object as the tables want it, or refusing with the table's code.

Each reader takes the holder, the member's name and the code; ``None`` comes back only for a member that is absent and
need not be there. Lengths count Unicode code points, as JSON Schema does.
"""

from __future__ import annotations

from typing import Any, TypeAlias
from urllib.parse import urlsplit

from rbm_bots.clock import parse_instant
from rbm_bots.emulator.refusals import by_platform

__all__ = ["Json", "has_null", "instant", "number", "obj", "text", "uri", "whole", "without_nulls"]

Json: TypeAlias = Any
"""A value as JSON gives it; its reader looks before it uses it."""

_MALFORMED = 42002


def text(
    holder: dict[str, Any],
    name: str,
    *,
    code: int = _MALFORMED,
    required: bool = False,
    least: int = 1,
    most: int | None = None,
) -> str | None:
    """A string of ``least`` to ``most`` characters."""
    value = _member(holder, name, code=code, required=required)
    if value is None:
        return None
    if not isinstance(value, str):
        raise by_platform(code, f"{name} must be a string")
    if len(value) < least:
        raise by_platform(code, f"{name} must not be empty")
    if most is not None and len(value) > most:
        raise by_platform(code, f"{name} has {len(value)} characters, at most {most} are allowed")
    return value


def uri(
    holder: dict[str, Any],
    name: str,
    *,
    code: int = _MALFORMED,
    required: bool = False,
    https: bool = False,
) -> str | None:
    """An absolute URI; with ``https`` only that scheme, save on this machine: ``rbm dev`` serves files there."""
    value = text(holder, name, code=code, required=required)
    if value is None:
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        raise by_platform(code, f"{name} is not a URI") from None
    bad_host = parts.scheme in ("http", "https") and not parts.hostname
    if not parts.scheme or bad_host or not (parts.netloc or parts.path) or any(char.isspace() for char in value):
        raise by_platform(code, f"{name} is not a URI")
    if https and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise by_platform(code, f"{name} must be an https URL")
    return value


def instant(holder: dict[str, Any], name: str, *, code: int = 42003, required: bool = False) -> None:
    """An ISO 8601 date-time with an offset."""
    value = text(holder, name, code=code, required=required)
    if value is not None and parse_instant(value) is None:
        raise by_platform(code, f"{name} is not an ISO 8601 date-time")


def whole(
    holder: dict[str, Any],
    name: str,
    *,
    code: int = _MALFORMED,
    required: bool = False,
    least: int | None = None,
    below: int | None = None,
) -> int | None:
    """An integer; below ``least`` it is refused with the code ``below`` (or ``code``)."""
    value = _member(holder, name, code=code, required=required)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise by_platform(code, f"{name} must be an integer")
    if least is not None and value < least:
        raise by_platform(below or code, f"{name} must be {least} or more")
    return value


def number(holder: dict[str, Any], name: str, *, code: int, within: float) -> None:
    """A JSON number from ``-within`` to ``within``; it must be there."""
    value = _member(holder, name, code=code, required=True)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise by_platform(code, f"{name} must be a number")
    if not -within <= value <= within:
        raise by_platform(code, f"{name} is out of range")


def obj(
    holder: dict[str, Any],
    name: str,
    *,
    code: int = _MALFORMED,
    required: bool = False,
) -> dict[str, Any] | None:
    """An object."""
    value = _member(holder, name, code=code, required=required)
    if value is not None and not isinstance(value, dict):
        raise by_platform(code, f"{name} must be an object")
    return value


def without_nulls(value: Json) -> Json:
    """``value`` with every member that is null left out."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_nulls(member) for member in value]
    return value


def has_null(value: Json) -> bool:
    """Whether a member anywhere is null."""
    if isinstance(value, dict):
        return any(member is None or has_null(member) for member in value.values())
    return isinstance(value, list) and any(has_null(member) for member in value)


def _member(holder: dict[str, Any], name: str, *, code: int, required: bool) -> Json:
    value = holder.get(name)
    if value is None and required:
        raise by_platform(code, f"{name} is required")
    return value
