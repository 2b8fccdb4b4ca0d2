"""The states of an outbox row: they only move forward.

The one step back, ``attempting`` to ``queued``, is taken only when it is certain that no byte of the request left, or
that the operator refused it unread (429). ``unknown``: nobody knows whether it left, and it is never sent again by
itself.

::

    held ◄─► queued                                              a pause of its campaign; may be refused too

    queued ─► attempting ─► accepted ─► sent ─► delivered ─► displayed
       │          │  │          │         │
       │          │  │          └─► revoking ─► revoked   (or delivered after all)
       │          │  └─► unknown ─► accepted
       │          └────► rejected                                the operator said no
       ├─► refused                                               our own rules said no
       └─► skipped                                               an SMS takes its place
                        failed: after accepted, sent, revoking   the operator could not deliver
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

__all__ = ["FINAL", "LANES", "REVOKE_LANES", "State", "after_receipt", "after_report", "may_move"]

State = Literal[
    "held", "queued", "attempting", "unknown", "refused", "skipped", "rejected",
    "accepted", "sent", "revoking", "delivered", "displayed", "revoked", "failed",
]  # fmt: skip

LANES: Final = {"code": 0, "conversation": 2, "service": 4, "marketing": 6}
"""One-time code before conversation before service before marketing."""

REVOKE_LANES: Final = {name: lane - 1 for name, lane in LANES.items()}
"""A revoke goes before the messages of its class and after those of higher classes: at a closing hour a campaign may
revoke ten thousand messages at once, and a one-time code must not wait behind them."""

FINAL: Final[frozenset[State]] = frozenset({"refused", "skipped", "rejected", "displayed", "revoked", "failed"})

_UNDERWAY: Final[frozenset[State]] = frozenset({"sent", "revoking", "delivered", "displayed", "revoked", "failed"})
_NEXT: Final[Mapping[str, frozenset[State]]] = {
    "held": frozenset({"queued", "refused"}),
    "queued": frozenset({"held", "attempting", "refused", "skipped"}),
    "attempting": frozenset({"queued", "accepted", "unknown", "rejected"}),
    "unknown": frozenset({"queued", "accepted", "rejected"}),
    "accepted": _UNDERWAY,
    "sent": _UNDERWAY - {"sent"},
    "revoking": frozenset({"delivered", "displayed", "revoked", "failed"}),
    "delivered": frozenset({"displayed"}),
}

_RECEIPTS: Final[Mapping[str, State]] = {
    "sent": "sent",
    "delivered": "delivered",
    "displayed": "displayed",
    "canceled": "revoking",
    "revoked": "revoked",
    "failed": "failed",
}


_REPORTS: Final[Mapping[str, frozenset[State]]] = {
    "attempting": frozenset({"delivered", "failed"}),
    "unknown": frozenset({"accepted", "delivered", "failed"}),
    "accepted": frozenset({"delivered", "failed"}),
    "failed": frozenset({"delivered"}),
}


def may_move(current: str, wanted: str) -> bool:
    """Whether a row may go from one state to the other."""
    return wanted in _NEXT.get(current, frozenset())


def after_receipt(current: str, status: str) -> State | None:
    """The state a receipt moves a row to; ``None`` when it changes nothing (a repeat, an older step, a late order)."""
    wanted = _RECEIPTS.get(status)
    return wanted if wanted is not None and may_move(current, wanted) else None


def after_report(current: str, status: str) -> State | None:
    """The state that a centre's report moves a part of an SMS to; ``None`` when it changes nothing.

    A report may come before the submit is answered, and delivered beats failed in any order.
    """
    return next((state for state in _REPORTS.get(current, frozenset()) if state == status), None)
