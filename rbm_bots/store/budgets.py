"""Caps of campaigns: what is reserved per month, and what of it has become certain.

A reservation is the worst case of each send. It is compared with the cap in the transaction that lets the sends go, on
a locked row, so two feeders cannot pass the cap together. Sends whose charges are posted cost no longer their worst
case but what they cost; that is worked out only when the plain reservation would not fit.

What a campaign's sends can still cost is read from where it stands (recipients, outbox, sagas, charges), never counted
along the way. So it can be worked out again at any time, and nothing is given back twice.
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, case, func, or_, select, update

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import (
    BudgetRow,
    CampaignRecipientRow,
    CampaignRow,
    ChargeRow,
    OutboxRow,
    ReservationRow,
    SagaRow,
)

__all__ = [
    "BudgetStatus",
    "Cap",
    "Reserved",
    "Spent",
    "cap_of",
    "ended_at",
    "live_sends",
    "lock_reservation",
    "reserve",
    "reserved_months",
    "set_cap",
    "set_reserved",
    "spent",
    "status",
    "undecided",
    "unsettled",
]

_budget = table(BudgetRow)
_reservation = table(ReservationRow)
_charge = table(ChargeRow)
_campaign = table(CampaignRow)
_recipient = table(CampaignRecipientRow)
_outbox = table(OutboxRow)
_saga = table(SagaRow)
_DEAD: Final = ("refused", "skipped", "rejected", "revoked", "failed")  # no RCS message in these states is charged
_ENDED: Final = ("done", "cancelled")
_OPEN: Final = ("held", "queued", "attempting", "unknown", "accepted", "sent", "revoking")
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


def set_reserved(connection: Connection, *, campaign: str, month: str, reserved: Reserved) -> None:
    """Put this in the place of what is reserved; the row must be locked."""
    connection.execute(
        update(_reservation)
        .where(_reservation.c.campaign == campaign, _reservation.c.month == month)
        .values(sends=reserved.sends, micros=reserved.micros)
    )


def reserved_months(connection: Connection, campaign: str) -> list[str]:
    """The months in which a campaign has reserved something, oldest first."""
    found = select(_reservation.c.month).where(_reservation.c.campaign == campaign).order_by(_reservation.c.month)
    return list(connection.execute(found).scalars())


def live_sends(connection: Connection, campaign: str, *, since_ms: int, until_ms: int) -> int:
    """How many people whose turn came between these instants may be charged for, or are already.

    Not those whose scene stayed silent or who wait for another try, and not those of whom nothing has left or can
    leave: every RCS message of theirs was refused, rejected, revoked or failed, and no SMS left or may follow.
    """
    by_rcs = select(_outbox.c.contact_id).where(
        _outbox.c.campaign == campaign, _outbox.c.operation == "message", _outbox.c.state.not_in(_DEAD)
    )
    by_sms = select(_saga.c.contact_id).where(
        _saga.c.campaign == campaign, or_(_saga.c.outcome.is_(None), _saga.c.left_by == "sms")
    )
    who = _recipient.c.contact_id
    silent = _recipient.c.message_id.is_(None)
    return connection.execute(
        select(func.count()).where(
            _recipient.c.campaign_id == campaign,
            _recipient.c.state == "queued",
            _recipient.c.queued_at >= since_ms,
            _recipient.c.queued_at < until_ms,
            or_(silent, who.in_(by_rcs), who.in_(by_sms)),
        )
    ).scalar_one()


def undecided(connection: Connection, campaign: str) -> bool:
    """Whether a message of the campaign has no final outcome yet, or a charge of it is only held."""
    asked = (
        select(_outbox.c.seq).where(_outbox.c.campaign == campaign, _outbox.c.state.in_(_OPEN)),
        select(_saga.c.message_id).where(_saga.c.campaign == campaign, _saga.c.outcome.is_(None)),
        select(_charge.c.charge_id).where(_charge.c.campaign == campaign, _charge.c.state == "held"),
    )
    return any(connection.execute(one.limit(1)).first() is not None for one in asked)


def ended_at(connection: Connection, campaign: str) -> int | None:
    """When a campaign was done or cancelled (ms); ``None``: it may still send."""
    return connection.execute(
        select(_campaign.c.changed_at).where(_campaign.c.campaign_id == campaign, _campaign.c.state.in_(_ENDED))
    ).scalar_one_or_none()


def unsettled(connection: Connection, application: str, *, since_ms: int) -> list[str]:
    """Campaigns of an application that ended since then, and whose reservations are not what is posted."""
    rows = connection.execute(
        select(_reservation)
        .join(_campaign, _campaign.c.campaign_id == _reservation.c.campaign)
        .where(
            _campaign.c.application == application, _campaign.c.state.in_(_ENDED), _campaign.c.changed_at >= since_ms
        )
        .order_by(_reservation.c.campaign, _reservation.c.month)
    )
    found = {}
    for row in rows.all():
        posted = spent(connection, campaign=row.campaign, month=row.month)
        if row.micros != posted.rcs_micros + posted.sms_micros:
            found[row.campaign] = True
    return list(found)


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
