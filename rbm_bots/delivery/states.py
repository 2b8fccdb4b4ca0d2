"""The states of an outbox row: they only move forward.

The one step back, ``attempting`` to ``queued``, is taken only when it is certain that no byte of the request left, or
that the operator refused it unread (429). ``unknown``: nobody knows whether it left, and it is never sent again by
itself.

::

    queued ─► attempting ─► accepted ─► sent ─► delivered ─► displayed
       │          │  │          │         │
       │          │  │          └─► revoking ─► revoked   (or delivered after all)
       │          │  └─► unknown ─► accepted
       │          └────► rejected                                the operator said no
       └─► refused                                               our own rules said no
                        failed: after accepted, sent, revoking   the operator could not deliver
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

__all__ = ["FINAL", "LANES", "State", "after_receipt", "may_move"]

State = Literal[
    "queued", "attempting", "unknown", "refused", "rejected",
    "accepted", "sent", "revoking", "delivered", "displayed", "revoked", "failed",
]  # fmt: skip

LANES: Final = {"code": 0, "conversation": 1, "service": 2, "marketing": 3}
"""One-time code before conversation before service before marketing."""

FINAL: Final[frozenset[State]] = frozenset({"refused", "rejected", "displayed", "revoked", "failed"})

_UNDERWAY: Final[frozenset[State]] = frozenset({"sent", "revoking", "delivered", "displayed", "revoked", "failed"})
_NEXT: Final[Mapping[str, frozenset[State]]] = {
    "queued": frozenset({"attempting", "refused"}),
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


def may_move(current: str, wanted: str) -> bool:
    """Whether a row may go from one state to the other."""
    return wanted in _NEXT.get(current, frozenset())


def after_receipt(current: str, status: str) -> State | None:
    """The state a receipt moves a row to; ``None`` when it changes nothing (a repeat, an older step, a late order)."""
    wanted = _RECEIPTS.get(status)
    return wanted if wanted is not None and may_move(current, wanted) else None
