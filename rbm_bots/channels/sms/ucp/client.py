"""A link to the SMS centre that keeps a session open and comes back when it is lost.

Theory of operation. ``run`` connects to one host after the other, logs in, and stays until the link ends; then it
waits 1 to 60 s, longer each time, and up to ten minutes after a refused login, for a storm of bad logins gets accounts
blocked. While a session stands, tasks serve it: the reader, the sweeper of operations without a result, the keepalive,
and the worker for what comes in. Any of them ending ends the session.

A submit waits for its lane's turn and a free number. It ends in exactly one way: accepted; refused with the class of
the centre's code; ``LinkDown``, nothing was written; or *unknown* (``LinkLost``, ``ResultLate``). Nothing is sent again
here: what an unknown message's class wants is decided above. Over-rate and busy answers pause the short code for 1, 2,
4 … 60 s.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Generic, TypeVar

import structlog

from rbm_bots.channels.sms.back_off import back_off_s
from rbm_bots.channels.sms.errors import AccountRefused, LinkDown, LinkLost
from rbm_bots.channels.sms.ucp.codes import ec_class, refusal_error
from rbm_bots.channels.sms.ucp.frame import Frame, FrameFault
from rbm_bots.channels.sms.ucp.operations import ALERT, LOGIN, SUBMIT, Login, Submit, alert_fields
from rbm_bots.channels.sms.ucp.receiving import Accepted, Inbox, Receiver
from rbm_bots.channels.sms.ucp.session import Session
from rbm_bots.channels.sms.ucp.settings import UcpSettings
from rbm_bots.channels.sms.ucp.turns import Lane, Turns
from rbm_bots.clock import Clock
from rbm_bots.errors import ChannelError, SendRejected

__all__ = ["UcpClient"]

Sent = TypeVar("Sent")
_random = random.SystemRandom()
_CONNECT_S: Final = 30.0
_LONGEST_PAUSE_S: Final = 60.0
_log = structlog.get_logger("rbm.sms.ucp")


class UcpClient(Generic[Sent]):
    """One link of one account. ``count`` is told the name of everything worth counting.

    ``link`` is told ``None`` when a session opens, and why when it ends.
    """

    def __init__(
        self,
        *,
        settings: UcpSettings,
        turns: Turns[Sent],
        inbox: Inbox,
        clock: Clock,
        monotonic: Callable[[], float],
        jitter: Callable[[], float] = _random.random,
        count: Callable[[str], None] = lambda _name: None,
        link: Callable[[str | None], Awaitable[None]] | None = None,
    ) -> None:
        self._settings = settings
        self._zone = settings.zone()
        self._turns = turns
        self._clock = clock
        self._monotonic = monotonic
        self._jitter = jitter
        self._count = count
        self._tell_link = link
        self._session: Session | None = None
        self._stopping = asyncio.Event()
        self._pause_s = 0.0
        self._was_up = False
        self.receiver = Receiver(settings=settings, inbox=inbox, clock=clock, count=count)
        self.up = asyncio.Event()

    async def run(self) -> None:
        """Keep a session open until :meth:`stop`."""
        failures, refusals = 0, 0
        while not self._stopping.is_set():
            host, port = self._settings.hosts[failures % len(self._settings.hosts)]
            ended = await self._serve(host, port)
            if self._stopping.is_set():
                return
            failures = 0 if self._was_up else failures + 1
            refusals = refusals + 1 if isinstance(ended, AccountRefused) else 0
            why = ended.code if isinstance(ended, ChannelError) else "network"
            _log.warning("ucp.link_down", why=why)
            if self._tell_link is not None and self._was_up:
                await self._tell_link(why)
            await self._wait(back_off_s(failures, refusals) * (0.5 + self._jitter() / 2))

    async def _wait(self, seconds: float) -> None:
        waits = {asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._stopping.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def stop(self) -> None:
        """No new submits; wait up to ``drain_s`` for open results, then close."""
        self._stopping.set()
        self._turns.changed()

    async def submit(self, submit: Submit, *, lane: Lane, label: str) -> Accepted:
        """Send one part. ``label`` is the caller's name of it, repeated in every :class:`Progress`.

        Raises a leaf of ``ChannelError``: ``SendRejected``, ``Throttled``, ``NotSent`` or ``OutcomeUnknown``.
        """
        fields = submit.fields(self._zone)
        turn = await self._turns.take(lane, has_room=lambda: self._open_session().window.has_room)
        try:
            result = await self._open_session().operate(SUBMIT, fields, label=label)
        except BaseException:
            self._turns.lost(turn)
            raise
        self._turns.answered(turn)
        return self._accepted(result, label=label, validity=submit.validity)

    def _open_session(self) -> Session:
        if self._session is None or self._stopping.is_set():
            raise LinkDown
        return self._session

    def _accepted(self, result: Frame | FrameFault, *, label: str, validity: datetime | None) -> Accepted:
        if isinstance(result, FrameFault):
            raise SendRejected("the SMS centre refused without a readable code")
        named = result.named()
        if named["ACK"] == "N":
            raise self._refusal(named["EC"])
        self._pause_s = 0.0
        return self.receiver.accepted(named, label=label, validity=validity)

    def _refusal(self, code: str) -> ChannelError:
        kind = ec_class(code, overrate=self._settings.overrate_codes)
        self._count(f"refused_{kind}")
        if kind == "throttle":
            self._pause_s = min(_LONGEST_PAUSE_S, self._pause_s * 2 or 1.0)
            self._turns.pause(self._pause_s)
        return refusal_error(kind, code, retry_after_s=self._pause_s if kind == "throttle" else None)

    async def _serve(self, host: str, port: int) -> Exception:
        """One session from connect to end; returns why it ended."""
        self._was_up = False
        try:
            async with asyncio.timeout(_CONNECT_S):
                reader, writer = await asyncio.open_connection(host, port)
        except OSError as refused:  # a time-out is one too
            return refused
        session = Session(
            reader=reader,
            writer=writer,
            window=self._settings.window,
            result_timeout_s=self._settings.result_timeout_s,
            clock=self._clock,
            monotonic=self._monotonic,
            count=self._count,
        )
        ended: Exception = LinkLost()
        try:
            async with asyncio.TaskGroup() as tasks:
                for task in (session.read(), session.sweep(), self.receiver.work(session), self.receiver.tend()):
                    tasks.create_task(task)
                await self._login(session)
                tasks.create_task(self._keep_alive(session))
                await self._be_up(session)
        except* ChannelError as group:
            ended = _first(group)
        finally:
            self._session = None
            self.up.clear()
            session.close()
            self._turns.changed()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        return ended

    async def _login(self, session: Session) -> None:
        wanted = self._settings
        login = Login(
            account=wanted.account, password=wanted.password, oton=wanted.oton, onpi=wanted.onpi, opid=wanted.opid
        )
        result = await session.operate(LOGIN, login.fields())
        if isinstance(result, FrameFault) or result.fields[0] != "A":
            self._count("login_refused")
            raise AccountRefused(platform_code="" if isinstance(result, FrameFault) else result.fields[1])

    async def _be_up(self, session: Session) -> None:
        """The session takes submits until the stop; then open results are waited for. Raises ``LinkLost``."""
        self._session, self._was_up = session, True
        self.up.set()
        _log.info("ucp.link_up")
        if self._tell_link is not None:
            await self._tell_link(None)
        await self._stopping.wait()
        ends = self._monotonic() + self._settings.drain_s
        while session.window.open and self._monotonic() < ends:
            await self._clock.sleep(0.05)
        raise LinkLost

    async def _keep_alive(self, session: Session) -> None:
        """A 31 after ``keepalive_s`` without sending; one without a result ends the session."""
        while True:
            idle = self._monotonic() - session.last_sent
            if idle < self._settings.keepalive_s:
                await self._clock.sleep(self._settings.keepalive_s - idle)
                continue
            turn = self._turns.at_once()
            try:
                alert = alert_fields(self._settings.account, pid=self._settings.keepalive_pid)
                result = await session.operate(ALERT, alert)
            except BaseException:
                self._turns.lost(turn)
                raise
            self._turns.answered(turn)
            if isinstance(result, FrameFault) or result.fields[0] != "A":
                self._count("keepalive_refused")
                _log.warning("ucp.keepalive_refused")


def _first(group: BaseExceptionGroup[ChannelError]) -> ChannelError:
    """Why a session ended: a refused login before a lost link."""
    found = [one for one in group.exceptions if isinstance(one, ChannelError)]
    return next((one for one in found if isinstance(one, AccountRefused)), found[0])
