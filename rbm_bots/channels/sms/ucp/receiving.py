"""What the centre tells us: messages from phones, delivery reports, and results that came too late.

Theory of operation. What something that came in means (a message or a part of one, a submit that moved) goes to the end
of one list, and the list is told to the inbox in order. The positive result leaves when the list is empty: what the
centre sees acknowledged is stored, so a STOP holds and no part of a long message is lost. When the inbox fails, nothing
is answered and the list stays; the centre sends again, the repeat is recognised and not handled twice, and the list is
told again, then and every second. Only a report that comes before the result of its submit waits in memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from rbm_bots.channels.sms.ucp.codes import reason_class
from rbm_bots.channels.sms.ucp.frame import Frame, FrameFault
from rbm_bots.channels.sms.ucp.incoming import Incoming
from rbm_bots.channels.sms.ucp.operations import (
    CALL_INPUT,
    REPORT,
    SUBMIT,
    Deliver,
    Report,
    read_deliver,
    read_report,
)
from rbm_bots.channels.sms.ucp.reports import Progress, ReportBook
from rbm_bots.channels.sms.ucp.session import LateResult, Session
from rbm_bots.channels.sms.ucp.settings import UcpSettings
from rbm_bots.channels.sms.ucp.stamps import read_stamp
from rbm_bots.clock import Clock

__all__ = ["Accepted", "Heard", "Inbox", "Receiver"]

_TEND_S: Final = 1.0
_log = structlog.get_logger("rbm.sms.ucp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The centre took a part as ``address:digits``; both empty when it named no key, and no report can be matched.

    ``validity``: the end of validity as the centre cut it.
    """

    address: str = ""
    digits: str = ""
    validity: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message from a phone, or a part of a long one. ``sent``: the centre's stamp, else the time of receipt (UTC)."""

    message: Deliver
    sent: datetime


class Inbox(Protocol):
    """Who is told what the centre says. A method that raises makes the centre send the operation again."""

    async def message(self, heard: Heard) -> None:
        """A message from a phone, or a part of one."""
        ...

    async def progress(self, progress: Progress) -> None:
        """A part that was submitted under ``progress.label`` moved."""
        ...


class Receiver:
    """The incoming side of one link; it outlives sessions, for reports and repeats come on the next one too."""

    def __init__(self, *, settings: UcpSettings, inbox: Inbox, clock: Clock, count: Callable[[str], None]) -> None:
        self._settings = settings
        self._zone = settings.zone()
        self._inbox = inbox
        self._clock = clock
        self._count = count
        self._incoming = Incoming()
        self._due: deque[Heard | Progress] = deque()
        self._telling = asyncio.Lock()
        self.reports = ReportBook()

    async def work(self, session: Session) -> None:
        """Handle what comes in on ``session``, in order, for ever."""
        while True:
            item = await session.incoming.get()
            try:
                if isinstance(item, Frame):
                    await self._take(item)
                    session.answer(item, "A", *([""] if item.ot == CALL_INPUT else ["", ""]))
                else:
                    self._take_late(item)
            except Exception as failed:
                # The centre sends again what we do not answer; the link is not at fault.
                self._failed(failed)

    async def tend(self) -> None:
        """Look after missing reports, and what the inbox did not take, for ever."""
        while True:
            await self._clock.sleep(_TEND_S)
            self._due.extend(self.reports.overdue(self._clock.now()))
            try:
                await self._tell()
            except Exception as failed:
                # The list stays and is told again; a session does not end over it.
                self._failed(failed)

    async def _tell(self) -> None:
        """Tell the inbox all that is due, in order; what it does not take stays first in the list."""
        async with self._telling:
            while self._due:
                one = self._due[0]
                if isinstance(one, Heard):
                    await self._inbox.message(one)
                else:
                    await self._inbox.progress(one)
                self._due.popleft()

    def _failed(self, failed: Exception) -> None:
        self._count("inbox_failed")
        _log.error("ucp.inbox_failed", kind=type(failed).__name__)

    def accepted(self, named: dict[str, str], *, label: str, validity: datetime | None) -> Accepted:
        """A submit's positive result, by its named fields: its reports are awaited from now on."""
        address, colon, digits = named.get("SM", "").rpartition(":")
        cut = read_stamp(named.get("MVP", ""), self._zone).at
        if not colon:
            return Accepted(validity=cut)
        ends = cut or validity or self._clock.now() + timedelta(seconds=self._settings.validity_s)
        deadline = ends + timedelta(seconds=self._settings.report_margin_s)
        self._due.extend(self.reports.submitted(label=label, address=address, digits=digits, deadline=deadline))
        return Accepted(address=address, digits=digits, validity=cut)

    async def _take(self, frame: Frame) -> None:
        now = self._clock.now()
        read = read_report if frame.ot == REPORT else read_deliver
        operation: Deliver | Report = read(frame, zone=self._zone)
        if self._incoming.is_repeat(operation, trn=frame.trn, now=now) and not self._is_of_a_twin(operation):
            self._count("repeat")
        else:
            self._incoming.remember(operation, trn=frame.trn, now=now)
            meant = self._meaning(operation, now=now)
            if meant is not None:
                self._due.append(meant)
        await self._tell()

    def _meaning(self, operation: Deliver | Report, *, now: datetime) -> Heard | Progress | None:
        if isinstance(operation, Deliver):
            return Heard(message=operation, sent=operation.scts.at or now)
        if operation.state != "delivered":
            self._count(f"reason_{reason_class(operation.reason, own=self._settings.reason_classes)}")
        return self.reports.reported(operation, now=now)

    def _is_of_a_twin(self, operation: Deliver | Report) -> bool:
        """Whether a report that looks like a repeat belongs to another part with the same stamp."""
        return isinstance(operation, Report) and self.reports.awaits(operation)

    def _take_late(self, late: LateResult) -> None:
        """An unknown submit is known after all: accepted, or refused (the reason is then the code of two digits)."""
        operation, result = late
        if operation.ot != SUBMIT:
            return
        if isinstance(result, FrameFault) or result.fields[0] == "N":
            code = "" if isinstance(result, FrameFault) else result.fields[1]
            self._due.append(Progress(label=operation.label, state="failed", reason=code))
            return
        self._due.append(Progress(label=operation.label, state="submitted"))
        self.accepted(result.named(), label=operation.label, validity=None)
