"""The UCP client as a transport: one operation 51 for each part, reports matched to our ids, messages from phones.

What the window does here. The sender above paces: it lets as many submits go as the short code's rate allows, most
urgent first. This adapter adds no rate. The window is how many operations the centre lets be open at once; a submit
beyond it waits for a free number, in the order in which the sender let them go. So a window that is too small for rate
and round trip (rate x round trip) slows the link down, and the sender sees longer answers; it never refuses anything.
A keepalive is not counted by the sender; where it counts for the centre, submits wait for a second after it.

A report finds its part by recipient and stamp, which the client keeps in memory. Parts of an earlier process are given
back by :meth:`UcpTransport.expect`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from rbm_bots.channels.sms.address import AddressKind, written
from rbm_bots.channels.sms.errors import SubmitFaulty
from rbm_bots.channels.sms.inbound import heard_sms
from rbm_bots.channels.sms.link_news import LinkNews
from rbm_bots.channels.sms.transport import (
    DeliveryReport,
    Expected,
    OutSms,
    SmsInbox,
    Submitted,
    TransportCaps,
)
from rbm_bots.channels.sms.ucp.acceptor import Acceptor
from rbm_bots.channels.sms.ucp.client import UcpClient
from rbm_bots.channels.sms.ucp.link_settings import UcpTransportSettings
from rbm_bots.channels.sms.ucp.operations import SenderKind, Submit
from rbm_bots.channels.sms.ucp.receiving import Heard
from rbm_bots.channels.sms.ucp.reports import Progress
from rbm_bots.channels.sms.ucp.turns import Turns
from rbm_bots.channels.sms.validity import lived_until
from rbm_bots.clock import Clock

__all__ = ["UcpTransport", "Unpaced"]

_FAULT_S: Final = 1.0
_NO_REPORT: Final = 0
_log = structlog.get_logger("rbm.sms.ucp")


class Unpaced:
    """A pacer that never waits: the sender's has already let the submit go."""

    def earliest(self) -> float | None:
        """At once."""
        return float("-inf")

    def leave(self, now: float) -> None:
        """Nothing to note."""

    def answered(self, sent: None, now: float) -> None:
        """Nothing to note."""

    def lost(self, sent: None, now: float) -> None:
        """Nothing to note."""

    def pause(self, until: float) -> None:
        """The sender pauses, by the refusal that it is told."""


class _Ears:
    """What the client hears, as events of a transport."""

    def __init__(self, *, inbound: AddressKind, inbox: SmsInbox, clock: Clock, count: Callable[[str], None]) -> None:
        self._inbound = inbound
        self._inbox = inbox
        self._clock = clock
        self._count = count

    async def message(self, heard: Heard) -> None:
        """A message or a part; one from neither a number nor an alias has nobody to answer and is only counted."""
        message = heard.message
        event = heard_sms(
            sender=message.sender,
            kind=self._inbound,
            to=message.to,
            text=message.text,
            sent=heard.sent,
            place=message.part,
        )
        if event is None:
            self._count("sender_unreadable")
            _log.warning("ucp.sender_unreadable", digits=len(message.sender))
            return
        await self._inbox.take(event)

    async def progress(self, progress: Progress) -> None:
        """A part moved."""
        await self._inbox.take(
            DeliveryReport(
                id=progress.label,
                state=progress.state,
                reason=progress.reason,
                at=self._clock.now(),
                contradiction=progress.contradiction,
            )
        )


class UcpTransport:
    """One short code on one UCP link. ``count`` is told the name of everything worth counting."""

    name = "ucp"

    def __init__(
        self,
        *,
        settings: UcpTransportSettings,
        inbound: AddressKind,
        inbox: SmsInbox,
        clock: Clock,
        monotonic: Callable[[], float],
        count: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self.caps = TransportCaps(alphanumeric_sender=settings.alphanumeric_sender, alias_recipient=True)
        self._news = LinkNews(inbox)
        link = settings.link()
        ears = _Ears(inbound=inbound, inbox=inbox, clock=clock, count=count)
        self._client = UcpClient(
            settings=link,
            turns=Turns(Unpaced(), clock=clock, monotonic=monotonic),
            inbox=ears,
            clock=clock,
            monotonic=monotonic,
            count=count,
            link=self._news.tell,
        )
        self._acceptor = Acceptor(
            settings=link, receiver=self._client.receiver, clock=clock, monotonic=monotonic, count=count
        )
        self._running: asyncio.Task[None] | None = None
        self._stopping = False

    def expect(self, parts: Iterable[Expected]) -> None:
        """Await reports of parts that an earlier process submitted; one without a reference cannot be matched."""
        for part in parts:
            if part.reference:
                self._client.receiver.reports.submitted(
                    label=part.id,
                    address=written(part.to, self._settings.number_form),
                    digits=part.reference,
                    deadline=part.deadline,
                )

    async def start(self) -> None:
        """Begin to connect, and to listen where the centre connects back. Raises ``SettingsError`` when it cannot."""
        await self._acceptor.start()
        self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        """Keep the client running; a fault of ours must not leave the short code without its link."""
        while not self._stopping:
            try:
                await self._client.run()
            except Exception as fault:
                _log.error("ucp.fault", kind=type(fault).__name__)
                await self._news.tell("fault")
                await self._clock.sleep(_FAULT_S)

    async def stop(self) -> None:
        """Take no more submits, wait up to ``drain_s`` for open results, and close."""
        self._stopping = True
        await self._client.stop()
        await self._acceptor.stop()
        if self._running is not None:
            await self._running
        await self._news.tell("stopped")

    async def submit(self, sms: OutSms) -> Submitted:
        """One operation 51; see :class:`~rbm_bots.channels.sms.transport.SmsTransport`."""
        try:
            accepted = await self._client.submit(self._operation(sms), lane="service", label=sms.id)
        except ValueError:
            raise SubmitFaulty("the text or the sender cannot be written in its alphabet") from None
        return Submitted(reference=accepted.digits, validity_until=accepted.validity)

    def _operation(self, sms: OutSms) -> Submit:
        wanted = self._settings
        return Submit(
            to=written(sms.to, wanted.number_form),
            sender=sms.sender.removeprefix("+"),
            sender_kind=_kind(sms.sender),
            text=sms.part.text,
            coding=sms.part.encoding,
            report=sms.report,
            notify=wanted.notify if sms.report else _NO_REPORT,
            npid=wanted.npid if sms.report else "",
            nadc=wanted.nadc if sms.report else "",
            validity=lived_until(sms.validity_until, now=self._clock.now(), longest_s=wanted.max_validity_s),
            part=sms.part.place,
            message_class=1 if sms.part.encoding == "ucs2" else None,
        )


def _kind(sender: str) -> SenderKind:
    if sender.startswith("+"):
        return "international"
    return "short" if sender.isascii() and sender.isdigit() else "name"
