"""SMPP 3.4 as a transport: one ``submit_sm`` for each part, reports by the SMSC's id, messages from phones.

A text of the seven-bit alphabet leaves with one octet per septet (data coding 0), any other in UCS-2 (8); a part of a
long one has its header in front. A report repeats the SMSC's id, as a parameter or in its text; parts that this process
submitted lately are known by it, for all others the id is the report's ``reference``. SMPP has no time in messages from
phones: theirs is the time of receipt, and a message whose answer was lost on the way comes again as another one.

The protocol's library, aiosmpplib, is an extra and is imported when the first link is made.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from rbm_bots.channels.sms.address import AddressKind, written
from rbm_bots.channels.sms.alphabet import septets, utf16
from rbm_bots.channels.sms.errors import LinkDown, SubmitFaulty
from rbm_bots.channels.sms.header import write_part
from rbm_bots.channels.sms.inbound import heard_sms
from rbm_bots.channels.sms.link_news import LinkNews
from rbm_bots.channels.sms.smpp.pdu import Delivery, read_receipt
from rbm_bots.channels.sms.smpp.settings import SmppTransportSettings
from rbm_bots.channels.sms.transport import (
    DeliveryReport,
    Expected,
    OutSms,
    SmsInbox,
    Submitted,
    TransportCaps,
)
from rbm_bots.channels.sms.validity import lived_until
from rbm_bots.clock import Clock
from rbm_bots.errors import ChannelError, SettingsError

if TYPE_CHECKING:
    from rbm_bots.channels.sms.smpp.link import SmppLink

__all__ = ["SmppTransport"]

_REMEMBERED: Final = 10_000
_FAULT_S: Final = 1.0
_NAME = (5, 0)  # type of number and plan of an alphanumeric sender
_INTERNATIONAL = (1, 1)
_log = structlog.get_logger("rbm.sms.smpp")


class _Ears:
    """What the link hears, as events of a transport."""

    def __init__(self, *, inbound: AddressKind, inbox: SmsInbox, clock: Clock) -> None:
        self._news = LinkNews(inbox)
        self._inbound = inbound
        self._inbox = inbox
        self._clock = clock
        self._labels: OrderedDict[str, str] = OrderedDict()

    def submitted(self, message_id: str, label: str) -> None:
        """A report of ``message_id`` is one of ``label``."""
        self._labels[message_id] = label
        if len(self._labels) > _REMEMBERED:
            self._labels.popitem(last=False)

    async def heard(self, delivery: Delivery) -> None:
        """A report, a message, or a part of one; when this fails the SMSC hands it over again."""
        if delivery.is_receipt:
            await self._report(delivery)
            return
        event = heard_sms(
            sender=delivery.source,
            kind=self._inbound,
            to=delivery.destination,
            text=delivery.text,
            sent=self._clock.now(),
            place=delivery.place,
        )
        if event is None:
            _log.warning("smpp.sender_unreadable", length=len(delivery.source))
            return
        await self._inbox.take(event)

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
        monotonic: Callable[[], float] = time.monotonic,
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
        self._new_link = partial(
            link.SmppLink, settings=settings, ears=self._ears, clock=clock, monotonic=monotonic, count_as=count
        )
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
        while True:
            try:
                await link.run()
            except Exception as fault:
                _log.error("smpp.fault", kind=type(fault).__name__)
                await self._ears.link("fault")
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
            validity_until=lived_until(sms.validity_until, now=self._clock.now()),
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
