"""How a leg leaves: purged, past its end, refused, deferred or gone. Both legs and the repeat go through here."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from rbm_bots.delivery.fallback.happenings import Action, GateAnswered, SendRcs, SendSms
from rbm_bots.delivery.fallback.saga import PartState, Saga, SmsTry

__all__ = ["Step", "leave_rcs", "leave_sms", "repeat_sms"]

Step = tuple[Saga, tuple[Action, ...]]
"""The next value and what to do, in order."""


def leave_rcs(saga: Saga, now: datetime) -> Step:
    """The RCS leg wants to leave; where the gate denies it, the SMS leg does."""
    closed = _closed(saga, now)
    if closed is not None:
        return replace(saga, phase=closed, due=None), ()
    again_at = _deferred(saga.gate_rcs, now)
    if again_at is not None:
        return replace(saga, phase="rcs_waiting", due=_sooner(again_at, saga.expires_at)), ()
    if saga.gate_rcs.decision == "deny":
        return leave_sms(saga, now)
    deadline = saga.deadline(now)
    return replace(saga, phase="rcs_sent", rcs_left_at=now, due=deadline), (SendRcs(until=deadline),)


def leave_sms(saga: Saga, now: datetime) -> Step:
    """The SMS leg wants to leave, first or in the place of RCS."""
    closed = _closed(saga, now)
    if closed is None and saga.rcs_left_at is not None and not saga.may_replace_rcs():
        closed = "refused"
    if closed is not None:
        return replace(saga, phase=closed, due=None), ()
    again_at = _deferred(saga.gate_sms, now)
    if again_at is not None:
        return replace(saga, phase="sms_waiting", due=_sooner(again_at, saga.expires_at)), ()
    if saga.gate_sms.decision == "deny":
        return replace(saga, phase="refused", due=None), ()
    prefixed = saga.uncertain and saga.settings.on_uncertain == "send_with_prefix"
    return _leaves(replace(saga, phase="sms_sent"), now, prefixed=prefixed)


def repeat_sms(saga: Saga, now: datetime) -> Step:
    """The one repeat of an SMS whose submit had no result; what forbids it forbids it for good."""
    if _closed(saga, now) is not None or saga.delivered:
        return replace(saga, due=None), ()
    again_at = _deferred(saga.gate_sms, now)
    if again_at is not None:
        return replace(saga, due=_sooner(again_at, saga.expires_at)), ()
    if saga.gate_sms.decision == "deny":
        return replace(saga, due=None), ()
    return _leaves(saga, now, prefixed=saga.settings.on_uncertain == "send_with_prefix")


def _leaves(saga: Saga, now: datetime, *, prefixed: bool) -> Step:
    waiting: PartState = "waiting"
    sms = SmsTry(left_at=now, parts=(waiting,) * saga.parts)
    sent = SendSms(attempt=len(saga.tries) + 1, prefixed=prefixed, until=saga.sms_until(now))
    return replace(saga, tries=(*saga.tries, sms), due=None), (sent,)


def _closed(saga: Saga, now: datetime) -> Literal["refused", "expired"] | None:
    if saga.purged:
        return "refused"
    return "expired" if saga.expires_at is not None and now >= saga.expires_at else None


def _deferred(gate: GateAnswered, now: datetime) -> datetime | None:
    """Until when the gate puts the leg off; a deferral that is over, or has no end, is none."""
    return gate.until if gate.decision == "defer" and gate.until is not None and gate.until > now else None


def _sooner(at: datetime, end: datetime | None) -> datetime:
    return at if end is None else min(at, end)
