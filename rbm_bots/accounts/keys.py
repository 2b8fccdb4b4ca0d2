"""One key (bot, contact), rated from its journal rows: what it costs, what is held, and when to look again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from rbm_bots.accounts.facts import SmsUnit, fact_of
from rbm_bots.ledger.charges import Charge, Hold
from rbm_bots.ledger.evidence import Evidence
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.rating import Rating
from rbm_bots.store.ledger_journal import KeptFact

__all__ = ["KeyResult", "Origin", "rate_key"]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What a charge copies from its anchor message; ``logical_id`` joins the legs of one message."""

    brand: str = ""
    sender: str | None = None
    partner: str | None = None
    campaign: str | None = None
    logical_id: str | None = None


_NOWHERE: Final = Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResult:
    """What a key costs as of an instant. ``said``: the kind of the user event at each instant (ms).

    ``due_ms``: when time alone may change this: a wait is over, or an event dated in the future counts.
    """

    charges: Sequence[Charge]
    hold: Hold | None
    due_ms: int | None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    said: Mapping[int, str] = field(default_factory=dict)

    def origin_of(self, anchor: str) -> Origin:
        """Where the message of this id came from."""
        return self.origins.get(anchor, _NOWHERE)


def rate_key(
    rating: Rating,
    bot: str,
    contact_id: str,
    kept: Sequence[KeptFact],
    *,
    as_of_ms: int,
    sms_unit: SmsUnit = "part",
    partner: str | None = None,
) -> KeyResult:
    """Rate the rows of one key. ``partner``: of messages whose rows name none."""
    facts = [(row, fact_of(row, sms_unit=sms_unit)) for row in kept]
    own = [fact for _, fact in facts if fact is not None]
    charges, hold = rating.rate(bot, contact_id, Evidence(own))
    return KeyResult(
        charges=charges,
        hold=hold,
        due_ms=_due(own, hold, as_of_ms),
        origins=_origins(facts, bot, partner),
        said={fact.at_ms: fact.kind for fact in reversed(own) if fact.type == "mo"},
    )


def _due(facts: Sequence[Fact], hold: Hold | None, as_of_ms: int) -> int | None:
    """The next instant at which time alone changes the result."""
    later = [fact.at_ms for fact in facts if fact.at_ms > as_of_ms]
    if hold is not None:  # at exactly 24 h it may still be held: look again a millisecond later
        later.append(max(hold.until_ms, as_of_ms + 1))
    return min(later, default=None)


def _origins(facts: Sequence[tuple[KeptFact, Fact | None]], bot: str, partner: str | None) -> dict[str, Origin]:
    """Of each message what its rows say; the first row that says something counts.

    A row without a brand is of a bot whose brand has its name.
    """
    found: dict[str, Origin] = {}
    for row, fact in facts:
        message = row.message_id if fact is None else fact.msg
        if message is None:
            continue
        before = found.get(message, _NOWHERE)
        found[message] = Origin(
            brand=before.brand or row.brand or "",
            sender=before.sender or row.sender,
            partner=before.partner or row.partner,
            campaign=before.campaign or row.campaign,
            logical_id=before.logical_id or row.logical_id,
        )
    return {
        message: msgspec.structs.replace(one, brand=one.brand or bot, partner=one.partner or partner)
        for message, one in found.items()
    }
