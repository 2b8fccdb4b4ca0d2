"""One SMPP session after the other: submits matched to their results, and what comes in.

Theory of operation. A submit waits for a place in the window, is queued, written, and answered. Until its octets are
about to be written it is certain that nothing left (``LinkDown``); after that a link that ends makes it unknown
(``LinkLost``), and so does an answer that does not come in time (``ResultLate``). What is queued when a session ends is
withdrawn, so that no later session sends it behind the caller's back. A result that comes late is told to ``late``.

A message from the SMSC is answered after ``heard`` returned. When that fails the connection is dropped instead: the
SMSC hands the message over again on the next one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Protocol

import structlog

from rbm_bots.channels.sms.back_off import BusyPauses, Comeback, sleep_unless
from rbm_bots.channels.sms.errors import LinkDown, LinkLost, ResultLate
from rbm_bots.channels.sms.hosts import read_host
from rbm_bots.channels.sms.smpp.library import Back, Hook, Queue, client
from rbm_bots.channels.sms.smpp.pdu import Delivery, read_delivery
from rbm_bots.channels.sms.smpp.results import refusal_error
from rbm_bots.channels.sms.smpp.settings import SmppTransportSettings
from rbm_bots.clock import Clock
from rbm_bots.errors import ChannelError, Throttled

__all__ = ["LinkEars", "SmppLink"]

_BIND_RESULT: Final = 0x80000009
_SUBMIT_RESULT: Final = 0x80000004
_NOT_UNDERSTOOD: Final = 0x80000000
_DELIVER: Final = 0x00000005
_SOON_AGAIN: Final = frozenset({0x04, 0x05, 0x08, 0x14, 0x58, 0x64})  # a bind's: bound already, busy, or failing
_CLOSE_S: Final = 5.0
_log = structlog.get_logger("rbm.sms.smpp")


class LinkEars(Protocol):
    """Who is told what the link hears."""

    async def heard(self, delivery: Delivery) -> None:
        """A message or a report; it is answered when this returns."""
        ...

    async def late(self, label: str, outcome: str | ChannelError) -> None:
        """A submit that counted as unknown: taken after all, under this id, or refused."""
        ...

    async def link(self, why: str | None) -> None:
        """A session opened (``None``), or ended; never raises."""
        ...


@dataclass(slots=True, eq=False)
class _Open:
    """A submit without a result. ``number``: once its octets were about to be written."""

    label: str
    result: asyncio.Future[str]
    number: int | None = None


@dataclass(slots=True)
class _Session:
    """What lasts as long as one session."""

    by_number: dict[int, _Open] = field(default_factory=dict)


class SmppLink:
    """A link of one account. ``run`` until ``stop``."""

    def __init__(
        self,
        *,
        settings: SmppTransportSettings,
        ears: LinkEars,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        count_as: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._settings = settings
        self._ears = ears
        self._clock = clock
        self._comeback = Comeback(monotonic=monotonic)
        self._pauses = BusyPauses(monotonic)
        self._count = count_as
        self._queue = Queue()
        self._keys = count(1)
        self._waiting: dict[str, _Open] = {}
        self._session: _Session | None = None
        self._room = asyncio.Semaphore(settings.window)
        self._stopping = asyncio.Event()
        self._is_refused = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = client(
            settings,
            address=read_host(settings.host),
            hook=Hook(sending=self._sending, heard=self._heard, failed=self._failed),
            queue=self._queue,
            back=Back(up=self._up, down=self._down),
        )

    @property
    def is_up(self) -> bool:
        """Whether a session is open."""
        return self._session is not None and not self._stopping.is_set()

    async def run(self) -> None:
        """Keep a session open until :meth:`stop`."""
        await self._client.start()

    async def stop(self) -> None:
        """No new submits; wait up to ``drain_s`` for open results, then unbind."""
        self._stopping.set()
        open_results = [one.result for one in self._waiting.values()]
        if open_results:
            await asyncio.wait(open_results, timeout=self._settings.drain_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self._client.stop()
        self._client.close()
        self._end_session()

    async def submit(self, build: Callable[[str], Any], *, label: str) -> str:
        """Send what ``build`` makes with a key of ours; the SMSC's id. Raises as the module says, or a refusal."""
        async with self._room:
            if not self.is_up:
                raise LinkDown
            key = f"{next(self._keys):x}"
            message = build(key)
            one = self._waiting[key] = _Open(label, asyncio.get_running_loop().create_future())
            await self._queue.enqueue(message)
            try:
                async with asyncio.timeout(self._settings.result_timeout_s):
                    message_id = await one.result
            except TimeoutError:
                raise (ResultLate if one.number is not None else LinkDown)() from None
            finally:
                self._waiting.pop(key, None)
            self._pauses.taken()
            return message_id

    def _sending(self, message: Any) -> None:  # noqa: ANN401  # the library has no types
        """Octets are about to be written; raises when this one must not leave any more."""
        key = getattr(message, "log_id", "")
        if not key:
            return  # a bind, an enquiry, an answer
        one, session = self._waiting.get(key), self._session
        if one is None:
            raise ValueError("withdrawn")  # the library goes on with the next one
        if session is None or not self._client.is_bound:
            raise ConnectionResetError("the session is over")
        one.number = message.sequence_num
        session.by_number[message.sequence_num] = one
        self._count("out_submit")

    def _failed(self, message: Any) -> None:  # noqa: ANN401  # the library has no types
        one = self._waiting.get(message.log_id)
        if one is not None and not one.result.done():
            one.result.set_exception(LinkLost() if one.number is not None else LinkDown())

    async def _heard(self, message: Any, pdu: bytes) -> None:  # noqa: ANN401  # the library has no types
        command, status, number = (int.from_bytes(pdu[at : at + 4]) for at in (4, 8, 12))
        if command == _BIND_RESULT:
            self._is_refused = bool(status) and status not in _SOON_AGAIN
            self._count("bind_refused" if status else "bound")
        elif command in (_SUBMIT_RESULT, _NOT_UNDERSTOOD):
            await self._result(number, command, status, getattr(message, "message_id", ""))
        elif command == _DELIVER:
            await self._deliver(pdu)

    async def _result(self, number: int, command: int, status: int, message_id: str) -> None:
        one = self._session.by_number.pop(number, None) if self._session is not None else None
        if one is None:
            self._count("foreign_result")
            return
        outcome: str | ChannelError = message_id
        if status or command == _NOT_UNDERSTOOD:
            outcome = self._refusal(status)
        if one.result.done():
            await self._late(one.label, outcome)
        elif isinstance(outcome, ChannelError):
            one.result.set_exception(outcome)
        else:
            one.result.set_result(outcome)

    async def _late(self, label: str, outcome: str | ChannelError) -> None:
        self._count("late_result")
        try:
            await self._ears.late(label, outcome)
        except Exception as fault:
            # it stays unknown until its report; a result is not handed over again, so the link goes on
            self._count("inbox_failed")
            _log.error("smpp.inbox_failed", kind=type(fault).__name__)

    def _refusal(self, status: int) -> ChannelError:
        error = refusal_error(status)
        if isinstance(error, Throttled):
            error.retry_after_s = self._pauses.refused()
        self._count(error.code)
        return error

    async def _deliver(self, pdu: bytes) -> None:
        try:
            delivery = read_delivery(pdu)
        except (ValueError, IndexError):
            self._count("unreadable")  # answered all the same: it would not become readable
            _log.warning("smpp.unreadable", octets=len(pdu))
            return
        try:
            await self._ears.heard(delivery)
        except Exception as fault:
            self._count("inbox_failed")
            _log.error("smpp.inbox_failed", kind=type(fault).__name__)
            raise ConnectionResetError("what came could not be stored") from None

    def _up(self) -> None:
        self._session = _Session()
        self._comeback.opened()
        _log.info("smpp.link_up")
        task = asyncio.create_task(self._ears.link(None))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _down(self) -> None:
        """A session ended or could not be opened: nothing of it stays, then wait."""
        was_up = self._end_session()
        self._client.close()
        if self._stopping.is_set():
            return
        why = "sms_account" if self._is_refused else "network"
        _log.warning("smpp.link_down", why=why)
        if was_up:
            await self._ears.link(why)
        wait_s = self._comeback.ended(refused=self._is_refused)
        self._is_refused = False
        await sleep_unless(self._stopping, wait_s, clock=self._clock)

    def _end_session(self) -> bool:
        was_up, self._session = self._session is not None, None
        for one in self._waiting.values():
            if not one.result.done():
                one.result.set_exception(LinkLost() if one.number is not None else LinkDown())
        return was_up
