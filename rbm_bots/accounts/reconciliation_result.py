"""One reconciliation from its files to its outcome, as it is printed, kept and shown.

The members of the outcome are a stable interface: ``month``, ``operator``, ``totals``, ``lines``, ``counts``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import msgspec
from sqlalchemy import Connection

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.facts import fact_of
from rbm_bots.accounts.reconciliation import (
    OUTCOMES,
    Compared,
    Ours,
    Outcome,
    Theirs,
    Total,
    as_we_rate,
    compare,
    total,
    totals,
)
from rbm_bots.accounts.reconciliation_files import Mapped, Sum, read_named, read_report
from rbm_bots.clock import from_ms, rfc3339
from rbm_bots.ledger.evidence import BOT, Evidence
from rbm_bots.ledger.months import month_of
from rbm_bots.store import ledger_journal, reconciliations
from rbm_bots.store.ledger_charges import KeptCharge

__all__ = ["Report", "Result", "read_files", "reconcile"]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the files say of a month: charges or sums; how many rows begin in another month; windows not 24 h long."""

    lines: tuple[Theirs, ...] = ()
    sums: tuple[Sum, ...] = ()
    elsewhere: int = 0
    windows: tuple[str, ...] = ()


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome. ``lines``: ``{"outcome", "theirs", "ours", "reason"}`` each."""

    month: str
    operator: str
    totals: tuple[Total, ...]
    lines: list[dict[str, Any]]
    counts: dict[str, int]

    @property
    def differences(self) -> int:
        """How many lines are not the same."""
        return sum(count for outcome, count in self.counts.items() if outcome != "same")


def read_files(
    file: TextIO, mapped: Mapped, *, month: str, operator: str, bots: Mapping[str, str], tolerance_ms: int
) -> Report:
    """The rows of a report that belong to the month (in Paris) and the operator. Raises ``ReportUnreadable``."""
    lines: list[Theirs] = []
    sums: list[Sum] = []
    windows: set[str] = set()
    elsewhere = 0
    for row in read_report(file, mapped, bots=bots):
        says = row.says
        windows.update(row.windows)
        if isinstance(says, Sum):
            here = says.month in {"", month} and says.operator.upper() in {"", operator.upper()}
        else:
            here = month in {month_of(says.start_ms - tolerance_ms), month_of(says.start_ms + tolerance_ms)}
        if not here:
            elsewhere += 1
        elif isinstance(says, Sum):
            sums.append(says)
        else:
            lines.append(says)
    return Report(lines=tuple(lines), sums=tuple(sums), elsewhere=elsewhere, windows=tuple(sorted(windows)))


def reconcile(
    connection: Connection,
    report: Report,
    *,
    month: str,
    operator: str,
    billing: Billing,
    tolerance_ms: int,
    activity: TextIO | None = None,
) -> Result:
    """Compare a report with the charges of its month and operator. ``activity``: the file that names messages."""
    ours = [_ours(one) for one in reconciliations.ours(connection, month=month, operator=operator)]
    if report.sums:
        return _by_sums(report.sums, ours, month=month, operator=operator)
    theirs = as_we_rate(report.lines, ours)

    def anchor_times(left: Sequence[Ours]) -> Mapping[str, int]:
        return _anchor_times(connection, billing, left)

    named = None if activity is None else read_named(activity, {one.anchor for one in ours})
    compared = compare(theirs, ours, tolerance_ms=tolerance_ms, named=named, anchor_times=anchor_times)
    return Result(
        month=month,
        operator=operator,
        totals=tuple(totals(theirs, ours)),
        lines=[_line(one) for one in compared],
        counts=_counts(one.outcome for one in compared),
    )


def _by_sums(sums: Iterable[Sum], ours: Iterable[Ours], *, month: str, operator: str) -> Result:
    """At the grain of the file: product, and bot where it has one."""
    by_bot = any(one.bot for one in sums)
    found: dict[tuple[str, str], tuple[int, int | None]] = {}
    for one in sums:
        quantity, micros = found.get((one.product, one.bot), (0, 0))
        amount = None if micros is None or one.micros is None else micros + one.micros
        found[one.product, one.bot] = quantity + one.quantity, amount
    mine: Counter[tuple[str, str]] = Counter()
    amounts: Counter[tuple[str, str]] = Counter()
    for charge in ours:
        key = charge.product, charge.bot if by_bot else ""
        mine[key] += 1
        amounts[key] += charge.micros or 0
    compared = [
        _sum_line(key, found.get(key), (mine[key], amounts[key]) if mine[key] else None)
        for key in sorted({*found, *mine})
    ]
    return Result(
        month=month,
        operator=operator,
        totals=tuple(_sum_totals(found, mine, amounts)),
        lines=compared,
        counts=_counts(one["outcome"] for one in compared),
    )


def _sum_totals(
    found: Mapping[tuple[str, str], tuple[int, int | None]],
    mine: Counter[tuple[str, str]],
    amounts: Counter[tuple[str, str]],
) -> Iterable[Total]:
    for product in sorted({key[0] for key in (*found, *mine)}):
        theirs = [said for key, said in found.items() if key[0] == product]
        said = [micros for _, micros in theirs]
        yield total(
            product,
            ours=(
                sum(count for key, count in mine.items() if key[0] == product),
                sum(micros for key, micros in amounts.items() if key[0] == product),
            ),
            theirs=(
                sum(quantity for quantity, _ in theirs),
                None if None in said else sum(micros for micros in said if micros is not None),
            ),
        )


def _sum_line(
    key: tuple[str, str], theirs: tuple[int, int | None] | None, ours: tuple[int, int] | None
) -> dict[str, Any]:
    outcome: Outcome = "same"
    reason = ""
    if ours is None or theirs is None:
        outcome = "only_theirs" if ours is None else "only_ours"
        reason = "we have no such charge" if ours is None else "the report does not have it"
    elif theirs[0] != ours[0]:
        outcome, reason = "amount_differs", f"they count {theirs[0]}, we count {ours[0]}"
    elif theirs[1] is not None and theirs[1] != ours[1]:
        outcome, reason = "amount_differs", "as many lines, at another price"

    def side(said: tuple[int, int | None] | None) -> dict[str, Any] | None:
        if said is None:
            return None
        return {"product": key[0], "bot": key[1], "quantity": said[0], "micros": said[1]}

    return _with_reason({"outcome": outcome, "theirs": side(theirs), "ours": side(ours)}, reason)


def _ours(charge: KeptCharge) -> Ours:
    return Ours(
        id=charge.charge_id,
        product=charge.product,
        bot=charge.bot,
        user=charge.contact_id,
        anchor=charge.anchor,
        start_ms=charge.at,
        mt_count=charge.mt_count,
        mo_count=charge.mo_count,
        micros=charge.micros,
    )


def _anchor_times(connection: Connection, billing: Billing, left: Sequence[Ours]) -> dict[str, int]:
    """When the anchor messages of these charges counted."""
    kept = ledger_journal.facts_of_keys(connection, {(one.bot, one.user) for one in left})
    counted: dict[tuple[str, str, str], int] = {}
    for (bot, user), rows in kept.items():
        facts = [fact for row in rows if (fact := fact_of(row, sms_unit=billing.sms_unit)) is not None]
        latest = max((one.at_ms for one in facts), default=0)
        messages = Evidence(facts).messages(
            billing.switches.of(bot), as_of_ms=latest, default_operator=billing.default_operator
        )
        counted.update({(bot, user, one.id): one.at_ms for one in messages if one.author == BOT})
    return {one.id: at for one in left if (at := counted.get((one.bot, one.user, one.anchor))) is not None}


def _line(one: Compared) -> dict[str, Any]:
    return _with_reason(
        {
            "outcome": one.outcome,
            "theirs": None if one.theirs is None else _their_side(one.theirs),
            "ours": None if one.ours is None else _our_side(one.ours),
        },
        one.reason,
    )


def _their_side(line: Theirs) -> dict[str, Any]:
    return {
        "id": line.id,
        "product": line.product,
        "bot": line.bot,
        "start": rfc3339(from_ms(line.start_ms)),
        "duration_s": line.duration_s,
        "mt_messages": line.mt_count,
        "mo_messages": line.mo_count,
        "size_kilobytes": line.size_kilobytes,
        "billed": line.billed,
        "micros": line.micros,
    }


def _our_side(charge: Ours) -> dict[str, Any]:
    return {
        "charge": charge.id,
        "product": charge.product,
        "bot": charge.bot,
        "contact": charge.user,
        "msg": charge.anchor,
        "start": rfc3339(from_ms(charge.start_ms)),
        "mt_messages": charge.mt_count,
        "mo_messages": charge.mo_count,
        "micros": charge.micros,
    }


def _with_reason(line: dict[str, Any], reason: str) -> dict[str, Any]:
    return {**line, "reason": reason} if reason else line


def _counts(outcomes: Iterable[str]) -> dict[str, int]:
    counted = Counter(outcomes)
    return {outcome: counted[outcome] for outcome in OUTCOMES}
