"""Leases: one owner per application, told apart by a fencing number.

A pause is a column and outlives its owner, and so does what a 429 left behind: when the last one came, and the ceiling
since then in thousandths of the quota.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, case, select, update

from rbm_bots.errors import LeaseLost
from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import LeaseRow

__all__ = ["Lease", "Throttled", "acquire", "pause", "paused_until", "release", "require", "show", "throttle"]

_lease = table(LeaseRow)
_UNKNOWN = {"owner": None, "fence": 0, "until": 0, "paused_until": 0, "throttled_at": 0, "ceiling": 1000}


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner holds: its fencing number, until when, and the pause and 429 it found (milliseconds; 0: none)."""

    name: str
    owner: str | None
    fence: int
    until: int
    paused_until: int
    throttled_at: int = 0
    ceiling: int = 1000


class Throttled(msgspec.Struct, frozen=True, kw_only=True):
    """What a 429 does to an application: a pause, and a ceiling (instants in milliseconds)."""

    paused_until: int
    throttled_at: int
    ceiling: int


def acquire(connection: Connection, name: str, *, owner: str, now_ms: int, length_ms: int) -> Lease | None:
    """Take or renew the lease; ``None`` while somebody else holds it. A new owner gets the next fencing number."""
    connection.execute(insert_new(connection, _lease), {"name": name, **_UNKNOWN})
    row = connection.execute(select(_lease).where(_lease.c.name == name).with_for_update()).one()
    mine = row.owner == owner and row.until > now_ms
    if not mine and row.until > now_ms:
        return None
    fence = row.fence if mine else row.fence + 1
    until = now_ms + length_ms
    connection.execute(update(_lease).where(_lease.c.name == name).values(owner=owner, fence=fence, until=until))
    return Lease(
        name=name,
        owner=owner,
        fence=fence,
        until=until,
        paused_until=row.paused_until,
        throttled_at=row.throttled_at,
        ceiling=row.ceiling,
    )


def require(connection: Connection, lease: Lease) -> int:
    """Until when it is paused (ms; 0: it is not). Raises :class:`LeaseLost` when the lease has a newer owner.

    Locks the row until the transaction ends: whoever pauses it meanwhile waits, and counts for the next.
    """
    row = connection.execute(
        select(_lease.c.fence, _lease.c.paused_until).where(_lease.c.name == lease.name).with_for_update(read=True)
    ).one_or_none()
    if row is None or row.fence != lease.fence:
        raise LeaseLost(where=lease.name)
    return int(row.paused_until)


def release(connection: Connection, lease: Lease) -> None:
    """Give the lease back so that another process need not wait for its end."""
    connection.execute(
        update(_lease).where(_lease.c.name == lease.name, _lease.c.fence == lease.fence).values(until=0, owner=None)
    )


def pause(connection: Connection, name: str, *, until_ms: int) -> None:
    """Nobody sends for this application before ``until_ms``; 0 ends a pause."""
    connection.execute(insert_new(connection, _lease), {"name": name, **_UNKNOWN})
    connection.execute(update(_lease).where(_lease.c.name == name).values(paused_until=until_ms))


def paused_until(connection: Connection, name: str) -> int:
    """Until when it is paused (ms); 0: it is not."""
    return connection.execute(select(_lease.c.paused_until).where(_lease.c.name == name)).scalar_one_or_none() or 0


def throttle(connection: Connection, name: str, told: Throttled) -> None:
    """The operator said 429: keep the pause and the ceiling for whoever owns the application then.

    A longer pause, of a person or of another call, stays.
    """
    longer = case((_lease.c.paused_until > told.paused_until, _lease.c.paused_until), else_=told.paused_until)
    connection.execute(
        update(_lease)
        .where(_lease.c.name == name)
        .values(paused_until=longer, throttled_at=told.throttled_at, ceiling=told.ceiling)
    )


def show(connection: Connection) -> list[Lease]:
    """Every lease, for the admin API."""
    rows = connection.execute(select(_lease).order_by(_lease.c.name))
    return [Lease(**row._asdict()) for row in rows]
