"""A scope over a plain dict, for tests of texts and conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rbm_bots.botfile.parts import dig

PARIS = ZoneInfo("Europe/Paris")


@dataclass
class DictScope:
    values: dict[str, object] = field(default_factory=dict)
    language: str = "fr"
    timezone: ZoneInfo = PARIS
    now: datetime = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    missed: list[tuple[str, ...]] = field(default_factory=list)

    def lookup(self, path: tuple[str, ...]) -> object:
        return dig(self.values, path)

    def missing(self, path: tuple[str, ...]) -> None:
        self.missed.append(path)
