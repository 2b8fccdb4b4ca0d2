"""Closed months, the runs that re-rated, and what stands in the way of closing."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, func, insert, select

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import ChargeRow, PeriodRow, RunRow

__all__ = ["Closed", "Run", "add_run", "close", "closed", "held", "operators", "runs", "unpriced"]

_charge = table(ChargeRow)
_period = table(PeriodRow)
_run = table(RunRow)


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A month that nothing changes any more: since when (ms), and by whom."""

    month: str
    closed_at: int
    closed_by: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Why charges were worked out again; the members are those of ``RunRow``. ``keys``: how many were looked at."""

    run_id: str
    kind: str
    who: str
    why: str
    at: int
    from_at: int | None = None
    keys: int = 0


def closed(connection: Connection) -> dict[str, Closed]:
    """The closed months."""
    rows = connection.execute(select(_period).where(_period.c.state == "closed").order_by(_period.c.month))
    return {row.month: Closed(month=row.month, closed_at=row.closed_at, closed_by=row.closed_by) for row in rows}


def close(connection: Connection, one: Closed) -> bool:
    """Close a month for good; false when it was closed before."""
    made = connection.execute(
        insert_new(connection, _period),
        {"month": one.month, "state": "closed", "closed_at": one.closed_at, "closed_by": one.closed_by},
    )
    return bool(made.rowcount)


def unpriced(connection: Connection, month: str) -> dict[tuple[str, str], int]:
    """How many lines booked in a month have no amount, by (operator, product)."""
    rows = connection.execute(
        select(_charge.c.operator, _charge.c.product, func.count())
        .where(_charge.c.booked_in == month, _charge.c.state == "posted", _charge.c.micros.is_(None))
        .group_by(_charge.c.operator, _charge.c.product)
        .order_by(_charge.c.operator, _charge.c.product)
    )
    return {(operator, product): count for operator, product, count in rows}


def held(connection: Connection, month: str) -> int:
    """How many Messages Uniques dated in a month still wait for an answer."""
    asked = select(func.count()).where(_charge.c.booked_in == month, _charge.c.state == "held")
    return int(connection.execute(asked).scalar_one())


def operators(connection: Connection, month: str) -> set[str]:
    """The operators that have lines booked in a month."""
    asked = select(_charge.c.operator).where(_charge.c.booked_in == month, _charge.c.state == "posted").distinct()
    return set(connection.execute(asked).scalars())


def add_run(connection: Connection, run: Run) -> None:
    """Keep why charges will change."""
    connection.execute(insert(_run), msgspec.structs.asdict(run))


def runs(connection: Connection) -> list[Run]:
    """All runs, oldest first."""
    rows = connection.execute(select(_run).order_by(_run.c.at, _run.c.run_id)).mappings()
    return [Run(**row) for row in rows]
