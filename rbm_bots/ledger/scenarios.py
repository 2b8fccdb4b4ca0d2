"""Running rating scenarios: each is rated from nothing, at each checkpoint and at its end, and compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rbm_bots.clock import from_ms
from rbm_bots.ledger.charges import Charge, difference
from rbm_bots.ledger.comparison import differences
from rbm_bots.ledger.rating import Ledger, Rated, Rating
from rbm_bots.ledger.scenario_files import Line, Run, Scenario

__all__ = ["play"]


def play(scenario: Scenario) -> dict[str, Any]:
    """The result of a scenario as ``rbm ledger rate --json`` prints it."""
    before: Sequence[Charge] = ()
    shown: list[dict[str, Any]] = []
    for index, run in enumerate(scenario.runs):
        rated = _rate(scenario, run)
        result = _result(rated, before)
        missed = differences(result, run.expect)
        if index < len(scenario.runs) - 1:
            missed = [{**one, "checkpoint": index} for one in missed]
        shown.append({**result, "checkpoints": [], "ok": not missed, "differences": missed})
        before = rated.charges
    *checkpoints, last = shown
    missed = [missed for one in shown for missed in one["differences"]]
    return {"id": scenario.id, **last, "checkpoints": checkpoints, "ok": not missed, "differences": missed}


def _rate(scenario: Scenario, run: Run) -> Rated:
    rating = Rating(
        as_of_ms=run.as_of_ms,
        prices=scenario.prices,
        switches=scenario.switches,
        default_operator=scenario.operator,
    )
    return Ledger(run.facts).rate(rating)


def _result(rated: Rated, before: Iterable[Charge]) -> dict[str, Any]:
    changed = difference(before, rated.charges)
    return {
        "lines": [_line(one) for one in rated.charges],
        "pending": len(rated.holds),
        "total": rated.total,
        "unpriced": rated.unpriced,
        "periods": [one.month for one in rated.charges],
        "posted": [_line(one) for one in changed.posted],
        "reversed": [_line(one, sign=-1) for one in changed.reversed],
        "charges": [_charge(one) for one in rated.charges],
    }


def _line(charge: Charge, *, sign: int = 1) -> Line:
    return charge.product, charge.operator, None if charge.micros is None else sign * charge.micros


def _charge(charge: Charge) -> dict[str, Any]:
    return {
        "product": charge.product,
        "operator": charge.operator,
        "micros": charge.micros,
        "at": from_ms(charge.at_ms).isoformat(timespec="milliseconds"),
        "bot": charge.bot,
        "user": charge.user,
        "msg": charge.anchor,
        "period": charge.month,
        "mt_messages": charge.mt_count,
        "mo_messages": charge.mo_count,
    }
