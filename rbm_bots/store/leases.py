"""Leases: one owner per application, told apart by a fencing number; a pause is a column and outlives its owner."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select, update

from rbm_bots.errors import LeaseLost
from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import LeaseRow

__all__ = ["Lease", "acquire", "pause", "release", "require", "show"]

_lease = table(LeaseRow)


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner holds: its fencing number, until when, and the pause it found (milliseconds)."""

    name: str
    owner: str | None
    fence: int
    until: int
    paused_until: int


def acquire(connection: Connection, name: str, *, owner: str, now_ms: int, length_ms: int) -> Lease | None:
    """Take or renew the lease; ``None`` while somebody else holds it. A new owner gets the next fencing number."""
    connection.execute(
        insert_new(connection, _lease), {"name": name, "owner": None, "fence": 0, "until": 0, "paused_until": 0}
    )
    row = connection.execute(select(_lease).where(_lease.c.name == name).with_for_update()).one()
    mine = row.owner == owner and row.until > now_ms
    if not mine and row.until > now_ms:
        return None
    fence = row.fence if mine else row.fence + 1
    until = now_ms + length_ms
    connection.execute(update(_lease).where(_lease.c.name == name).values(owner=owner, fence=fence, until=until))
    return Lease(name=name, owner=owner, fence=fence, until=until, paused_until=row.paused_until)


def require(connection: Connection, lease: Lease) -> None:
    """Raise :class:`LeaseLost` when the lease has a newer owner; locks the row until the transaction ends."""
    fence = connection.execute(
        select(_lease.c.fence).where(_lease.c.name == lease.name).with_for_update(read=True)
    ).scalar_one_or_none()
    if fence != lease.fence:
        raise LeaseLost(where=lease.name)


def release(connection: Connection, lease: Lease) -> None:
    """Give the lease back so that another process need not wait for its end."""
    connection.execute(
        update(_lease).where(_lease.c.name == lease.name, _lease.c.fence == lease.fence).values(until=0, owner=None)
    )


def pause(connection: Connection, name: str, *, until_ms: int) -> None:
    """Nobody sends for this application before ``until_ms``; 0 ends a pause."""
    connection.execute(
        insert_new(connection, _lease), {"name": name, "owner": None, "fence": 0, "until": 0, "paused_until": 0}
    )
    connection.execute(update(_lease).where(_lease.c.name == name).values(paused_until=until_ms))


def show(connection: Connection) -> list[Lease]:
    """Every lease, for the admin API."""
    rows = connection.execute(select(_lease).order_by(_lease.c.name))
    return [
        Lease(name=row.name, owner=row.owner, fence=row.fence, until=row.until, paused_until=row.paused_until)
        for row in rows
    ]
