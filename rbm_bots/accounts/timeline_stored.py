"""Timelines from the database: the facts of a conversation and its charges as they stand."""

from __future__ import annotations

from sqlalchemy import Connection

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.facts import fact_of
from rbm_bots.accounts.invoices import price_sources
from rbm_bots.accounts.timeline import Bill, Timeline, about, timeline
from rbm_bots.store import ledger_charges, ledger_journal
from rbm_bots.store.ledger_charges import KeptCharge

__all__ = ["explain_charge", "explain_conversation"]

_SHOWN = frozenset({"held", "posted", "reversed"})
_Sources = dict[tuple[str, str, int], str]


def explain_conversation(
    connection: Connection, billing: Billing, *, bot: str, contact: str, now_ms: int
) -> Timeline | None:
    """All that happened between a bot and a contact, as far as it can cost something; ``None``: nothing did."""
    kept = ledger_journal.facts_of_keys(connection, [(bot, contact)]).get((bot, contact), [])
    found = [fact_of(one, sms_unit=billing.sms_unit) for one in kept]
    facts = [one for one in found if one is not None]
    charges = ledger_charges.of_key(connection, bot=bot, contact_id=contact)
    if not facts and not charges:
        return None
    sources = price_sources(connection, billing)
    return timeline(
        facts,
        bot=bot,
        contact=contact,
        switches=billing.switches.of(bot),
        as_of_ms=now_ms,
        default_operator=billing.default_operator,
        bills=[_bill(one, sources) for one in charges if one.state in _SHOWN],
    )


def explain_charge(connection: Connection, billing: Billing, charge_id: str, *, now_ms: int) -> Timeline | None:
    """What led to one charge; ``None``: there is none of this id."""
    charge = ledger_charges.get(connection, charge_id)
    if charge is None:
        return None
    whole = explain_conversation(connection, billing, bot=charge.bot, contact=charge.contact_id, now_ms=now_ms)
    assert whole is not None  # it has this charge
    return about(whole, _bill(charge, price_sources(connection, billing)))


def _bill(charge: KeptCharge, sources: _Sources) -> Bill:
    from_ms = charge.price_from
    return Bill(
        id=charge.charge_id,
        product=charge.product,
        anchor=charge.anchor,
        operator=charge.operator,
        state=charge.state,
        micros=charge.micros,
        at_ms=charge.at,
        month=charge.month,
        booked_in=charge.booked_in,
        price_from_ms=from_ms,
        price_source="" if from_ms is None else sources.get((charge.operator, charge.product, from_ms), ""),
        mt_count=charge.mt_count,
        mo_count=charge.mo_count,
    )
