"""Statements from the database: the charges of a month, the contract's fees, what is held, what was corrected later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from sqlalchemy import Connection

from rbm_bots.accounts import periods
from rbm_bots.accounts.billing import Billing, price_book
from rbm_bots.accounts.statements import Group, Held, Line, PeriodState, Scope, Statement, fee_line, statement
from rbm_bots.ledger.fees import Month, Usage, fee_lines
from rbm_bots.ledger.prices import KnownPrices
from rbm_bots.ledger.rating import SMS_OPERATOR
from rbm_bots.store import ledger_charges, ledger_prices
from rbm_bots.store.ledger_charges import Amount

__all__ = ["load_statement", "price_sources"]

_ON_AN_INVOICE: Final = ("posted", "reversed")


def load_statement(connection: Connection, *, month: str, scope: Scope, billing: Billing, now_ms: int) -> Statement:
    """The statement of a month (``YYYY-MM``) as the ledger stands. Fees are on it when the scope is everything."""
    amounts = ledger_charges.amounts(
        connection,
        month=month,
        bot=scope.bot,
        brand=scope.brand,
        operator=scope.operator,
        campaign=scope.campaign,
    )
    known = price_book(connection, billing).as_known(now_ms)
    state = periods.state_of(connection, month, now_ms=now_ms)
    return statement(
        month=month,
        scope=scope,
        state=_shown(state),
        as_of_ms=now_ms,
        groups=[group for _, group in _merged((month, _group(one, scope)) for one in amounts if _is_line(one, month))],
        adjusted=_merged(moved for one in amounts for moved in _adjusted(one, month, scope)),
        fees=_fees(billing, month, known) if scope.whole else (),
        held=_held(amounts),
        sources=price_sources(connection, billing),
        basis=_basis(billing, {one.bot for one in amounts}, month),
    )


def price_sources(connection: Connection, billing: Billing) -> dict[tuple[str, str, int], str]:
    """Where each price row comes from; of several with one ``valid_from``, the one entered last."""
    rows = sorted([*billing.prices, *ledger_prices.rows(connection)], key=lambda one: one.entered_ms)
    return {(row.operator, row.product, row.from_ms): row.source for row in rows}


def _shown(state: str) -> PeriodState:
    """A month that has not begun is open for this purpose: nothing of it is final."""
    return "open" if state == "future" else msgspec.convert(state, PeriodState)


def _is_line(one: Amount, month: str) -> bool:
    """Booked on this invoice and still there at its end, for a charge of this very month."""
    return one.state in _ON_AN_INVOICE and one.booked_in == month and one.reversed_in != month and one.month == month


def _adjusted(one: Amount, month: str, scope: Scope) -> Iterator[tuple[str, Group]]:
    """What this invoice corrects of closed months: charges booked late, and charges taken back."""
    if one.state not in _ON_AN_INVOICE:
        return
    if one.booked_in == month and one.reversed_in != month and one.month != month:
        yield one.month, _group(one, scope)
    if one.reversed_in == month and one.booked_in != month:
        group = _group(one, scope)
        yield one.month, msgspec.structs.replace(group, quantity=-group.quantity)


def _group(one: Amount, scope: Scope) -> Group:
    """SMS of all bots are one line: the operator bills the sum over a contract's short codes."""
    together = one.operator == SMS_OPERATOR and scope.bot is None
    return Group(
        operator=one.operator,
        product=one.product,
        bot="" if together else one.bot,
        unit=one.unit,
        price_from_ms=one.price_from,
        quantity=one.quantity,
    )


def _merged(groups: Iterable[tuple[str, Group]]) -> list[tuple[str, Group]]:
    """Equal groups of a month as one: the database counts brands apart, a line does not."""
    found: dict[tuple[str, Group], int] = {}
    for month, group in groups:
        alike = month, msgspec.structs.replace(group, quantity=0)
        found[alike] = found.get(alike, 0) + group.quantity
    return [(month, msgspec.structs.replace(group, quantity=quantity)) for (month, group), quantity in found.items()]


def _held(amounts: Iterable[Amount]) -> Held:
    held = [one for one in amounts if one.state == "held"]
    return Held(
        quantity=sum(one.quantity for one in held),
        micros=sum(one.micros for one in held if one.micros is not None),
        unpriced=sum(one.quantity for one in held if one.micros is None),
    )


def _fees(billing: Billing, month: str, known: KnownPrices) -> list[Line]:
    """The contract's lines; SMS are counted from the charges, not from it."""
    contract = billing.contract
    if contract is None:
        return []
    calendar = Month.of(month)
    usage = Usage(msisdn_qualified=contract.qualified.get(month, 0))
    lines = fee_lines(contract.contract, usage, calendar, known, switches=contract.switches)
    return [fee_line(one, known.row(SMS_OPERATOR, one.product, calendar.starts_ms)) for one in lines]


def _basis(billing: Billing, bots: set[str], month: str) -> str:
    """What counts, as the switches say on the month's first day; where bots differ, both words."""
    starts_ms = Month.of(month).starts_ms
    found = {billing.switches.of(bot).basis.at(starts_ms) for bot in bots}
    return " and ".join(sorted(found)) or billing.switches.common.basis.at(starts_ms)
