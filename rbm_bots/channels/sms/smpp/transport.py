"""SMPP 3.4 as a transport: one ``submit_sm`` for each part, reports by the SMSC's id, messages from phones.

A text of the seven-bit alphabet leaves with one octet per septet (data coding 0), any other in UCS-2 (8); a part of a
long one has its header in front. A report repeats the SMSC's id, as a parameter or in its text; parts that this process
submitted lately are known by it, for all others the id is the report's ``reference``. SMPP has no time in messages from
phones: theirs is the time of receipt, and a message whose answer was lost on the way comes again as another one.

The protocol's library, aiosmpplib, is an extra and is imported when the first link is made.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from rbm_bots.channels.sms.address import AddressKind, read_sender, written
from rbm_bots.channels.sms.alphabet import septets, utf16
from rbm_bots.channels.sms.errors import LinkDown, SubmitFaulty
from rbm_bots.channels.sms.header import write_part
from rbm_bots.channels.sms.inbound import inbound_id
from rbm_bots.channels.sms.link_news import LinkNews
from rbm_bots.channels.sms.smpp.pdu import Delivery, read_receipt
from rbm_bots.channels.sms.smpp.settings import SmppTransportSettings
from rbm_bots.channels.sms.transport import (
    DeliveryReport,
    Expected,
    InboundSms,
    OutSms,
    SmsInbox,
    Submitted,
    TransportCaps,
)
from rbm_bots.channels.sms.ucp.incoming import Inbound, Incoming
from rbm_bots.channels.sms.ucp.operations import Deliver
from rbm_bots.channels.sms.ucp.stamps import Stamp
from rbm_bots.clock import Clock
from rbm_bots.errors import ChannelError, SettingsError

if TYPE_CHECKING:
    from rbm_bots.channels.sms.smpp.link import SmppLink

__all__ = ["SmppTransport"]

_REMEMBERED: Final = 10_000
_TEND_S: Final = 1.0
_FAULT_S: Final = 1.0
_NAME = (5, 0)  # type of number and plan of an alphanumeric sender
_INTERNATIONAL = (1, 1)
_NO_TIME: Final = Stamp(digits="", at=None)
_log = structlog.get_logger("rbm.sms.smpp")


class _Ears:
    """What the link hears, as events of a transport."""

    def __init__(self, *, inbound: AddressKind, inbox: SmsInbox, clock: Clock) -> None:
        self._news = LinkNews(inbox)
        self._inbound = inbound
        self._inbox = inbox
        self._clock = clock
        self._parts = Incoming()
        self._due: deque[Inbound] = deque()  # long messages: their parts were acknowledged, and do not come again
        self._telling = asyncio.Lock()
        self._labels: OrderedDict[str, str] = OrderedDict()

    def submitted(self, message_id: str, label: str) -> None:
        """A report of ``message_id`` is one of ``label``."""
        self._labels[message_id] = label
        if len(self._labels) > _REMEMBERED:
            self._labels.popitem(last=False)

    async def heard(self, delivery: Delivery) -> None:
        """A report, a message, or a part of one."""
        if delivery.is_receipt:
            await self._report(delivery)
            return
        whole = self._collected(delivery)
        if whole is not None and delivery.place is None:
            await self._message(whole)  # when this fails the SMSC hands it over again
            return
        if whole is not None:
            self._due.append(whole)
        await self._tell()

    def _collected(self, delivery: Delivery) -> Inbound | None:
        """The whole message, once its last part is here; a part that is handed over again changes nothing."""
        now, place = self._clock.now(), delivery.place
        deliver = Deliver(
            to=delivery.destination,
            sender=delivery.source,
            text=delivery.text,
            scts=_NO_TIME,
            part=place,
            xser="" if place is None else write_part(place).hex(),
        )
        if place is not None:
            if self._parts.is_repeat(deliver, trn=0, now=now):
                return None
            self._parts.remember(deliver, trn=0, now=now)
        return self._parts.collect(deliver, now=now)

    async def tend(self) -> None:
        """Hand out, for ever, long messages whose missing parts are no longer waited for."""
        while True:
            await self._clock.sleep(_TEND_S)
            self._due.extend(self._parts.overdue(self._clock.now()))
            try:
                await self._tell()
            except Exception as fault:  # told again in a second
                _log.error("smpp.inbox_failed", kind=type(fault).__name__)

    async def _tell(self) -> None:
        """Tell the inbox all long messages that are due; what it does not take stays first in the list."""
        async with self._telling:
            while self._due:
                await self._message(self._due[0])
                self._due.popleft()

    async def late(self, label: str, outcome: str | ChannelError) -> None:
        """A submit that counted as unknown is known after all."""
        refused = isinstance(outcome, ChannelError)
        if not refused:
            self.submitted(str(outcome), label)
        await self._inbox.take(
            DeliveryReport(
                id=label,
                reference="" if refused else str(outcome),
                state="failed" if refused else "submitted",
                reason=(outcome.platform_code or "") if isinstance(outcome, ChannelError) else "",
                at=self._clock.now(),
            )
        )

    async def link(self, why: str | None) -> None:
        """The session opened, or ended."""
        await self._news.tell(why)

    async def _report(self, delivery: Delivery) -> None:
        receipt = read_receipt(delivery)
        if receipt is None:
            _log.warning("smpp.report_unreadable", length=len(delivery.text))
            return
        await self._inbox.take(
            DeliveryReport(
                id=self._labels.get(receipt.reference, ""),
                reference=receipt.reference,
                state=receipt.state,
                reason=receipt.reason,
                at=self._clock.now(),
            )
        )

    async def _message(self, message: Inbound) -> None:
        sender = read_sender(message.sender, self._inbound)
        if sender is None:
            _log.warning("smpp.sender_unreadable", length=len(message.sender))
            return
        known_by = inbound_id(message.to, message.sender, message.sent.isoformat(), message.text)
        await self._inbox.take(
            InboundSms(
                id=known_by,
                sender=sender,
                to=message.to,
                text=message.text,
                sent=message.sent,
                missing=message.missing,
            )
        )


class SmppTransport:
    """One short code on one SMPP link."""

    name = "smpp"
    caps = TransportCaps(alias_recipient=True)

    def __init__(
        self,
        *,
        settings: SmppTransportSettings,
        inbound: AddressKind,
        inbox: SmsInbox,
        clock: Clock,
        count: Callable[[str], None] = lambda _name: None,
    ) -> None:
        try:
            from rbm_bots.channels.sms.smpp import library, link
        except ModuleNotFoundError as missing:
            if missing.name != "aiosmpplib":
                raise
            raise SettingsError(
                "SMPP wants a library that is not installed", hint="pip install 'rbm_bots[smpp]'"
            ) from None
        self._settings = settings
        self._clock = clock
        self._build = library.submit_pdu
        self._ears = _Ears(inbound=inbound, inbox=inbox, clock=clock)
        self._new_link = partial(link.SmppLink, settings=settings, ears=self._ears, clock=clock, count_as=count)
        self._link: SmppLink | None = None
        self._running: asyncio.Task[None] | None = None

    def expect(self, parts: Iterable[Expected]) -> None:
        """Reports of these come with the reference anyway; with the id as well from now on."""
        for part in parts:
            if part.reference:
                self._ears.submitted(part.reference, part.id)

    async def start(self) -> None:
        """Begin to connect."""
        self._link = self._new_link()
        self._running = asyncio.create_task(self._run(self._link))

    async def _run(self, link: SmppLink) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._ears.tend())
            while True:
                try:
                    await link.run()
                except Exception as fault:
                    _log.error("smpp.fault", kind=type(fault).__name__)
                await self._clock.sleep(_FAULT_S)

    async def stop(self) -> None:
        """Take no more submits, wait up to ``drain_s`` for open results, unbind and close."""
        link, self._link = self._link, None
        if link is None or self._running is None:
            return
        await link.stop()
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running
        await self._ears.link("stopped")

    async def submit(self, sms: OutSms) -> Submitted:
        """One ``submit_sm``; see :class:`~rbm_bots.channels.sms.transport.SmsTransport`."""
        if self._link is None:
            raise LinkDown
        try:
            octets = _octets(sms)
            build = partial(self._pdu, sms, octets)
            message_id = await self._link.submit(build, label=sms.id)
        except ValueError:
            raise SubmitFaulty("the text or the sender cannot be written in its alphabet") from None
        self._ears.submitted(message_id, sms.id)
        return Submitted(reference=message_id)

    def _pdu(self, sms: OutSms, octets: bytes, key: str) -> object:
        wanted = self._settings
        is_alias = sms.to.kind == "alias"
        return self._build(
            key=key,
            sender=self._sender(sms.sender),
            to=(
                written(sms.to, wanted.number_form),
                wanted.alias_ton if is_alias else wanted.to_ton,
                wanted.alias_npi if is_alias else wanted.to_npi,
            ),
            octets=octets,
            ucs2=sms.part.encoding == "ucs2",
            has_header=sms.part.place is not None,
            report=sms.report,
            validity_until=sms.validity_until,
        )

    def _sender(self, sender: str) -> tuple[str, int, int]:
        if sender.startswith("+"):
            return sender.removeprefix("+"), *_INTERNATIONAL
        if sender.isascii() and sender.isdigit():
            return sender, self._settings.short_ton, self._settings.short_npi
        return sender, *_NAME


def _octets(sms: OutSms) -> bytes:
    """Header and text. Raises ``ValueError`` for a character outside the alphabet."""
    header = b"" if sms.part.place is None else write_part(sms.part.place)
    return header + (septets(sms.part.text) if sms.part.encoding == "gsm7" else utf16(sms.part.text))
