"""Requests for a human: the queue of each team, written in the commit of the turn that asked."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rbm_bots.store.base import table
from rbm_bots.store.tables import HandoverRow

__all__ = ["HandoverChange", "ask", "change", "queue"]

_handover = table(HandoverRow)


class HandoverChange(msgspec.Struct, frozen=True, kw_only=True):
    """A request moves on: somebody ``joined``, or it has ``ended`` (``why``)."""

    request_id: str
    state: str
    why: str
    at: int


def ask(connection: Connection, rows: Sequence[HandoverRow]) -> None:
    """Put requests into their queues; one that is there is replaced, and keeps its place."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for row in rows:
        asked = insert(_handover).values(row.model_dump())
        again = {name: asked.excluded[name] for name in ("team", "reason", "carry", "state", "changed_at")}
        connection.execute(asked.on_conflict_do_update(index_elements=["request_id"], set_=again))


def change(connection: Connection, changes: Sequence[HandoverChange]) -> None:
    """Move requests on, in order. What has ended stays ended."""
    for one in changes:
        moved = update(_handover).where(_handover.c.request_id == one.request_id, _handover.c.state != "ended")
        connection.execute(moved.values(state=one.state, why=one.why, changed_at=one.at))


def queue(connection: Connection, *, bot: str, team: str) -> list[HandoverRow]:
    """Who waits for somebody of ``team``, first come first."""
    waiting = (
        select(_handover)
        .where(_handover.c.bot == bot, _handover.c.team == team, _handover.c.state == "queued")
        .order_by(_handover.c.created_at, _handover.c.request_id)
    )
    return [HandoverRow(**row._asdict()) for row in connection.execute(waiting)]
