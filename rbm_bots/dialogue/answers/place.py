"""Positions: two decimal numbers, a ``geo:`` link, or a map's link with coordinates (WGS 84, latitude first)."""

from __future__ import annotations

import re
import urllib.parse
from typing import Final

from rbm_bots.dialogue.answers.plain import LONGEST
from rbm_bots.values import Location

__all__ = ["read_place"]

_NUMBER = r"[-+−]?[0-9]{1,3}(?:\.[0-9]{1,15})?"
_PAIR = re.compile(rf"\(?({_NUMBER}) ?[,; ] ?({_NUMBER})\)?\.?")
_GEO = re.compile(rf"geo:({_NUMBER}),({_NUMBER})(?:[,;?].*)?", re.IGNORECASE)
_IN_LINK: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[?&#](?:q|query|ll|sll|center|destination|daddr|loc|cp)=(?:loc:)?({_NUMBER})[,~ ]+({_NUMBER})",
        rf"[?&]mlat=({_NUMBER})&mlon=({_NUMBER})",
        rf"!3d({_NUMBER})!4d({_NUMBER})",
        rf"@({_NUMBER}),({_NUMBER})",
        rf"#map=[0-9.]+/({_NUMBER})/({_NUMBER})",
    )
)


def read_place(text: str) -> Location | None:
    """The position that ``text`` is or holds, or ``None``; coordinates out of range are none."""
    said = text[:LONGEST].strip()
    if (pair := _PAIR.fullmatch(said)) is not None:
        return _location(pair[1], pair[2])
    for word in said.split():
        if (geo := _GEO.fullmatch(word)) is not None:
            return _location(geo[1], geo[2])
        if word.lower().startswith(("https://", "http://")):
            link = urllib.parse.unquote_plus(word)
            found = next((match for pattern in _IN_LINK if (match := pattern.search(link))), None)
            if found is not None:
                return _location(found[1], found[2])
    return None


def _location(latitude: str, longitude: str) -> Location | None:
    lat, lng = float(latitude.replace("−", "-")), float(longitude.replace("−", "-"))
    return Location(lat=lat, lng=lng) if abs(lat) <= 90 and abs(lng) <= 180 else None
