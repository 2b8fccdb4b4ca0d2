"""The ``bot`` section: who the bot is (bot language, chapter 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.language.sections import BOT
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.names import BOT_ID, NAME
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.source import Node, Scalar

__all__ = ["Identity", "read_identity"]

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """``code`` is the Python file as written, with its node, or ``None`` when the file does not say."""

    id: str = "?"
    name: str = "?"
    languages: tuple[str, ...] = ("fr",)
    languages_mark: Mark | None = None
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
    keys = Keys(written, faults, BOT)
    identifier, code, languages = keys.get("id"), keys.get("code"), keys.get("languages")
    if code is not None and not isinstance(code, Scalar):
        scalars.wrong(faults, code, "the name of a Python file")
    return Identity(
        id=(scalars.read_name(identifier, faults, BOT_ID) if identifier is not None else None) or "?",
        name=keys.words("name", "a name") or "?",
        languages=_words(keys, "languages", _LANGUAGE, "a language like fr or en-US") or ("fr",),
        languages_mark=languages.mark if languages is not None else None,
        timezone=_zone(keys.get("timezone"), faults),
        country=_country(keys.get("country"), faults),
        expires=keys.span("expires") or timedelta(hours=24),
        code=code if isinstance(code, Scalar) else None,
        tiers=_words(keys, "tiers", NAME, "a name") or ("bronze", "silver", "gold", "platinum"),
        topics=_words(keys, "topics", NAME, "a name"),
    )


def _words(keys: Keys, key: str, pattern: re.Pattern[str], wanted: str) -> tuple[str, ...]:
    found: list[str] = []
    for item in keys.items(key, "a list"):
        if not isinstance(item, Scalar) or not pattern.fullmatch(item.text):
            scalars.wrong(keys.faults, item, wanted)
        elif item.text in found:
            keys.faults.error(item.mark, "ambiguous", f"«{item.text}» stands here twice")
        else:
            found.append(item.text)
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
