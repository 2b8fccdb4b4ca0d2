"""Caps of campaigns: what is reserved per month, and what of it has become certain.

A reservation is the worst case of each send. It is compared with the cap in the transaction that lets the sends go, on
a locked row, so two feeders cannot pass the cap together. Sends whose charges are posted cost no longer their worst
case but what they cost; that is worked out only when the plain reservation would not fit.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, case, func, select, update

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import BudgetRow, ChargeRow, ReservationRow

__all__ = [
    "BudgetStatus",
    "Cap",
    "Reserved",
    "Spent",
    "cap_of",
    "lock_reservation",
    "reserve",
    "set_cap",
    "spent",
    "status",
]

_budget = table(BudgetRow)
_reservation = table(ReservationRow)
_charge = table(ChargeRow)
_OF_A_MESSAGE = ("MU", "MU_BASIC", "CONVERSATION")  # each settles one message of the campaign


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """The cap of a campaign per month, and the worst case of one send; micro-euro HT.

    A send is at most ``messages`` RCS messages of ``dearest_micros`` each and SMS of ``sms_micros`` together.
    """

    cap_micros: int
    worst_micros: int
    dearest_micros: int
    messages: int
    sms_micros: int


class Reserved(msgspec.Struct, frozen=True):
    """Sends of a campaign in a month, and their worst case in micro-euro."""

    sends: int
    micros: int


class Spent(msgspec.Struct, frozen=True):
    """What is posted for a campaign in a month: charged RCS messages, the amounts of RCS and of SMS (micro-euro)."""

    rcs: int
    rcs_micros: int
    sms_micros: int


class BudgetStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign in a month; micro-euro HT. ``posted_micros`` is part of what was reserved."""

    cap_micros: int
    sends: int
    reserved_micros: int
    posted_micros: int


def set_cap(connection: Connection, *, campaign: str, cap: Cap) -> None:
    """Give a campaign its cap for every month, in place of an earlier one."""
    row = {"campaign": campaign, **msgspec.structs.asdict(cap)}
    connection.execute(insert_new(connection, _budget), row)
    connection.execute(update(_budget).where(_budget.c.campaign == campaign).values(row))


def cap_of(connection: Connection, campaign: str) -> Cap | None:
    """The cap; ``None``: the campaign may spend what it costs."""
    row = connection.execute(select(_budget).where(_budget.c.campaign == campaign)).first()
    if row is None:
        return None
    return Cap(**{name: getattr(row, name) for name in Cap.__struct_fields__})


def lock_reservation(connection: Connection, *, campaign: str, month: str) -> Reserved:
    """What is reserved so far; nobody else can reserve for this campaign and month until the transaction ends."""
    fresh = {"campaign": campaign, "month": month, "sends": 0, "micros": 0}
    connection.execute(insert_new(connection, _reservation), fresh)
    row = connection.execute(
        select(_reservation.c.sends, _reservation.c.micros)
        .where(_reservation.c.campaign == campaign, _reservation.c.month == month)
        .with_for_update()
    ).one()
    return Reserved(row.sends, row.micros)


def reserve(connection: Connection, *, campaign: str, month: str, sends: int, micros: int) -> None:
    """Add to what is reserved; negative: give back."""
    connection.execute(
        update(_reservation)
        .where(_reservation.c.campaign == campaign, _reservation.c.month == month)
        .values(sends=_reservation.c.sends + sends, micros=_reservation.c.micros + micros)
    )


def spent(connection: Connection, *, campaign: str, month: str) -> Spent:
    """What the ledger has posted for the campaign's messages of a month. An unpriced charge is not certain yet."""
    is_sms = _charge.c.product == "SMS_MT"
    amount = func.coalesce(_charge.c.micros, 0)
    row = connection.execute(
        select(
            func.coalesce(func.sum(case((_charge.c.product.in_(_OF_A_MESSAGE), 1), else_=0)), 0),
            func.coalesce(func.sum(case((is_sms, 0), else_=amount)), 0),
            func.coalesce(func.sum(case((is_sms, amount), else_=0)), 0),
        ).where(
            _charge.c.campaign == campaign,
            _charge.c.month == month,
            _charge.c.state == "posted",
            _charge.c.micros.is_not(None),
        )
    ).one()
    return Spent(int(row[0]), int(row[1]), int(row[2]))


def status(connection: Connection, *, campaign: str, month: str) -> BudgetStatus | None:
    """How a campaign stands in a month; ``None`` without a cap."""
    cap = cap_of(connection, campaign)
    if cap is None:
        return None
    row = connection.execute(
        select(_reservation.c.sends, _reservation.c.micros).where(
            _reservation.c.campaign == campaign, _reservation.c.month == month
        )
    ).first()
    posted = spent(connection, campaign=campaign, month=month)
    return BudgetStatus(
        cap_micros=cap.cap_micros,
        sends=0 if row is None else row.sends,
        reserved_micros=0 if row is None else row.micros,
        posted_micros=posted.rcs_micros + posted.sms_micros,
    )
