"""Bulk checks under way: one for each bot, and whom it asks about. After a crash the next owner goes on from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from rbm_bots.store.base import table
from rbm_bots.store.tables import CapabilityAskedRow, CapabilityJobRow

__all__ = ["Job", "JobState", "begin", "find", "finish", "move"]

JobState = Literal["starting", "running", "foreign"]
"""``starting``: perhaps the platform has it. ``running``: it has. ``foreign``: it runs another one first."""

_job = table(CapabilityJobRow)
_asked = table(CapabilityAskedRow)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A bot's check; ``began_at`` in ms, ``asked`` are contact ids."""

    state: JobState
    began_at: int
    asked: tuple[str, ...]


def find(connection: Connection, bot: str) -> Job | None:
    """The bot's check, if one is under way."""
    row = connection.execute(select(_job).where(_job.c.bot == bot)).first()
    if row is None:
        return None
    asked = connection.execute(select(_asked.c.contact_id).where(_asked.c.bot == bot).order_by(_asked.c.contact_id))
    return Job(state=row.state, began_at=row.began_at, asked=tuple(asked.scalars()))


def begin(connection: Connection, bot: str, contact_ids: Sequence[str], *, now_ms: int) -> None:
    """Note whom the platform is about to be asked for."""
    connection.execute(insert(_job), {"bot": bot, "state": "starting", "began_at": now_ms})
    connection.execute(insert(_asked), [{"bot": bot, "contact_id": one} for one in contact_ids])


def move(connection: Connection, bot: str, state: JobState, *, now_ms: int) -> None:
    """The check goes on in another state, from now."""
    connection.execute(update(_job).where(_job.c.bot == bot).values(state=state, began_at=now_ms))


def finish(connection: Connection, bot: str) -> None:
    """Its result is in the book."""
    connection.execute(delete(_asked).where(_asked.c.bot == bot))
    connection.execute(delete(_job).where(_job.c.bot == bot))
