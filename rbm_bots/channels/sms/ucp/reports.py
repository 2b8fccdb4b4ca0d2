"""Delivery reports find their message.

Theory of operation. The result of a submit names the recipient and a stamp, ``AdC:SCTS``; a report repeats both, and
that is the only link. The stamp counts seconds, so two parts to one person can share it: each key holds a first-in
first-out list, and a report goes to the first part of it that is not final. A report may come before the result (it is
parked for five minutes), twice, out of order, or never. States only move forward; *delivered* after *failed* is a
contradiction, kept and counted, and delivered wins. No report by the deadline is ``unknown``, never ``failed``.

Addresses compare as they were sent, then by their last nine digits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from rbm_bots.channels.sms.ucp.operations import Report

__all__ = ["Progress", "ReportBook", "State"]

State = Literal["submitted", "buffered", "delivered", "failed", "unknown"]
_PARKED: Final = timedelta(minutes=5)
_LAST_DIGITS: Final = 9
_ALIAS_DIGITS: Final = 12  # an alias is compared whole
_RANK: Final[dict[State, int]] = {"submitted": 0, "buffered": 1, "unknown": 2, "failed": 3, "delivered": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A message moved: ``label`` is the caller's name of the part. ``contradiction``: it had failed before."""

    label: str
    state: State
    reason: str = ""
    contradiction: bool = False


@dataclass(slots=True)
class _Message:
    label: str
    address: str
    deadline: datetime
    state: State = "submitted"


class ReportBook:
    """The parts whose reports are awaited, of one link. ``parked_dropped`` counts reports that belonged to nothing."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, str], list[_Message]] = {}
        self._parked: deque[tuple[datetime, Report]] = deque()
        self.parked_dropped = 0
        self.contradictions = 0

    @property
    def awaited(self) -> int:
        """How many parts have no final state."""
        return sum(_RANK[one.state] < _RANK["unknown"] for group in self._by_key.values() for one in group)

    @property
    def parked(self) -> int:
        """How many reports wait for the result of their submit."""
        return len(self._parked)

    def submitted(self, *, label: str, address: str, digits: str, deadline: datetime) -> tuple[Progress, ...]:
        """A part was accepted as ``address:digits``. Returns what parked reports already say of it."""
        message = _Message(label, address, deadline)
        self._by_key.setdefault((digits, address[-_LAST_DIGITS:]), []).append(message)
        moved, left = [], deque[tuple[datetime, Report]]()
        for since, report in self._parked:
            if report.scts.digits == digits and _same(report.recipient, address):
                moved.append(self._moved(message, report))
            else:
                left.append((since, report))
        self._parked = left
        return tuple(one for one in moved if one is not None)

    def reported(self, report: Report, *, now: datetime) -> Progress | None:
        """A report came; ``None`` when it says nothing new, or its message is not known yet."""
        candidates = self._candidates(report)
        if not candidates:
            self._parked.append((now, report))
            return None
        moving = [one for one in candidates if _RANK[one.state] < _RANK[report.state]]
        waiting = [one for one in moving if _RANK[one.state] < _RANK["failed"]]
        return self._moved((waiting or moving or candidates)[0], report)

    def awaits(self, report: Report) -> bool:
        """Whether a part is here that this report would move."""
        return any(_RANK[one.state] < _RANK[report.state] for one in self._candidates(report))

    def _candidates(self, report: Report) -> list[_Message]:
        group = self._by_key.get((report.scts.digits, report.recipient[-_LAST_DIGITS:]), [])
        exact = [one for one in group if one.address == report.recipient]
        return exact or [one for one in group if _same(one.address, report.recipient)]

    def _moved(self, message: _Message, report: Report) -> Progress | None:
        if _RANK[report.state] <= _RANK[message.state]:
            return None
        contradiction = message.state == "failed"
        self.contradictions += contradiction
        message.state = report.state
        reason = "" if report.state == "delivered" else report.reason
        return Progress(label=message.label, state=report.state, reason=reason, contradiction=contradiction)

    def overdue(self, now: datetime) -> tuple[Progress, ...]:
        """Forget what is past its deadline, and say ``unknown`` of what no report ended; drop old parked reports."""
        while self._parked and self._parked[0][0] + _PARKED <= now:
            self._parked.popleft()
            self.parked_dropped += 1
        unknown = []
        for key, group in list(self._by_key.items()):
            unknown += [one for one in group if one.deadline <= now and _RANK[one.state] < _RANK["unknown"]]
            kept = [one for one in group if one.deadline > now]
            if kept:
                self._by_key[key] = kept
            else:
                del self._by_key[key]
        return tuple(Progress(label=one.label, state="unknown") for one in unknown)


def _same(one: str, other: str) -> bool:
    """Whether two forms name one phone; twelve digits without ``00`` in front may be an alias, compared whole."""
    if one == other:
        return True
    if any(len(form) == _ALIAS_DIGITS and not form.startswith("0") for form in (one, other)):
        return False
    return len(one) >= _LAST_DIGITS and one[-_LAST_DIGITS:] == other[-_LAST_DIGITS:]
