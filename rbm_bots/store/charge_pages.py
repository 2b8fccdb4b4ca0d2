"""Charges as pages read them: a piece at a time, and counted by the hour."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, Connection, case, func, select, tuple_

from rbm_bots.store.base import table
from rbm_bots.store.ledger_charges import KeptCharge
from rbm_bots.store.tables import ChargeRow

__all__ = ["Hour", "Remarkable", "Wanted", "answered", "hours", "months", "page", "remarkable"]

_charge = table(ChargeRow)
_HOUR_MS = 3_600_000
_COUNTED = ("posted", "reversed")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which charges of a month's invoice; ``None``: any. ``unpriced``: those without an amount.

    ``of_month``: those dated in this month; another one than the invoice's makes them adjustments. ``taken_back``:
    those of earlier invoices that this one reverses, instead of its own.
    """

    month: str
    bot: str | None = None
    brand: str | None = None
    operator: str | None = None
    campaign: str | None = None
    product: str | None = None
    unit: int | None = None
    unpriced: bool = False
    of_month: str | None = None
    taken_back: bool = False


class Hour(msgspec.Struct, frozen=True):
    """Charges of one hour (counted from the epoch, UTC) and product: how many, and their known amounts together."""

    hour: int
    product: str
    quantity: int
    micros: int


class Remarkable(msgspec.Struct, frozen=True, kw_only=True):
    """Charges that people ask about, with their known amounts: opened by a STOP; arrived by RCS and by SMS."""

    by_stop: int
    by_stop_micros: int
    double: int
    double_micros: int


def remarkable(connection: Connection, wanted: Wanted) -> Remarkable:
    """How many charges of a month a STOP opened, and how many paid for a message twice."""
    by_stop, double = _charge.c.opened_by == "stop", _charge.c.double_cost.is_(True)
    amount = func.coalesce(_charge.c.micros, 0)
    sums = [
        func.coalesce(func.sum(case((which, what), else_=0)), 0) for which in (by_stop, double) for what in (1, amount)
    ]
    row = connection.execute(select(*sums).where(*_wanted(wanted))).one()
    return Remarkable(by_stop=int(row[0]), by_stop_micros=int(row[1]), double=int(row[2]), double_micros=int(row[3]))


def page(
    connection: Connection, wanted: Wanted, *, after: tuple[int, str] | None = None, most: int = 100
) -> list[KeptCharge]:
    """The next charges by (charge date, id), behind the last one of the page before."""
    asked = select(_charge).where(*_wanted(wanted)).order_by(_charge.c.at, _charge.c.charge_id).limit(most)
    if after is not None:
        asked = asked.where(tuple_(_charge.c.at, _charge.c.charge_id) > tuple_(*after))
    return [KeptCharge(**row) for row in connection.execute(asked).mappings()]


def hours(connection: Connection, wanted: Wanted) -> list[Hour]:
    """What was charged in each hour; a caller adds hours up to the days of its own zone."""
    hour = _charge.c.at // _HOUR_MS
    asked = (
        select(hour, _charge.c.product, func.count(), func.coalesce(func.sum(_charge.c.micros), 0))
        .where(*_wanted(wanted))
        .group_by(hour, _charge.c.product)
        .order_by(hour, _charge.c.product)
    )
    return [Hour(int(row[0]), row[1], int(row[2]), int(row[3])) for row in connection.execute(asked)]


def answered(connection: Connection, *, bot: str, last: int = 5) -> tuple[int, int]:
    """How many messages of a bot's last campaigns were answered in time, of how many that are rated.

    A campaign of which something is still held is left out: answers are posted a day before what nobody answered.
    """
    held = select(_charge.c.campaign).where(_charge.c.campaign.is_not(None), _charge.c.state == "held")
    conversation = _charge.c.product == "CONVERSATION"
    each = (
        select(func.sum(case((conversation, 1), else_=0)), func.count(), func.max(_charge.c.at).label("latest"))
        .where(
            _charge.c.bot == bot,
            _charge.c.campaign.is_not(None),
            _charge.c.campaign.not_in(held),
            _charge.c.state == "posted",
            _charge.c.product.in_(("CONVERSATION", "MU", "MU_BASIC")),
        )
        .group_by(_charge.c.campaign)
        .order_by(func.max(_charge.c.at).desc())
        .limit(last)
    )
    rows = connection.execute(each).all()
    return sum(int(row[0]) for row in rows), sum(int(row[1]) for row in rows)


def months(connection: Connection) -> list[str]:
    """The months that have an invoice, newest first."""
    asked = select(_charge.c.booked_in).distinct().order_by(_charge.c.booked_in.desc())
    return list(connection.execute(asked).scalars())


def _wanted(wanted: Wanted) -> list[ColumnElement[bool]]:
    """On the invoice of the month at its end: what was booked and reversed inside the month is not."""
    booked, taken_back = _charge.c.booked_in, func.coalesce(_charge.c.reversed_in, "")
    if wanted.taken_back:
        found = [taken_back == wanted.month, booked != wanted.month]
    else:
        found = [booked == wanted.month, _charge.c.state.in_(_COUNTED), taken_back != wanted.month]
    if wanted.of_month is not None:
        found.append(_charge.c.month == wanted.of_month)
    for name in ("bot", "brand", "operator", "campaign", "product"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(_charge.c[name] == value)
    if wanted.unit is not None:
        found.append(_charge.c.micros == wanted.unit)
    if wanted.unpriced:
        found.append(_charge.c.micros.is_(None))
    return found
