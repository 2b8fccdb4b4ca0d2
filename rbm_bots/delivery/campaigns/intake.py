"""From rows of an audience to people that a campaign can reach: numbers read, repeats dropped, empty cells noticed.

What cannot be used is counted, with the first lines where it stands; no number and no cell is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from rbm_bots.addresses import read_msisdn
from rbm_bots.clock import parse_instant, to_ms
from rbm_bots.delivery.campaigns.audience import Row, wanted_columns
from rbm_bots.delivery.campaigns.seen import SeenNumbers
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.dialogue.answers.phone import read_phone

__all__ = ["Intake", "Person", "Tally", "read_number"]

_SHOWN_LINES: Final = 5
_KEPT_INSTANTS: Final = 4096
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{7,14}|[1-9][0-9]{10,14}")
_GAPS = re.compile(r"[ ./\u00a0\u202f-]")


class Person(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One person of the audience. ``cells``: by the campaign's ``names``. ``consent_at``: milliseconds."""

    line: int
    msisdn: str
    cells: tuple[str, ...]
    reference: str = ""
    consent_at: int | None = None
    proof: str = ""


@dataclass(slots=True)
class Tally:
    """Lines of one kind: how many, and where the first of them stand."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """One more."""
        self.count += 1
        if len(self.lines) < _SHOWN_LINES:
            self.lines.append(line)


class Intake:
    """Reads the rows of one campaign's audience; remembers every number."""

    def __init__(self, campaign: Campaign, *, country: str) -> None:
        audience = campaign.audience
        places = {name: place for place, name in enumerate(wanted_columns(campaign))}
        self._country = country
        # many people agreed on one day
        self._instant = lru_cache(_KEPT_INSTANTS)(partial(_read_instant, zone=ZoneInfo(campaign.schedule.zone)))
        self._number = places[audience.number]
        self._reference = places[audience.reference] if audience.reference else None
        consent = audience.consent
        self._consent = (places[consent.at], places[consent.proof]) if consent is not None else None
        self._columns = [(places[one.source], one.otherwise) for one in campaign.columns.values()]
        names = campaign.names
        needed = {name for variant in campaign.variants for name in variant.needs}
        self._needed = [names.index(name) for name in names if name in needed]
        self._seen = SeenNumbers()
        self.rows = 0
        self.people = 0
        self.consents = 0
        self.invalid = Tally()
        self.duplicates = Tally()
        self.incomplete = Tally()

    def take(self, rows: Iterable[Row]) -> list[Person]:
        """The people of these rows that can be reached."""
        found = [person for line, cells in rows if (person := self._person(line, cells)) is not None]
        self.people += len(found)
        return found

    def _person(self, line: int, cells: tuple[str, ...]) -> Person | None:
        self.rows += 1
        msisdn = read_number(cells[self._number], country=self._country)
        if msisdn is None:
            self.invalid.add(line)
            return None
        if not self._seen.add(msisdn):
            self.duplicates.add(line)
            return None
        own = tuple([cells[place].strip() or otherwise for place, otherwise in self._columns])
        if not all(map(own.__getitem__, self._needed)):
            self.incomplete.add(line)
            return None
        reference = cells[self._reference].strip() if self._reference is not None else ""
        consent_at, proof = self._proof(cells)
        return Person(line=line, msisdn=msisdn, cells=own, reference=reference, consent_at=consent_at, proof=proof)

    def _proof(self, cells: tuple[str, ...]) -> tuple[int | None, str]:
        """When the person agreed and where that can be shown; nothing unless both are there."""
        if self._consent is None:
            return None, ""
        at, proof = cells[self._consent[0]], cells[self._consent[1]].strip()
        given = self._instant(at) if proof else None
        if given is None:
            return None, ""
        self.consents += 1
        return given, proof


def _read_instant(cell: str, *, zone: ZoneInfo) -> int | None:
    """An instant in ms; of a day alone its first moment, so that a STOP of that day is the later word."""
    words = cell.strip()
    try:
        local = parse_instant(words) or datetime.fromisoformat(words)
    except ValueError:
        return None
    return to_ms(local if local.tzinfo is not None else local.replace(tzinfo=zone))


def read_number(cell: str, *, country: str) -> str | None:
    """The number in a cell as E.164, or ``None``.

    Written with ``+`` or with its country's code (eleven digits or more), else as people of ``country`` write it. Nine
    or ten digits alone are not taken for a foreign number: a spreadsheet drops the zero in front.
    """
    words = cell.strip()
    if _INTERNATIONAL.fullmatch(words):
        return read_msisdn(words)
    found = read_phone(words, country=country)
    return read_msisdn(_GAPS.sub("", words)) if found is None and words.startswith("+") else found
