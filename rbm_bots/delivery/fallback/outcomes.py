"""What came of a saga, read from its facts. Final once its timer is gone and the last report is in."""

from __future__ import annotations

from typing import Literal

from rbm_bots.delivery.fallback.saga import Saga

__all__ = ["Measure", "Outcome", "is_double", "measures", "outcome"]

Outcome = Literal["DOUBLE", "DONE_SMS", "DONE_RCS", "FAILED", "UNKNOWN", "REFUSED", "EXPIRED"]
Measure = Literal["fallback", "uncertain", "late_receipt", "double"]


def is_double(saga: Saga) -> bool:
    """Whether the person got it twice as far as is known: RCS and an SMS not wholly lost, or both tries of the SMS."""
    if saga.delivered and any(not one.lost for one in saga.tries):
        return True
    return sum(one.delivered for one in saga.tries) > 1


def outcome(saga: Saga) -> Outcome:
    """The one word for it; ``UNKNOWN`` also while it is still on its way. What the person has goes before the rest."""
    if is_double(saga):
        return "DOUBLE"
    if any(one.delivered for one in saga.tries):
        return "DONE_SMS"
    if saga.delivered:
        return "DONE_RCS"
    if saga.tries:
        return "FAILED" if all(one.failed for one in saga.tries) else "UNKNOWN"
    if saga.phase == "refused":
        return "REFUSED"
    return "EXPIRED" if saga.phase == "expired" else "UNKNOWN"


def measures(saga: Saga) -> frozenset[Measure]:
    """What this saga adds to the counts, each at most once. ``double`` can go again when the SMS turns out lost."""
    found: dict[Measure, bool] = {
        "fallback": saga.rcs_left_at is not None and bool(saga.tries),
        "uncertain": saga.uncertain,
        "late_receipt": saga.late,
        "double": is_double(saga),
    }
    return frozenset(name for name, holds in found.items() if holds)
