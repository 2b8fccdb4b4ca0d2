"""The ``bot`` section: who the bot is (bot language, chapter 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.names import BOT_ID, NAME
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.source import Node, Scalar

__all__ = ["Identity", "read_identity"]

_KEYS: Final = ("id", "name", "languages", "timezone", "country", "expires", "code", "tiers", "topics")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_EXPIRES: Final = (timedelta(minutes=5), timedelta(days=7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """``code`` is the Python file as written, with its node, or ``None`` when the file does not say."""

    id: str = "?"
    name: str = "?"
    languages: tuple[str, ...] = ("fr",)
    timezone: ZoneInfo
    country: str = "FR"
    expires: timedelta = timedelta(hours=24)
    code: Scalar | None = None
    tiers: tuple[str, ...] = ("bronze", "silver", "gold", "platinum")
    topics: tuple[str, ...] = ()


def read_identity(node: Node | None, faults: Faults) -> Identity:
    """The identity; what is wrong in it is told and stands at its default."""
    written = scalars.as_map(node, faults, "a map: id, name …") if node is not None else None
    if written is None:
        return Identity(timezone=ZoneInfo("Europe/Paris"))
    keys = Keys(written, faults, "«bot»", _KEYS)
    name, identifier = keys.need("name"), keys.need("id")
    expires, code = keys.get("expires"), keys.get("code")
    if code is not None and not isinstance(code, Scalar):
        scalars.wrong(faults, code, "the name of a Python file")
    return Identity(
        id=(scalars.read_name(identifier, faults, BOT_ID) if identifier is not None else None) or "?",
        name=(scalars.read_words(name, faults) if name is not None else None) or "?",
        languages=_words(keys, "languages", _LANGUAGE, "a language like fr or en-US") or ("fr",),
        timezone=_zone(keys.get("timezone"), faults),
        country=_country(keys.get("country"), faults),
        expires=(scalars.read_duration(expires, faults, *_EXPIRES) if expires is not None else None)
        or timedelta(hours=24),
        code=code if isinstance(code, Scalar) else None,
        tiers=_words(keys, "tiers", NAME, "a name") or ("bronze", "silver", "gold", "platinum"),
        topics=_words(keys, "topics", NAME, "a name"),
    )


def _words(keys: Keys, key: str, pattern: re.Pattern[str], wanted: str) -> tuple[str, ...]:
    node = keys.get(key)
    items = scalars.as_list(node, keys.faults) if node is not None else None
    found: list[str] = []
    for item in items.items if items is not None else ():
        if not isinstance(item, Scalar) or not pattern.fullmatch(item.text):
            scalars.wrong(keys.faults, item, wanted)
        elif item.text in found:
            keys.faults.error(item.mark, "ambiguous", f"«{item.text}» stands here twice")
        else:
            found.append(item.text)
    if items is not None and not items.items:
        scalars.wrong(keys.faults, items, "a list with at least one entry")
    return tuple(found)


def _zone(node: Node | None, faults: Faults) -> ZoneInfo:
    if node is None:
        return ZoneInfo("Europe/Paris")
    try:
        if isinstance(node, Scalar):
            return ZoneInfo(node.text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    scalars.wrong(faults, node, "a time zone like Europe/Paris")
    return ZoneInfo("Europe/Paris")


def _country(node: Node | None, faults: Faults) -> str:
    if node is None:
        return "FR"
    if isinstance(node, Scalar) and _COUNTRY.fullmatch(node.text):
        return node.text
    scalars.wrong(faults, node, "two capital letters, like FR")
    return "FR"
