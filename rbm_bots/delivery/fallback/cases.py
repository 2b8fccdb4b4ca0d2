"""Reads a file of timelines: each case is one logical message, what befalls it and when.

Times are seconds after the case's ``start``, which only dates the records; they become instants here, to the
microsecond. A member that is ``null`` counts as absent, an unknown one is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from rbm_bots.clock import parse_instant
from rbm_bots.delivery.fallback.happenings import (
    Event,
    GateAnswered,
    OptChanged,
    RcsSubmitted,
    RcsTold,
    RevokeAnswered,
    SmsTold,
)
from rbm_bots.delivery.fallback.saga import Capability, RcsChannel, Saga
from rbm_bots.delivery.fallback.settings import FallbackChanges, OnUncertain, Wait, settings_for
from rbm_bots.dialogue.effects import MessageClass
from rbm_bots.errors import FaultsFound

__all__ = ["Case", "CasesUnreadable", "Happening", "read_cases"]

_Second = Annotated[float, msgspec.Meta(ge=-1_000_000_000, le=1_000_000_000)]
_CLASSES: Final[Mapping[str, MessageClass]] = {"otp": "code", "service": "service", "marketing": "marketing"}
_EVENTS: Final[Mapping[str, Event]] = {
    "rcs_accepted": RcsSubmitted(result="accepted"),
    "rcs_unknown": RcsSubmitted(result="unknown"),
    "rcs_unreachable": RcsSubmitted(result="unreachable"),
    "rcs_failed": RcsTold(status="failed"),
    "rcs_delivered": RcsTold(status="delivered"),
    "rcs_displayed": RcsTold(status="displayed"),
    "revoked": RcsTold(status="revoked"),
    "revoke_failed": RcsTold(status="revoke_failed"),
    "revoke_accepted": RevokeAnswered(result="accepted"),
    "revoke_unknown": RevokeAnswered(result="unknown"),
    "stop": OptChanged(do="stop"),
    "start": OptChanged(do="start"),
}


class CasesUnreadable(FaultsFound):
    """The file of cases cannot be read as described."""

    code = "cases"


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    deadline: Wait | None = None
    revoke_wait: Wait | None = None
    on_uncertain: OnUncertain | None = None
    revoke_grace: Wait | None = None
    sms_grace: Wait | None = None
    try_unknown: bool | None = None

    def changes(self) -> FallbackChanges:
        return FallbackChanges(
            deadline_s=self.deadline,
            revoke_wait_s=self.revoke_wait,
            on_uncertain=self.on_uncertain,
            revoke_grace_s=self.revoke_grace,
            sms_grace_s=self.sms_grace,
            try_unknown=self.try_unknown,
        )


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    t: _Second
    kind: Literal[
        "rcs_accepted", "rcs_unknown", "rcs_unreachable", "rcs_failed", "rcs_delivered", "rcs_displayed",
        "revoke_accepted", "revoke_refused", "revoke_unknown", "revoked", "revoke_failed", "gate", "stop", "start",
        "sms_accepted", "sms_unknown", "sms_delivered", "sms_failed", "restart",
    ]  # fmt: skip
    reason: Literal["delivered", "revoked", "other"] = "other"
    decision: Literal["allow", "defer", "deny"] | None = None
    until: _Second | None = None
    leg: Literal["rcs", "sms"] | None = None
    part: Annotated[int, msgspec.Meta(ge=1)] | None = None
    attempt: Literal[1, 2] = msgspec.field(default=1, name="try")


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    message_class: Literal["otp", "service", "marketing"] = msgspec.field(name="class")
    start: str = "2026-01-01T00:00:00Z"
    channel: RcsChannel = "maap"
    capability: Capability
    parts: Annotated[int, msgspec.Meta(ge=1, le=255)] = 1
    closes_at: _Second | None = None
    expires_at: _Second | None = None
    settings: _Settings = _Settings()
    events: tuple[_Event, ...] = ()


class _File(msgspec.Struct, frozen=True, kw_only=True):
    cases: tuple[_Case, ...]


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a timeline; ``None`` is a restart of our process."""

    at: datetime
    event: Event | None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A saga before its start, and its timeline in the order of arrival."""

    id: str
    saga: Saga
    timeline: tuple[Happening, ...]


def read_cases(body: bytes) -> tuple[Case, ...]:
    """The cases of a file, in its order. Raises :class:`CasesUnreadable`: in one sentence where and what is wrong."""
    try:
        found = msgspec.convert(_without_nulls(msgspec.json.decode(body)), _File)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise CasesUnreadable(f"the file cannot be read: {fault}") from None
    return tuple(_case(one) for one in found.cases)


def _without_nulls(value: object) -> object:
    match value:
        case dict():
            return {name: _without_nulls(member) for name, member in value.items() if member is not None}
        case list():
            return [_without_nulls(member) for member in value]
        case _:
            return value


def _case(told: _Case) -> Case:
    start = parse_instant(told.start)
    if start is None:
        raise CasesUnreadable(f"case {told.id}: «start» is not an instant with its offset")
    try:
        saga = Saga.begin(
            message_class=_CLASSES[told.message_class],
            channel=told.channel,
            capability=told.capability,
            settings=settings_for(_CLASSES[told.message_class], told.settings.changes()),
            starts_at=start,
            parts=told.parts,
            closes_at=_instant(start, told.closes_at),
            expires_at=_instant(start, told.expires_at),
        )
        return Case(id=told.id, saga=saga, timeline=_timeline(told, start))
    except OverflowError:
        raise CasesUnreadable(f"case {told.id}: a time lies beyond the calendar") from None


def _timeline(told: _Case, start: datetime) -> tuple[Happening, ...]:
    happenings: list[Happening] = []
    for number, event in enumerate(told.events, start=1):
        if event.kind == "gate" and (event.decision is None or (event.decision == "defer" and event.until is None)):
            raise CasesUnreadable(f"case {told.id}: event {number} needs a decision, and until when it defers")
        at = start + timedelta(seconds=event.t)
        if happenings and at < happenings[-1].at:
            raise CasesUnreadable(f"case {told.id}: event {number} comes before the one above it")
        happenings.append(Happening(at=at, event=_event(event, start)))
    return tuple(happenings)


def _event(told: _Event, start: datetime) -> Event | None:
    match told.kind:
        case "gate":
            assert told.decision is not None  # the timeline has been looked at
            return GateAnswered(decision=told.decision, until=_instant(start, told.until), leg=told.leg)
        case "revoke_refused":
            return RevokeAnswered(result="refused" if told.reason == "other" else told.reason)
        case "sms_accepted" | "sms_unknown" | "sms_delivered" | "sms_failed":
            return _sms(told)
        case "restart":
            return None
        case _:
            return _EVENTS[told.kind]


def _sms(told: _Event) -> SmsTold:
    status: dict[str, Literal["accepted", "unknown", "delivered", "failed"]] = {
        "sms_accepted": "accepted",
        "sms_unknown": "unknown",
        "sms_delivered": "delivered",
        "sms_failed": "failed",
    }
    return SmsTold(status=status[told.kind], part=told.part, attempt=told.attempt)


def _instant(start: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else (start + timedelta(seconds=seconds)).astimezone(UTC)
