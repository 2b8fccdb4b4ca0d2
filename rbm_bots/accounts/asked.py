"""What is asked of the accounts, and what they answer: values that also cross the wire to a running server."""

from __future__ import annotations

from pathlib import Path

import msgspec

from rbm_bots.accounts.reconciliation_result import Result
from rbm_bots.accounts.rerate import KeyDifference
from rbm_bots.accounts.statements import Scope
from rbm_bots.errors import UsageError
from rbm_bots.ledger.fees import Month
from rbm_bots.ledger.prices import Price

__all__ = [
    "Acknowledge",
    "ChargesAsked",
    "Close",
    "EnterPrice",
    "Explain",
    "MonthAsked",
    "NothingToExplain",
    "PricesAsked",
    "Reconcile",
    "Reconciled",
    "ReportFiles",
    "Rerate",
    "Rerated",
    "require_month",
]


class NothingToExplain(UsageError):
    """The ledger knows no such charge and no such conversation."""

    code = "nothing_to_explain"
    hint = "a charge is 32 hex digits; a conversation is its bot and contact, like garage/01J…"


class MonthAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A month (``YYYY-MM``) and what of it."""

    month: str
    scope: Scope = Scope()


class ChargesAsked(msgspec.Struct, frozen=True, kw_only=True):
    """The next charges of a month's statement, behind (charge date in ms, id); ``taken_back``: those it reverses."""

    month: str
    scope: Scope = Scope()
    taken_back: bool = False
    after: tuple[int, str] | None = None


class Close(msgspec.Struct, frozen=True, kw_only=True):
    """Close a month, in whose name."""

    month: str
    who: str


class Reconcile(msgspec.Struct, frozen=True, kw_only=True):
    """Compare an operator's report with a month. Empty ``operator``: the default one."""

    month: str
    operator: str = ""
    tolerance_s: float = 2.0


class Acknowledge(msgspec.Struct, frozen=True, kw_only=True):
    """Accept the reconciliation of a month with an operator."""

    month: str
    operator: str
    who: str
    why: str


class Explain(msgspec.Struct, frozen=True, kw_only=True):
    """A charge id, or a conversation as BOT/CONTACT."""

    what: str


class Rerate(msgspec.Struct, frozen=True, kw_only=True):
    """Rate again what happened since an instant (ms); ``dry_run``: only say what would change."""

    from_ms: int
    who: str
    why: str
    dry_run: bool


class EnterPrice(msgspec.Struct, frozen=True, kw_only=True):
    """Enter a price row; ``dry_run``: only say what would change."""

    price: Price
    who: str
    dry_run: bool


class PricesAsked(msgspec.Struct, frozen=True, kw_only=True):
    """The price rows of an operator; empty: of all."""

    operator: str = ""


class ReportFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a reconciliation, UTF-8. ``mapping``: TOML, for anything but billable events."""

    report: Path
    mapping: Path | None = None
    activity: Path | None = None


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """A result, how many rows begin in another month, and which of their windows are not 24 hours."""

    result: Result
    elsewhere: int
    windows: tuple[str, ...]


class Rerated(msgspec.Struct, frozen=True, kw_only=True):
    """What changes: keys, charges, micro-euro; ``shown`` the first of them. ``run``: the order, unless it was a try."""

    keys: int
    posted: int
    reversed: int
    micros: int
    shown: tuple[KeyDifference, ...]
    run: str | None = None


def require_month(text: str) -> str:
    """``text`` if it is a month. Raises ``UsageError``."""
    try:
        Month.of(text)
    except ValueError:
        raise UsageError("a month is written 2026-03") from None
    return text
