"""One session on one connection: operations out, results in, operations in, results out.

Each direction numbers its own operations. What comes in goes to a bounded queue that one worker empties in order; when
the worker is slow the reader waits, our results are late, and the centre slows down by itself. Frames are written with
one ``write`` each and never wait for each other: the window bounds how much can be on its way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

import structlog

from rbm_bots.channels.sms.errors import LinkDown, LinkLost
from rbm_bots.channels.sms.ucp.frame import Frame, FrameCutter, FrameFault, encode, read_frame, refusal_of
from rbm_bots.channels.sms.ucp.operations import ALERT, CALL_INPUT, DELIVER, REPORT
from rbm_bots.channels.sms.ucp.window import Open, TrnWindow
from rbm_bots.clock import Clock

__all__ = ["LateResult", "Session"]

_READ: Final = 65_536
_MOST_WAITING: Final = 100
_MOST_FAULTS: Final = 10  # in a minute; then the two sides do not speak the same language
_MINUTE_S: Final = 60.0
_SWEEP_S: Final = 1.0
_log = structlog.get_logger("rbm.sms.ucp")

LateResult = tuple[Open, Frame | FrameFault]


class Session:
    """``read`` and ``sweep`` run until the link ends and then raise ``LinkLost``."""

    def __init__(
        self,
        *,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        window: int,
        result_timeout_s: float,
        clock: Clock,
        monotonic: Callable[[], float],
        count: Callable[[str], None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._timeout_s = result_timeout_s
        self._clock = clock
        self._monotonic = monotonic
        self._count = count
        self._faults: deque[float] = deque(maxlen=_MOST_FAULTS)
        self.window = TrnWindow(window)
        self.incoming: asyncio.Queue[Frame | LateResult] = asyncio.Queue(_MOST_WAITING)
        self.last_sent = monotonic()

    async def operate(self, ot: int, fields: tuple[str, ...], *, label: str = "") -> Frame | FrameFault:
        """Send an operation and wait for its result.

        Raises ``LinkDown`` when nothing was written; ``LinkLost`` and ``ResultLate`` when the outcome is unknown.
        """
        one = await self.window.take(ot, label=label, until=self._monotonic() + self._timeout_s)
        one.until = self._monotonic() + self._timeout_s
        if self._writer.is_closing():
            one.result.cancel()
            raise LinkDown
        self._write(Frame(trn=one.trn, kind="O", ot=ot, fields=fields))
        return await one.result

    def answer(self, operation: Frame, *fields: str) -> None:
        """Send the result of an operation that came in."""
        self._write(Frame(trn=operation.trn, kind="R", ot=operation.ot, fields=fields))

    def _write(self, frame: Frame) -> None:
        self.last_sent = self._monotonic()
        self._count(f"out_{frame.kind}{frame.ot:02}")
        if not self._writer.is_closing():
            self._writer.write(encode(frame))

    async def read(self) -> None:
        """Take what comes until the link ends."""
        cutter = FrameCutter()
        while True:
            try:
                data = await self._reader.read(_READ)
            except OSError:
                data = b""
            if not data:
                raise LinkLost
            for octets in cutter.feed(data):
                await self._take(read_frame(octets, strict=False))
            await self._drain()

    async def _drain(self) -> None:
        """Read no more while our answers pile up: a peer that asks and never reads must not fill our memory."""
        try:
            await self._writer.drain()
        except OSError:
            raise LinkLost from None

    async def _take(self, read: Frame | FrameFault) -> None:
        if isinstance(read, FrameFault):
            self._note_fault(read)
            if read.negative:
                await self._settle(read)
            refusal = refusal_of(read)
            if refusal is not None:
                self._write(refusal)
            return
        self._count(f"in_{read.kind}{read.ot:02}")
        if read.warnings:
            _log.warning("ucp.overlooked", frame=read.label, what=read.warnings)
        if read.kind == "R":
            await self._settle(read)
        elif read.ot in (CALL_INPUT, DELIVER, REPORT):
            await self.incoming.put(read)
        elif read.ot == ALERT:
            self.answer(read, "A", "0000")
        else:
            self.answer(read, "N", "03", "")

    async def _settle(self, result: Frame | FrameFault) -> None:
        if not self.window.knows(result.trn, result.ot):
            self._count("foreign_result")
            return
        late = self.window.settle(result)
        if late is not None:
            self._count("late_result")
            await self.incoming.put((late, result))

    def _note_fault(self, fault: FrameFault) -> None:
        """Count a fault; raises ``LinkLost`` at the tenth in a minute."""
        now = self._monotonic()
        self._faults.append(now)
        self._count(f"fault_{fault.fault}")
        _log.warning("ucp.fault", frame=fault.label, fault=fault.fault, why=fault.why)
        if len(self._faults) == _MOST_FAULTS and now - self._faults[0] <= _MINUTE_S:
            raise LinkLost

    async def sweep(self) -> None:
        """Give up operations whose time is over; raise ``LinkLost`` once the numbers are worn."""
        while True:
            await self._clock.sleep(_SWEEP_S)
            if self.window.expire(self._monotonic()):
                self._count("result_late")
            if self.window.is_worn:
                raise LinkLost

    def close(self) -> None:
        """End the session: what is open fails with ``LinkLost``."""
        self.window.close()
        self._writer.close()
