"""What a stored fact says to its saga: the result of a call, a receipt of the platform, a report of an SMS. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from rbm_bots.delivery.fallback import Event
from rbm_bots.delivery.fallback.happenings import RcsSubmitted, RcsTold, RevokeAnswered, SmsTold
from rbm_bots.delivery.legs import Happened
from rbm_bots.store.outbox import Outcome, Queued, Receipt

__all__ = ["of_outcomes", "of_receipts", "of_report"]

_RECEIPTS: Final[Mapping[str, Event]] = {
    "delivered": RcsTold(status="delivered"),
    "displayed": RcsTold(status="displayed"),
    "failed": RcsTold(status="failed"),
    "revoked": RcsTold(status="revoked"),
    "revoke_failed": RcsTold(status="revoke_failed"),
}


def of_outcomes(outcomes: Iterable[Outcome]) -> list[Happened]:
    """What calls that ended say; one that goes back to the queue says nothing yet."""
    found = [(one.row, _EVENTS[one.row.operation](one)) for one in outcomes if one.row.operation in _EVENTS]
    return [
        Happened(message_id=row.logical_id, event=event)
        for row, event in found
        if row.logical_id is not None and event is not None
    ]


def of_receipts(receipts: Iterable[tuple[str, Receipt]]) -> list[Happened]:
    """What the platform's status events say of these logical messages."""
    return [
        Happened(message_id=logical_id, event=_RECEIPTS[receipt.status])
        for logical_id, receipt in receipts
        if receipt.status in _RECEIPTS
    ]


def of_report(part: Queued, status: Literal["accepted", "delivered", "failed"]) -> list[Happened]:
    """What a centre's word on one part says."""
    if part.logical_id is None:
        return []
    told = SmsTold(status=status, part=part.part, attempt=part.attempt)
    return [Happened(message_id=part.logical_id, event=told)]


def _of_rcs(outcome: Outcome) -> Event | None:
    match outcome.state:
        case "accepted":
            return RcsSubmitted(result="accepted")
        case "unknown":
            return RcsSubmitted(result="unknown")
        case "rejected" | "refused":
            return RcsSubmitted(result="unreachable") if outcome.told == "unreachable" else RcsTold(status="failed")
        case _:
            return None


def _of_revoke(outcome: Outcome) -> Event | None:
    match outcome.state:
        case "accepted":
            return RevokeAnswered(result="accepted")
        case "unknown":
            return RevokeAnswered(result="unknown")
        case "rejected" if outcome.told == "delivered":
            return RevokeAnswered(result="delivered")
        case "rejected" if outcome.told == "revoked":
            return RevokeAnswered(result="revoked")
        case "rejected" | "refused":
            return RevokeAnswered(result="refused")
        case _:
            return None


def _of_sms(outcome: Outcome) -> Event | None:
    row = outcome.row
    match outcome.state:
        case "accepted":
            return SmsTold(status="accepted", part=row.part, attempt=row.attempt)
        case "unknown":
            return SmsTold(status="unknown", part=row.part, attempt=row.attempt)
        case "rejected" | "refused":
            return SmsTold(status="failed", part=row.part, attempt=row.attempt)
        case _:
            return None


_EVENTS: Final = {"message": _of_rcs, "revoke": _of_revoke, "sms": _of_sms}
