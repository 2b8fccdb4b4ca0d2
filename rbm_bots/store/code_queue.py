"""How much waits at a short code: the parts in its queue, and the messages whose SMS will want to join them soon."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from rbm_bots.store.base import table
from rbm_bots.store.tables import OutboxRow, SagaRow

__all__ = ["joining", "waiting_parts"]

_outbox = table(OutboxRow)
_saga = table(SagaRow)


def waiting_parts(connection: Connection, application: str, *, now_ms: int) -> dict[int, int]:
    """How many parts could leave now if the rate allowed it, by lane."""
    rows = connection.execute(
        select(_outbox.c.lane, func.count().label("parts"))
        .where(
            _outbox.c.application == application,
            _outbox.c.state == "queued",
            _outbox.c.operation == "sms",
            _outbox.c.not_before <= now_ms,
        )
        .group_by(_outbox.c.lane)
    )
    return {row.lane: row.parts for row in rows}


def joining(connection: Connection, code: str, *, until_ms: int) -> int:
    """How many messages wait with their SMS and ask again by then."""
    wanted = (
        select(func.count())
        .select_from(_saga)
        .where(_saga.c.due_at <= until_ms, _saga.c.phase == "sms_waiting", _saga.c.sms_code == code)
    )
    return int(connection.execute(wanted).scalar_one())
