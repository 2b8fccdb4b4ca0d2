"""A link to the SMS centre that keeps a session open and comes back when it is lost.

Theory of operation. ``run`` connects to one host after the other, logs in, and stays until the link ends; then it
waits 1 to 60 s, longer each time, and up to ten minutes when the account was refused, for a storm of bad logins gets
accounts blocked. While a session stands, tasks serve it: the reader, the sweeper of operations without a result, the
keepalive, and the worker for what comes in. Any of them ending ends the session.

A submit waits for its lane's turn and a free number. It ends in exactly one way: accepted; refused with the class of
the centre's code; ``LinkDown``, nothing was written; or *unknown* (``LinkLost``, ``ResultLate``). Nothing is sent again
here: what an unknown message's class wants is decided above. Over-rate and busy answers pause the short code for 1, 2,
4 … 60 s. A code that means the account ends the session once its open results are here: one message is refused then,
and not the whole queue after it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Generic, TypeVar

import structlog

from rbm_bots.channels.sms.back_off import BusyPauses, Comeback, sleep_unless
from rbm_bots.channels.sms.errors import AccountRefused, LinkDown, LinkLost, RefusedForNow
from rbm_bots.channels.sms.ucp.codes import refusal_error
from rbm_bots.channels.sms.ucp.frame import Frame, FrameFault
from rbm_bots.channels.sms.ucp.operations import ALERT, LOGIN, SUBMIT, Login, Submit, alert_fields
from rbm_bots.channels.sms.ucp.receiving import Accepted, Inbox, Receiver
from rbm_bots.channels.sms.ucp.session import Session
from rbm_bots.channels.sms.ucp.settings import UcpSettings
from rbm_bots.channels.sms.ucp.turns import Lane, Turns
from rbm_bots.clock import Clock
from rbm_bots.errors import ChannelError, SendRejected, Throttled

__all__ = ["UcpClient", "closed"]

Sent = TypeVar("Sent")
_CONNECT_S: Final = 30.0
_CLOSE_S: Final = 5.0
_ALERT_COUNTS_S: Final = 1.25  # the second in which it counts, and what delays differ by
_ALARMING: Final = frozenset({"bug", "config"})
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
        comeback: Comeback | None = None,
        count: Callable[[str], None] = lambda _name: None,
        link: Callable[[str | None], Awaitable[None]] | None = None,
    ) -> None:
        self._settings = settings
        self._zone = settings.zone()
        self._turns = turns
        self._clock = clock
        self._monotonic = monotonic
        self._comeback = comeback or Comeback(monotonic=monotonic)
        self._pauses = BusyPauses(monotonic)
        self._count = count
        self._tell_link = link
        self._session: Session | None = None
        self._stopping = asyncio.Event()
        self._closing = asyncio.Event()  # a stop, or an account that may not go on
        self._barred: AccountRefused | None = None
        self._alerting = False
        self._was_up = False
        self.receiver = Receiver(settings=settings, inbox=inbox, clock=clock, count=count)
        self.up = asyncio.Event()

    async def run(self) -> None:
        """Keep a session open until :meth:`stop`."""
        hosts = self._settings.hosts
        while not self._stopping.is_set():
            ended = await self._serve(*hosts[self._comeback.failures % len(hosts)])
            if self._stopping.is_set():
                return
            wait_s = self._comeback.ended(refused=isinstance(ended, AccountRefused))
            why = ended.code if isinstance(ended, ChannelError) else "network"
            _log.warning("ucp.link_down", why=why)
            if self._tell_link is not None and self._was_up:
                await self._tell_link(why)
            await sleep_unless(self._stopping, wait_s, clock=self._clock)

    async def stop(self) -> None:
        """No new submits; wait up to ``drain_s`` for open results, then close."""
        self._stopping.set()
        self._closing.set()
        self._turns.changed()

    async def submit(self, submit: Submit, *, lane: Lane, label: str) -> Accepted:
        """Send one part. ``label`` is the caller's name of it, repeated in every :class:`Progress`.

        Raises a leaf of ``ChannelError``: ``SendRejected``, ``Throttled``, ``NotSent`` or ``OutcomeUnknown``.
        """
        fields = submit.fields(self._zone)
        turn = await self._turns.take(lane, has_room=self._has_room)
        try:
            result = await self._open_session().operate(SUBMIT, fields, label=label)
        except BaseException:
            self._turns.lost(turn)
            raise
        self._turns.answered(turn)
        return self._accepted(result, label=label, validity=submit.validity)

    def _has_room(self) -> bool:
        return self._open_session().window.has_room and not self._alerting

    def _open_session(self) -> Session:
        if self._session is None or self._closing.is_set():
            raise LinkDown
        return self._session

    def _accepted(self, result: Frame | FrameFault, *, label: str, validity: datetime | None) -> Accepted:
        if isinstance(result, FrameFault):
            raise SendRejected("the SMS centre refused without a readable code")
        named = result.named()
        if named["ACK"] == "N":
            raise self._refusal(named["EC"])
        self._pauses.taken()
        return self.receiver.accepted(named, label=label, validity=validity)

    def _refusal(self, code: str) -> ChannelError:
        kind = self._settings.class_of(code)
        self._count(f"refused_{kind}")
        if kind in _ALARMING:
            _log.error("ucp.refused", kind=kind, code=code)
        error = refusal_error(kind, code, is_rate=code in self._settings.overrate_codes)
        if isinstance(error, Throttled):
            error.retry_after_s = self._pauses.refused()
            self._turns.pause(error.retry_after_s)
        if isinstance(error, AccountRefused):
            self._bar(error)
        return error

    def _bar(self, error: AccountRefused) -> None:
        """Let nothing leave on this session any more, and end it."""
        self._barred = error
        self._closing.set()
        self._turns.changed()

    async def _serve(self, host: str, port: int) -> Exception:
        """One session from connect to end; returns why it ended."""
        self._was_up, self._barred = False, None
        tls = self._settings.tls
        try:
            async with asyncio.timeout(_CONNECT_S):
                reader, writer = await asyncio.open_connection(
                    host, port, ssl=tls, server_hostname=self._settings.tls_name or host if tls else None
                )
        except OSError as refused:  # a time-out and a certificate that is refused are ones too
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
            await closed(writer)
        return self._barred or ended

    async def _login(self, session: Session) -> None:
        wanted = self._settings
        login = Login(
            account=wanted.account, password=wanted.password, oton=wanted.oton, onpi=wanted.onpi, opid=wanted.opid
        )
        result = await session.operate(LOGIN, login.fields())
        if isinstance(result, FrameFault) or result.fields[0] != "A":
            self._count("login_refused")
            code = "" if isinstance(result, FrameFault) else result.fields[1]
            _log.error("ucp.login_refused", code=code)
            # a busy centre, or one that still holds the session before, is asked again soon
            is_ours = not code or self._settings.is_of_account(code)
            raise (AccountRefused if is_ours else RefusedForNow)(platform_code=code)

    async def _be_up(self, session: Session) -> None:
        """The session takes submits until the stop; then open results are waited for. Raises ``LinkLost``."""
        self._session, self._was_up = session, True
        if not self._stopping.is_set():
            self._closing.clear()
        self._comeback.opened()
        self.up.set()
        _log.info("ucp.link_up")
        if self._tell_link is not None:
            await self._tell_link(None)
        await self._closing.wait()
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
            quiet = asyncio.create_task(self._quiet())
            try:
                result = await self._alert(session)
            except BaseException:
                quiet.cancel()
                raise
            if isinstance(result, FrameFault) or result.fields[0] != "A":
                self._alert_refused("" if isinstance(result, FrameFault) else result.fields[1])
            await quiet

    async def _alert(self, session: Session) -> Frame | FrameFault:
        turn = self._turns.at_once()
        try:
            alert = alert_fields(self._settings.account, pid=self._settings.keepalive_pid)
            result = await session.operate(ALERT, alert)
        except BaseException:
            self._turns.lost(turn)
            raise
        self._turns.answered(turn)
        return result

    async def _quiet(self) -> None:
        """Where a 31 counts as an operation, no submits for a second: whoever paces them does not know of it."""
        self._alerting = self._settings.alert_counts
        try:
            await self._clock.sleep(_ALERT_COUNTS_S)
        finally:
            self._alerting = False
            self._turns.changed()

    def _alert_refused(self, code: str) -> None:
        self._count("keepalive_refused")
        _log.warning("ucp.keepalive_refused", code=code)
        if self._settings.is_of_account(code):
            self._bar(AccountRefused(platform_code=code))


def _first(group: BaseExceptionGroup[ChannelError]) -> ChannelError:
    """Why a session ended: a refused login before a lost link."""
    found = [one for one in group.exceptions if isinstance(one, ChannelError)]
    return next((one for one in found if isinstance(one, AccountRefused)), found[0])


async def closed(writer: asyncio.StreamWriter, *, within_s: float = _CLOSE_S) -> None:
    """Until the connection is closed; one whose other end reads nothing would never be, and is cut."""
    with contextlib.suppress(OSError):  # a time-out is one too
        async with asyncio.timeout(within_s):
            await writer.wait_closed()
    writer.transport.abort()
