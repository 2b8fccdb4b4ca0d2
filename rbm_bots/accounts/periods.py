"""Months: open, then in grace, then closed for good.

A month of Paris is ``open`` until all of its 24-hour windows are over: until the second day of the next month, 00:00
Paris. Then it is in ``grace``: late events still change it, operators' reports are compared. It can be ``closed`` when
grace is over and nothing stands in the way; nothing of the last 24 hours is ever final by then. A closed month is
immutable, and closing cannot be undone: what comes later is an adjustment in the current month.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

import msgspec
from sqlalchemy import Connection

from rbm_bots.accounts.billing import Billing
from rbm_bots.clock import from_ms, to_ms
from rbm_bots.errors import RbmError
from rbm_bots.ledger.months import PARIS, month_after, month_begins
from rbm_bots.store import ledger_journal, ledger_keys, ledger_periods, reconciliations
from rbm_bots.store.ledger_periods import Closed

__all__ = ["Blocker", "MonthState", "PeriodNotClosable", "blockers", "close", "grace_begins", "grace_ends", "state_of"]

MonthState = Literal["future", "open", "grace", "closed"]
_HOUR_MS: Final = 3_600_000


class Blocker(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that stands in the way of closing, in a sentence; ``count``: how many lines, keys or operators."""

    kind: Literal["closed", "not_over", "behind", "unpriced", "held", "reconciliation"]
    detail: str
    count: int = 1


class PeriodNotClosable(RbmError):
    """Something stands in the way of closing the month."""

    code = "not_closable"

    def __init__(self, month: str, found: list[Blocker]) -> None:
        super().__init__("; ".join(one.detail for one in found), where=month)
        self.blockers = found


def grace_begins(month: str) -> int:
    """When every window of a month is over, ms: the second day of the next month in Paris."""
    first = from_ms(month_begins(month_after(month))).astimezone(PARIS)
    return to_ms(first + timedelta(days=1))


def grace_ends(month: str, *, grace_hours: int) -> int:
    """From when on a month can be closed, ms."""
    return grace_begins(month) + grace_hours * _HOUR_MS


def state_of(connection: Connection, month: str, *, now_ms: int) -> MonthState:
    """What may still happen to a month. Raises ``ValueError`` for no month."""
    if now_ms < month_begins(month):
        return "future"
    if month in ledger_periods.closed(connection):
        return "closed"
    return "open" if now_ms < grace_begins(month) else "grace"


def blockers(connection: Connection, month: str, *, billing: Billing, now_ms: int) -> list[Blocker]:
    """All that stands in the way of closing now. Raises ``ValueError`` for no month."""
    if month in ledger_periods.closed(connection):
        return [Blocker(kind="closed", detail="the month is closed already")]
    ends = grace_ends(month, grace_hours=billing.grace_hours)
    if now_ms < ends:
        until = from_ms(ends).astimezone(PARIS)
        return [Blocker(kind="not_over", detail=f"late events may come until {until:%Y-%m-%d %H:%M} Paris")]
    return [*_behind(connection, ends), *_lines(connection, month), *_reconciliation(connection, month)]


def close(connection: Connection, month: str, *, who: str, billing: Billing, now_ms: int) -> Closed:
    """Close a month for good. Raises :class:`PeriodNotClosable` with what stands in the way."""
    found = blockers(connection, month, billing=billing, now_ms=now_ms)
    if found:
        raise PeriodNotClosable(month, found)
    closed = Closed(month=month, closed_at=now_ms, closed_by=who)
    if not ledger_periods.close(connection, closed):
        raise PeriodNotClosable(month, [Blocker(kind="closed", detail="the month is closed already")])
    return closed


def _behind(connection: Connection, upto_ms: int) -> list[Blocker]:
    """What came before grace ended, or is due since, and is not rated yet."""
    cursor = ledger_keys.cursor(connection)
    unread = ledger_journal.unread_since(connection, cursor.seq, received_before=upto_ms)
    due = ledger_keys.due_count(connection, now_ms=upto_ms)
    if not unread and not due:
        return []
    return [Blocker(kind="behind", detail=f"{unread} events and {due} keys wait to be rated", count=unread + due)]


def _lines(connection: Connection, month: str) -> list[Blocker]:
    found = [
        Blocker(kind="unpriced", detail=f"{count} lines {operator} {product} have no price", count=count)
        for (operator, product), count in ledger_periods.unpriced(connection, month).items()
    ]
    held = ledger_periods.held(connection, month)
    if held:
        found.append(Blocker(kind="held", detail=f"{held} messages are still held", count=held))
    return found


def _reconciliation(connection: Connection, month: str) -> list[Blocker]:
    missing = sorted(ledger_periods.operators(connection, month) - reconciliations.acknowledged(connection, month))
    return [
        Blocker(kind="reconciliation", detail=f"the reconciliation with {operator} is not acknowledged")
        for operator in missing
    ]
