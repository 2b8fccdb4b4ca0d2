"""Who an audience is, before a campaign: who can be reached how, whose numbers they are; and what the past teaches.

Nobody is made of a stranger. An operator that the book of capabilities does not name is looked up in the file of
operators, where there is one; nobody outside is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from rbm_bots.delivery.capability.report import Standing, standing
from rbm_bots.ledger.prices import Price
from rbm_bots.store import capability, charge_pages, contacts, ledger_prices, operators, opts
from rbm_bots.store.capability import Known
from rbm_bots.store.seal import Seal

__all__ = ["History", "Prospects", "history_of", "prospects"]

_MAY_HAVE_RCS: Final[tuple[Standing, ...]] = ("rcs", "unknown")


class Prospects(msgspec.Struct, frozen=True, kw_only=True):
    """People by standing; and of the standings that RCS may be tried with, by operator (``""``: not known)."""

    standings: dict[str, int]
    operators: dict[str, dict[str, int]] = {}


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan may learn from the past.

    ``rated``: messages of the bot's last campaigns, ``answered`` of them in time. ``prices``: those of the database.
    """

    answered: int = 0
    rated: int = 0
    prices: list[Price] = []


def prospects(
    connection: Connection, seal: Seal, numbers: Sequence[str], *, brand: str, served: Collection[str], now_ms: int
) -> Prospects:
    """Where the people with these numbers (E.164) stand with a brand. ``served``: operators that our routes reach."""
    found = contacts.contacts_of(connection, [seal.index("msisdn", number) for number in numbers])
    known = capability.known(connection, list(found.values()), now_ms=now_ms)
    out = {contact for _, contact in opts.opted_out(connection, [(brand, contact) for contact in known])}
    who = [(number, found.get(seal.index("msisdn", number), "")) for number in numbers]
    nameless = [number for number, contact in who if known.get(contact, Known()).operator is None]
    by_file = operators.find(connection, seal, nameless)
    standings: Counter[str] = Counter()
    by_operator: dict[str, Counter[str]] = {name: Counter() for name in _MAY_HAVE_RCS}
    for number, contact in who:
        one = known.get(contact, Known())
        if one.operator is None:
            one = msgspec.structs.replace(one, operator=by_file.get(number))
        where = standing(one, opted_out=contact in out, served=served)
        standings[where] += 1
        if where in by_operator:
            by_operator[where][one.operator or ""] += 1
    return Prospects(
        standings=dict(standings), operators={name: dict(counts) for name, counts in by_operator.items() if counts}
    )


def history_of(connection: Connection, bot: str) -> History:
    """What the ledger knows of a bot's last campaigns, and the prices of the database."""
    answered, rated = charge_pages.answered(connection, bot=bot)
    return History(answered=answered, rated=rated, prices=ledger_prices.rows(connection))
