"""Plays timelines through the saga in virtual time: its timers fire exactly when due, and our own calls take no time.

A restart is what it is in production: the value is written as JSON, and the next process reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import msgspec

from rbm_bots.delivery.fallback.advance import advance
from rbm_bots.delivery.fallback.cases import Case, CasesUnreadable
from rbm_bots.delivery.fallback.happenings import Action, Event, Revoke, SendRcs, SendSms, Tick
from rbm_bots.delivery.fallback.outcomes import is_double, outcome
from rbm_bots.delivery.fallback.saga import Saga

__all__ = ["Deed", "Played", "simulate"]

_decode: Final = msgspec.json.Decoder(Saga).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An action of the saga, and when it wanted it."""

    at: datetime
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A case when all its events and timers are over."""

    case: Case
    saga: Saga
    done: tuple[Deed, ...]

    @property
    def legs(self) -> list[tuple[Literal["rcs", "sms"], float]]:
        """The legs in the order they left, with the seconds after the start."""
        start = self.case.saga.starts_at
        return [
            ("rcs" if isinstance(one.action, SendRcs) else "sms", (one.at - start).total_seconds())
            for one in self.done
            if isinstance(one.action, SendRcs | SendSms)
        ]

    @property
    def revoke_sent(self) -> bool:
        """Whether the RCS message was asked to be taken back."""
        return any(isinstance(one.action, Revoke) for one in self.done)

    def as_json(self) -> dict[str, object]:
        """The object that ``rbm delivery simulate`` prints for the case."""
        return {
            "id": self.case.id,
            "legs": [{"channel": channel, "left_at": _plain(left_at)} for channel, left_at in self.legs],
            "outcome": outcome(self.saga),
            "double": is_double(self.saga),
            "revoke_sent": self.revoke_sent,
        }


class _Run:
    """A saga under way and what it did so far."""

    def __init__(self, saga: Saga) -> None:
        self.saga = saga
        self.done: list[Deed] = []

    def tell(self, event: Event, at: datetime) -> None:
        self.saga, actions = advance(self.saga, event, now=at)
        self.done.extend(Deed(at=at, action=action) for action in actions)

    def fire(self, before: datetime | None = None) -> None:
        """Let the timers that are due earlier than ``before`` happen, or all of them."""
        while (due := self.saga.due) is not None and (before is None or due < before):
            self.tell(Tick(), due)


def simulate(case: Case) -> Played:
    """Play one case to its end. Raises :class:`CasesUnreadable` where a timer lies beyond the calendar."""
    run = _Run(case.saga)
    try:
        for happening in case.timeline:
            run.fire(before=happening.at)
            if happening.event is None:
                run.saga = _decode(msgspec.json.encode(run.saga))
            else:
                run.tell(happening.event, happening.at)
        run.fire()
    except OverflowError:
        raise CasesUnreadable(f"case {case.id}: a time lies beyond the calendar") from None
    return Played(case=case, saga=run.saga, done=tuple(run.done))


def _plain(seconds: float) -> float | int:
    return int(seconds) if seconds.is_integer() else seconds
