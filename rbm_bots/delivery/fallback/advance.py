"""The saga's one transition: a value, an event and an instant in, a value and actions out. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, assert_never

from msgspec.structs import replace

from rbm_bots.delivery.fallback.happenings import (
    Action,
    Event,
    GateAnswered,
    OptChanged,
    RcsSubmitted,
    RcsTold,
    Revoke,
    RevokeAnswered,
    SmsTold,
    Tick,
)
from rbm_bots.delivery.fallback.legs import Step, leave_rcs, leave_sms, repeat_sms
from rbm_bots.delivery.fallback.saga import PartState, Phase, Saga, SmsTry

__all__ = ["advance"]

_RCS_OPEN: Final[frozenset[Phase]] = frozenset({"rcs_sent", "revoking", "held"})
_WAITING_TO_LEAVE: Final[frozenset[Phase]] = frozenset({"rcs_waiting", "sms_waiting"})


def advance(saga: Saga, event: Event, *, now: datetime) -> Step:
    """What ``event`` makes of ``saga`` at the instant ``now`` (aware, never earlier than before).

    The very ``saga`` comes back, without actions, when the event changes nothing: a repeat, a late word, a tick before
    its time. Otherwise ``version`` is one higher; commit value and actions together, then act.
    """
    changed, actions = _happens(saga, event, now)
    if changed == saga:
        return saga, ()
    return replace(changed, version=saga.version + 1), actions


def _happens(saga: Saga, event: Event, now: datetime) -> Step:
    match event:
        case Tick():
            return _time_passes(saga, now)
        case GateAnswered():
            return _gate_answers(saga, event), ()
        case OptChanged():
            return _opt_changes(saga, event, now), ()
        case SmsTold():
            return _sms_told(saga, event, now)
        case RcsSubmitted() | RcsTold() | RevokeAnswered() if saga.rcs_left_at is None:
            return saga, ()  # nothing can be told of what never left
        case RcsSubmitted():
            return _rcs_submitted(saga, event, now)
        case RcsTold():
            return _rcs_told(saga, event, now)
        case RevokeAnswered():
            return _revoke_answered(saga, event, now)
        case _:
            assert_never(event)


def _time_passes(saga: Saga, now: datetime) -> Step:
    actions: tuple[Action, ...] = ()
    while saga.due is not None and saga.due <= now:
        saga, more = _timer(saga, now)
        actions += more
    return saga, actions


def _timer(saga: Saga, now: datetime) -> Step:
    """What the one timer means in each phase."""
    match saga.phase:
        case "new":
            tries_rcs = saga.capability == "yes" or (saga.capability == "unknown" and saga.settings.try_unknown)
            return leave_rcs(saga, now) if tries_rcs else leave_sms(saga, now)
        case "rcs_waiting":
            return leave_rcs(saga, now)
        case "rcs_sent":
            return _deadline(saga, now)
        case "revoking" if saga.revoke == "sent":
            return _uncertain(saga, now)
        case "revoking" | "held":
            return leave_sms(saga, now)  # the grace time was quiet: that is a revoke
        case "sms_waiting":
            return leave_sms(saga, now)
        case _:
            return repeat_sms(saga, now)  # only an SMS that left has a timer still


def _deadline(saga: Saga, now: datetime) -> Step:
    if saga.channel == "maap" and not saga.confirmed:
        return _uncertain(saga, now)  # the platform makes the ids: without one there is nothing to name in a revoke
    due = now + timedelta(seconds=saga.settings.revoke_wait_s)
    return replace(saga, phase="revoking", revoke="sent", due=due), (Revoke(),)


def _uncertain(saga: Saga, now: datetime) -> Step:
    saga = replace(saga, uncertain=True)
    match saga.settings.on_uncertain:
        case "hold":
            # a grace time that runs goes on: its quiet end is a revoke on hold too
            return replace(saga, phase="held", due=saga.due if saga.revoke == "accepted" else None), ()
        case "drop":
            return replace(saga, phase="dropped", due=None), ()
        case "send" | "send_with_prefix":
            return leave_sms(saga, now)


def _gate_answers(saga: Saga, answer: GateAnswered) -> Saga:
    return replace(
        saga,
        gate_rcs=saga.gate_rcs if answer.leg == "sms" else answer,
        gate_sms=saga.gate_sms if answer.leg == "rcs" else answer,
    )


def _opt_changes(saga: Saga, event: OptChanged, now: datetime) -> Saga:
    """STOP purges marketing that could still leave; START brings nothing back."""
    over = saga.expires_at is not None and now > saga.expires_at
    if event.do == "start" or saga.message_class != "marketing" or over:
        return saga
    saga = replace(saga, purged=True)
    if saga.phase in _WAITING_TO_LEAVE:
        return replace(saga, phase="refused", due=None)
    return saga


def _rcs_submitted(saga: Saga, event: RcsSubmitted, now: datetime) -> Step:
    match event.result:
        case "accepted":
            return replace(saga, confirmed=True), ()
        case "unknown":
            return saga, ()  # without any answer it is the same
        case "unreachable" if saga.phase in _RCS_OPEN:
            return leave_sms(replace(saga, unreachable=True), now)
        case _:
            return saga, ()


def _rcs_told(saga: Saga, event: RcsTold, now: datetime) -> Step:
    match event.status:
        case "delivered" | "displayed":
            return _arrived(saga), ()
        case "failed" | "revoked":
            return leave_sms(saga, now) if saga.phase in _RCS_OPEN else (saga, ())
        case "revoke_failed":
            return _uncertain(saga, now) if saga.phase == "revoking" else (saga, ())


def _revoke_answered(saga: Saga, event: RevokeAnswered, now: datetime) -> Step:
    match event.result:
        case "accepted" if saga.channel == "google" and saga.revoke == "sent" and saga.phase in {"revoking", "held"}:
            due = now + timedelta(seconds=saga.settings.revoke_grace_s)
            return replace(saga, revoke="accepted", due=due), ()
        case "revoked" if saga.phase in _RCS_OPEN:
            return leave_sms(saga, now)
        case "delivered" if saga.confirmed and not saga.refusal_void:
            return _arrived(saga), ()
        case "delivered" if saga.revoke != "none":
            # the platform does not know the id: delivered, or never taken; nothing that comes later can tell
            saga = replace(saga, refusal_void=True)
            return _uncertain(saga, now) if saga.phase == "revoking" else (saga, ())
        case "refused" if saga.phase == "revoking":
            return _uncertain(saga, now)
        case _:
            return saga, ()


def _arrived(saga: Saga) -> Saga:
    """The person has the RCS message: no SMS leaves any more, and one that left makes a double."""
    phase: Phase = "sms_sent" if saga.tries else "done_rcs"
    return replace(saga, phase=phase, delivered=True, late=bool(saga.tries), due=None)


def _sms_told(saga: Saga, event: SmsTold, now: datetime) -> Step:
    at = event.attempt - 1
    if not 0 <= at < len(saga.tries):
        return saga, ()
    sms = saga.tries[at]
    if event.status == "unknown":
        if sms.submit != "waiting":
            return saga, ()
        saga = _with_try(saga, at, replace(sms, submit="unknown"))
        return _plan_repeat(saga, now) if at == 0 else (saga, ())
    if event.status != "accepted":
        parts = tuple(
            _beats(part, event.status) if event.part in (None, number) else part
            for number, part in enumerate(sms.parts, start=1)
        )
        sms = replace(sms, parts=parts)
    saga = _with_try(saga, at, replace(sms, submit="known"))
    # a word of the first try ends the wish to repeat it
    return (replace(saga, due=None) if at == 0 else saga), ()


def _plan_repeat(saga: Saga, now: datetime) -> Step:
    match saga.settings.on_uncertain:
        case "send":
            return repeat_sms(saga, now)
        case "send_with_prefix":
            return replace(saga, due=now + timedelta(seconds=saga.settings.sms_grace_s)), ()
        case "hold" | "drop":
            return saga, ()


def _beats(known: PartState, told: PartState) -> PartState:
    return "delivered" if "delivered" in (known, told) else told


def _with_try(saga: Saga, at: int, sms: SmsTry) -> Saga:
    return replace(saga, tries=(*saga.tries[:at], sms, *saga.tries[at + 1 :]))
