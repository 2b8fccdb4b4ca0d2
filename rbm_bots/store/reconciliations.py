"""Reconciliations: our side of a month, the last report that was read, and who accepted it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, delete, insert, select

from rbm_bots.store.base import table
from rbm_bots.store.ledger_charges import KeptCharge
from rbm_bots.store.tables import AcknowledgementRow, ChargeRow, ReconciliationRow

__all__ = ["Acknowledged", "Kept", "acknowledge", "acknowledged", "acknowledgements", "keep", "kept", "ours"]

_charge = table(ChargeRow)
_acknowledgement = table(AcknowledgementRow)
_reconciliation = table(ReconciliationRow)
_AT_ONCE = 1000


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True):
    """Who accepted the reconciliation of a month with an operator, when (ms) and why."""

    month: str
    operator: str
    who: str
    why: str
    at: int
    report_hash: str
    differences: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The last report of a month and an operator: when it was read (ms), its hash, the outcome as JSON."""

    month: str
    operator: str
    read_at: int
    report_hash: str
    result: bytes


def ours(connection: Connection, *, month: str, operator: str) -> Iterator[KeptCharge]:
    """The charges dated in a month, whichever invoice has them, by charge date; read in pieces."""
    asked = (
        select(_charge)
        .where(
            _charge.c.booked_in >= month,  # a late one stands on a later invoice, never on an earlier
            _charge.c.month == month,
            _charge.c.operator == operator,
            _charge.c.state == "posted",
        )
        .order_by(_charge.c.at, _charge.c.charge_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in connection.execute(asked).mappings():
        yield KeptCharge(**row)


def keep(connection: Connection, one: Kept) -> None:
    """Keep the outcome of a report in place of an earlier one of its month and operator."""
    where = (_reconciliation.c.month == one.month, _reconciliation.c.operator == one.operator)
    connection.execute(delete(_reconciliation).where(*where))
    connection.execute(insert(_reconciliation), msgspec.structs.asdict(one))


def kept(connection: Connection, month: str) -> list[Kept]:
    """The last reports of a month, by operator."""
    asked = select(_reconciliation).where(_reconciliation.c.month == month).order_by(_reconciliation.c.operator)
    return [Kept(**row) for row in connection.execute(asked).mappings()]


def acknowledge(connection: Connection, one: Acknowledged) -> None:
    """Add who accepted a reconciliation; earlier ones stay."""
    connection.execute(insert(_acknowledgement), msgspec.structs.asdict(one))


def acknowledgements(connection: Connection, month: str) -> list[Acknowledged]:
    """All of a month, oldest first; the last of an operator counts."""
    asked = select(_acknowledgement).where(_acknowledgement.c.month == month).order_by(_acknowledgement.c.seq)
    return [
        Acknowledged(**{name: row[name] for name in Acknowledged.__struct_fields__})
        for row in connection.execute(asked).mappings()
    ]


def acknowledged(connection: Connection, month: str) -> set[str]:
    """The operators whose reconciliation of a month somebody accepted."""
    asked = select(_acknowledgement.c.operator).where(_acknowledgement.c.month == month).distinct()
    return set(connection.execute(asked).scalars())
