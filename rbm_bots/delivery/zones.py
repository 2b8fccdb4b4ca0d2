"""The zone of a person's clock, as far as their number tells: French numbers overseas have codes of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["HOME", "zone_of"]

HOME: Final = "Europe/Paris"
"""The zone of whoever is not known to be elsewhere."""

_OVERSEAS: Final[Mapping[str, str]] = {
    "+262": "Indian/Reunion",
    "+508": "America/Miquelon",
    "+590": "America/Guadeloupe",
    "+594": "America/Cayenne",
    "+596": "America/Martinique",
    "+681": "Pacific/Wallis",
    "+687": "Pacific/Noumea",
    "+689": "Pacific/Tahiti",
}


def zone_of(msisdn: str | None) -> str:
    """The IANA zone for an E.164 number; :data:`HOME` when it is none of France overseas."""
    return _OVERSEAS.get(msisdn[:4], HOME) if msisdn is not None else HOME
