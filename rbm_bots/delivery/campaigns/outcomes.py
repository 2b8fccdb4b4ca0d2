"""What came of a recipient, in one word, from the places where it stands: the recipient, the saga, the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["OUTCOMES", "message_outcomes", "outcome_of"]

OUTCOMES: Final[Mapping[str, str]] = {
    "waiting": "their turn has not come",
    "queued": "in the outbox",
    "sending": "with the operator at this instant, or between two tries",
    "sent": "taken by the operator",
    "delivered": "reached the phone by RCS",
    "displayed": "seen",
    "delivered_sms": "reached the phone by SMS",
    "double": "reached the phone twice: by both, or by two SMS",
    "maybe_double": "reached the phone by SMS, and nobody knows whether an earlier try did too",
    "failed": "the operator could not deliver",
    "rejected": "the operator said no",
    "refused": "a rule said no, or a cell could not be read",
    "skipped": "the scene ended without a word, or the person was busy each time",
    "expired": "its time was over",
    "unknown": "nobody knows whether it left; it is not sent again by itself",
    "revoked": "called back in time",
    "cancelled": "the campaign was ended before their turn",
    "held_out": "in the group that gets nothing",
}
"""Each outcome and what it means."""

_OF_SAGA: Final[Mapping[str, str]] = {
    "DONE_RCS": "delivered",
    "DONE_SMS": "delivered_sms",
    "DOUBLE": "double",
    "FAILED": "failed",
    "UNKNOWN": "unknown",
    "REFUSED": "refused",
    "EXPIRED": "expired",
}
_IN_DOUBT: Final[Mapping[str, str]] = {
    "DONE_SMS": "maybe_double",
    "FAILED": "unknown",
    "REFUSED": "unknown",
    "EXPIRED": "unknown",
}
"""What an end of a saga is worth while another call for the same message may have arrived or not."""

_OF_OUTBOX: Final[Mapping[str, str]] = {
    "queued": "queued",
    "held": "queued",
    "attempting": "sending",
    "accepted": "sent",
    "revoking": "sent",
    "skipped": "sending",
}
"""Other states of the outbox are outcomes themselves."""


def outcome_of(
    recipient: str, *, cancelled: bool, state: str | None, saga: str | None, reason: str = "", in_doubt: bool = False
) -> str:
    """The outcome of one person. ``state``: of the message in the outbox; ``saga``: of its saga; ``None``: has none.

    ``in_doubt``: nobody knows of one of the message's calls whether it arrived.
    """
    if recipient == "waiting":
        return "cancelled" if cancelled else "waiting"
    if recipient != "queued":
        return recipient
    if state == "refused" and reason == "cancelled":
        return "cancelled"
    if saga is not None:
        seen = saga == "DONE_RCS" and state == "displayed"
        return "displayed" if seen else _of_saga(saga, in_doubt=in_doubt)
    return "queued" if state is None else _OF_OUTBOX.get(state, state)


def _of_saga(saga: str, *, in_doubt: bool) -> str:
    known = _OF_SAGA.get(saga, "sending")
    return _IN_DOUBT.get(saga, known) if in_doubt else known


def message_outcomes(
    messages: Mapping[str, int], sagas: Mapping[str, int], doubtful: Mapping[str, int] | None = None
) -> dict[str, int]:
    """How many messages have each outcome. ``sagas``: by outcome, those under way under ``""``; empty without SMS.

    ``doubtful``: those of ``sagas`` that are in doubt.
    """
    found: dict[str, int] = {}
    if not sagas:
        for state, count in messages.items():
            word = _OF_OUTBOX.get(state, state)
            found[word] = found.get(word, 0) + count
        return found
    doubtful = doubtful or {}
    for outcome, count in sagas.items():
        some = doubtful.get(outcome, 0)
        for in_doubt, these in ((False, count - some), (True, some)) if outcome else ():
            word = _of_saga(outcome, in_doubt=in_doubt)
            found[word] = found.get(word, 0) + these
    waiting = messages.get("queued", 0) + messages.get("held", 0)
    under_way = sagas.get("", 0)
    found["queued"] = min(waiting, under_way)
    found["sending"] = under_way - found["queued"]
    return {word: count for word, count in found.items() if count}
