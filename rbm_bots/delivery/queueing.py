"""How a message gets into the outbox: by a bot's turn, a campaign, the API. Nothing leaves without such a row.

A message that an SMS may replace gets a saga beside its outbox row, in the same commit. The row is the turn of its
first leg: the sender takes it, asks the gate, and lets RCS leave or makes the rows of the SMS.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from rbm_bots.delivery.states import LANES
from rbm_bots.dialogue.effects import MessageClass
from rbm_bots.store import outbox, sagas
from rbm_bots.store.tables import OutboxRow, SagaRow

__all__ = ["Wanted", "queue_messages"]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A message to be sent. Instants in milliseconds.

    ``message_id``: the caller's, the same for every repetition of this wish. ``body``: the encoded message, sealed for
    :data:`~rbm_bots.delivery.bodies.BODY`. ``starts_at``: not before; ``expires_at``: from then on no leg leaves.

    ``sms_code``: the short code by which an SMS may follow or take its place (``None``: RCS alone). ``by_sms``: the
    person wrote by SMS, so RCS is not tried.
    """

    message_id: str
    application: str
    bot: str
    brand: str
    contact_id: str
    message_class: MessageClass
    body: bytes
    via: str = "msisdn"
    campaign: str | None = None
    starts_at: int = 0
    expires_at: int | None = None
    sms_code: str | None = None
    by_sms: bool = False


def queue_messages(connection: Connection, wanted: Sequence[Wanted], *, now_ms: int) -> None:
    """Queue messages in this transaction; one whose id is there already changes nothing.

    An alias or a chat id names nobody to an SMSC, so only ``via`` ``msisdn`` gets a saga. Wake the senders after the
    commit (``store.notify("outbox")``).
    """
    outbox.add(connection, [_outbox_row(one, now_ms) for one in wanted])
    sagas.add(connection, [row for one in wanted if (row := _saga_row(one, now_ms)) is not None])


def _outbox_row(wanted: Wanted, now_ms: int) -> OutboxRow:
    return OutboxRow(
        message_id=wanted.message_id,
        application=wanted.application,
        bot=wanted.bot,
        brand=wanted.brand,
        contact_id=wanted.contact_id,
        via=wanted.via,
        operation="message",
        message_class=wanted.message_class,
        lane=LANES[wanted.message_class],
        state="queued",
        campaign=wanted.campaign,
        logical_id=wanted.message_id if _has_saga(wanted) else None,
        expires_at=wanted.expires_at,
        body=wanted.body,
        not_before=wanted.starts_at,
        created_at=now_ms,
    )


def _saga_row(wanted: Wanted, now_ms: int) -> SagaRow | None:
    if not _has_saga(wanted) or wanted.sms_code is None:
        return None
    return SagaRow(
        message_id=wanted.message_id,
        application=wanted.application,
        sms_code=wanted.sms_code,
        bot=wanted.bot,
        brand=wanted.brand,
        contact_id=wanted.contact_id,
        message_class=wanted.message_class,
        campaign=wanted.campaign,
        by_sms=wanted.by_sms,
        starts_at=wanted.starts_at or now_ms,
        expires_at=wanted.expires_at,
        created_at=now_ms,
    )


def _has_saga(wanted: Wanted) -> bool:
    return wanted.sms_code is not None and wanted.via == "msisdn"
