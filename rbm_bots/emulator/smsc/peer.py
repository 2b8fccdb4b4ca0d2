"""One connection to the emulated centre: strict about what the client sends, and driven by its recipients' digits."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from typing import TYPE_CHECKING, Final, Literal

from rbm_bots.channels.sms.ucp.frame import Frame, FrameCutter, FrameFault, encode, read_frame, refusal_of
from rbm_bots.channels.sms.ucp.operations import ALERT, LOGIN, SUBMIT, alert_fields, read_login, read_submit
from rbm_bots.emulator.smsc.playing import play
from rbm_bots.emulator.smsc.scenarios import scenario_of

if TYPE_CHECKING:
    from rbm_bots.emulator.smsc.centre import Smsc

__all__ = ["Manner", "Peer"]

Manner = Literal["whole", "octets", "glued"]

_READ: Final = 65_536
_NUMBERS: Final = 100


class Peer:
    """A client's session, from its connection to its end."""

    def __init__(
        self, *, centre: Smsc, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_back: bool = False
    ) -> None:
        self._centre = centre
        self._reader = reader
        self._writer = writer
        self._next = 0
        self._submits = 0
        self._held = b""
        self._last_heard = centre.clock.now()
        self._theirs: set[int] = set()  # their numbers without a result of ours
        self._ours: dict[int, tuple[int, tuple[str, ...]]] = {}  # our operations without a result of theirs
        self.logged_in = is_back  # on a connection of the centre's own nobody logs in
        self.is_back = is_back

    async def run(self) -> None:
        """Serve until the connection ends."""
        if self._centre.settings.idle_s is not None:
            self._centre.later(self._watch(self._centre.settings.idle_s))
        cutter = FrameCutter()
        with contextlib.suppress(OSError):
            while data := await self._reader.read(_READ):
                for octets in cutter.feed(data):
                    read = read_frame(octets, strict=True)
                    self._last_heard = self._centre.clock.now()
                    self._centre.record.add(read, direction="in", at=self._last_heard)
                    self._take(read)
        self.logged_in = False
        self._centre.take_back(one for one in self._ours.values() if one[0] != ALERT)

    def cut(self) -> None:
        """End the connection at once."""
        self.logged_in = False
        self._writer.close()

    async def _watch(self, idle_s: float) -> None:
        while not self._writer.is_closing():
            await self._centre.clock.sleep(idle_s)
            if (self._centre.clock.now() - self._last_heard).total_seconds() >= idle_s:
                self._centre.counts["idle"] += 1
                self.cut()

    @property
    def has_room(self) -> bool:
        """Whether a number is left for an operation of the centre's own."""
        is_for_ours = self.is_back or self._centre.settings.connect_back is None
        return self.logged_in and is_for_ours and len(self._ours) < _NUMBERS

    def operate(self, ot: int, fields: tuple[str, ...]) -> None:
        """Send an operation of the centre's own; ask :attr:`has_room` first."""
        while self._next in self._ours:
            self._next = (self._next + 1) % _NUMBERS
        trn = self._next
        self._next = (trn + 1) % _NUMBERS
        self._ours[trn] = (ot, fields)
        self.write(Frame(trn=trn, kind="O", ot=ot, fields=fields))

    def answer(self, operation: Frame, *fields: str) -> None:
        """Send the result of an operation; its number is free again."""
        self.settled(operation)
        self.write(Frame(trn=operation.trn, kind="R", ot=operation.ot, fields=fields))

    def settled(self, operation: Frame) -> None:
        """The operation needs no further result."""
        self._theirs.discard(operation.trn)

    def write(self, frame: Frame, *, manner: Manner | None = None) -> None:
        """Write a frame in a manner of its own, or as the session's settings say."""
        octets = encode(frame)
        self._centre.record.add(octets, direction="out", at=self._centre.clock.now())
        manner = manner or self._centre.settings.writes
        if manner == "octets":
            for at in range(len(octets)):
                self._write(octets[at : at + 1])
        elif manner == "glued":
            self._held += octets
            self._centre.later(self._release())
        else:
            self._write(octets)

    def write_damaged(self, octets: bytes) -> None:
        """Write octets that are no frame."""
        self._centre.record.add(octets, direction="out", at=self._centre.clock.now())
        self._write(octets)

    async def _release(self) -> None:
        await self._centre.clock.sleep(self._centre.settings.moment_s)
        self._write(b"")

    def _write(self, octets: bytes) -> None:
        """Write octets, after those that were held."""
        octets, self._held = self._held + octets, b""
        if octets and not self._writer.is_closing():
            self._writer.write(octets)

    def _take(self, read: Frame | FrameFault) -> None:
        if isinstance(read, FrameFault):
            self._centre.counts[f"fault_{read.fault}"] += 1
            refusal = refusal_of(read)
            if refusal is not None:
                self.write(refusal)
        elif read.kind == "R":
            self._settle(read)
        else:
            self._centre.counts[f"in_{read.ot:02}"] += 1
            self._operation(read)

    def _settle(self, result: Frame) -> None:
        if result.trn not in self._ours or self._ours[result.trn][0] != result.ot:
            self._centre.counts["foreign_result"] += 1
            return
        del self._ours[result.trn]
        self._centre.counts[f"result_{result.ot:02}_{result.fields[0]}"] += 1
        self._centre.flush()

    def _operation(self, frame: Frame) -> None:
        if frame.trn in self._theirs:
            self._centre.counts["reused_number"] += 1
            self.write(Frame(trn=frame.trn, kind="R", ot=frame.ot, fields=("N", "02", "")))
            return
        self._theirs.add(frame.trn)
        if frame.ot == LOGIN:
            self._login(frame)
        elif not self.logged_in or frame.ot not in (ALERT, SUBMIT):
            self.answer(frame, "N", "04" if frame.ot in (ALERT, SUBMIT) else "03", "")
        elif self._centre.is_over_rate() or self._is_beyond_window():
            self.answer(frame, "N", "04", "")
        elif frame.ot == ALERT:
            self._alert(frame)
        else:
            self._submit(frame)

    def _is_beyond_window(self) -> bool:
        window = self._centre.settings.window
        beyond = window is not None and len(self._theirs) > window
        self._centre.counts["beyond_window"] += beyond
        return beyond

    def _login(self, frame: Frame) -> None:
        login, wanted = read_login(frame), self._centre.settings
        right = login.account == wanted.account and hmac.compare_digest(
            login.password.encode(), wanted.password.encode()
        )
        if wanted.refuse_login or not right:
            self._centre.counts["login_refused"] += 1
            self.answer(frame, "N", wanted.refuse_login or "07", "")
            return
        self.logged_in = True
        self.answer(frame, "A", "")
        if wanted.drop_after == 0:
            self.cut()
        self._centre.logged_in()

    def _alert(self, frame: Frame) -> None:
        if frame.fields[:2] == alert_fields(self._centre.settings.account):
            self.answer(frame, "A", f"{min(self._centre.waiting, 9999):04}")
        else:
            self.answer(frame, "N", "06", "")

    def _submit(self, frame: Frame) -> None:
        try:
            submit = read_submit(frame, self._centre.zone)
        except ValueError:  # a packed name that is none
            self.answer(frame, "N", "02", "")
            return
        self._submits += 1
        scenario = scenario_of(submit.to)
        if self._submits == self._centre.settings.drop_after:
            self.cut()
        elif scenario.refuse:
            self.answer(frame, "N", scenario.refuse, "")
        else:
            digits = self._centre.take(submit)
            self._centre.later(play(self._centre, self, frame, submit=submit, digits=digits, scenario=scenario))
