"""What every way to send an SMS offers, whichever protocol is below: nothing above knows which one it is.

Theory of operation. A transport belongs to one short code or sender. It carries *parts*: each is submitted, billed and
reported by itself. A submit ends in exactly one way:

* it returns: the centre took the part (that it reached the phone is told later, by a :class:`DeliveryReport`);
* ``SendRejected``: the same part would be refused again (``Unreachable`` when the person is the reason);
* ``Throttled``: too fast or busy; nothing was taken, and everything of this code waits (``retry_after_s``);
* ``NotSent``: certain that nothing was taken; the part may be sent again;
* ``OutcomeUnknown``: nobody knows. Nothing is repeated here: what is right depends on the message's class.

The sender above paces, by short code and lane. A transport has no rate of its own; where its link allows only so many
open operations, a submit waits for a free one.

What comes in is told to a :class:`SmsInbox`, and the other side is answered only after that returned. So a STOP is
stored before it is acknowledged, and what could not be stored is told again. That holds for each part of a long message
by itself: protocols want an answer to every part, so putting them together is the work of whoever stores them.

A report names our id, or else the reference that the submit returned: then whoever stored it finds the part. UCP
repeats neither, only recipient and time; it is matched in memory, and after a restart :meth:`SmsTransport.expect` gives
back the parts whose reports are still awaited.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from rbm_bots.channels.sms.address import SmsAddress
from rbm_bots.channels.sms.header import Part
from rbm_bots.channels.sms.parts import SmsPart

__all__ = [
    "DeliveryReport",
    "DeliveryState",
    "Expected",
    "InboundPart",
    "InboundSms",
    "LinkClosed",
    "LinkOpened",
    "OutSms",
    "SmsEvent",
    "SmsInbox",
    "SmsTransport",
    "Submitted",
    "TransportCaps",
]

DeliveryState = Literal["submitted", "buffered", "delivered", "failed", "unknown"]


class TransportCaps(msgspec.Struct, frozen=True, kw_only=True):
    """What a transport can do. ``most_parts``: of one text. ``reports``, ``inbound``: it tells them at all.

    ``takes_parts``: no: a long text is submitted whole (``cut(…, whole=True)``) and cut further on. ``validity``: it
    hands an end of validity on. ``alias_recipient``: it can send to an alias.
    """

    most_parts: int = 255
    takes_parts: bool = True
    unicode: bool = True
    alphanumeric_sender: bool = True
    reports: bool = True
    inbound: bool = True
    validity: bool = True
    alias_recipient: bool = False


class OutSms(msgspec.Struct, frozen=True, kw_only=True):
    """One part to send. ``id`` is ours, the same for every repetition; reports repeat it.

    ``sender``: a short code, a number with its ``+``, or a name of at most 11 characters of the seven-bit alphabet.
    ``validity_until``: after it the centre gives up (aware UTC). ``report``: ask what became of it.
    """

    id: str
    to: SmsAddress
    sender: str
    part: SmsPart
    validity_until: datetime | None = None
    report: bool = True


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """The centre took the part. ``reference`` is its own id, to be kept for :class:`Expected`; empty: it gave none.

    It never holds a number. ``validity_until``: the end of validity as the centre cut it.
    """

    reference: str = ""
    validity_until: datetime | None = None


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """A part submitted earlier whose report is awaited, with the reference it was given. ``deadline``: aware UTC."""

    id: str
    to: SmsAddress
    reference: str
    deadline: datetime


class DeliveryReport(msgspec.Struct, frozen=True, kw_only=True):
    """The part ``id`` moved; where ``id`` is empty, the one submitted as ``reference``.

    Reports repeat and come in any order. ``reason`` is the network's code; empty when delivered. ``submitted``: taken
    by the network, perhaps a part of unknown outcome after all. ``buffered``: the network tries again. ``unknown``:
    the network cannot tell, or (UCP) no report came in time; not a failure. ``contradiction``: it had been reported as
    failed before.
    """

    id: str = ""
    reference: str = ""
    state: DeliveryState
    reason: str = ""
    at: datetime
    contradiction: bool = False


class InboundSms(msgspec.Struct, frozen=True, kw_only=True):
    """A whole message from a phone to ``to``. ``id`` is the same when the centre tells it again.

    Where the protocol has no id of its own, it is worked out from sender and text: seal or hash it with a key.
    ``sent``: the centre's time, else ours (aware UTC).
    """

    id: str
    sender: SmsAddress
    to: str
    text: str
    sent: datetime

    def __repr__(self) -> str:
        """Without the text."""
        return f"InboundSms({self.id}, {self.sender!r})"


class InboundPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a long message from a phone to ``to``; ``place`` says which. They come in any order, some never.

    ``sent``: the centre's time, else ours (aware UTC).
    """

    sender: SmsAddress
    to: str
    text: str
    sent: datetime
    place: Part

    def __repr__(self) -> str:
        """Without the text."""
        return f"InboundPart({self.place}, {self.sender!r})"


class LinkOpened(msgspec.Struct, frozen=True, kw_only=True):
    """The transport can send."""


class LinkClosed(msgspec.Struct, frozen=True, kw_only=True):
    """The transport cannot send; it tries to come back by itself. ``why`` is an error's code, or ``network``."""

    why: str


SmsEvent = DeliveryReport | InboundSms | InboundPart | LinkOpened | LinkClosed


class SmsInbox(Protocol):
    """Who is told what a transport hears."""

    async def take(self, event: SmsEvent) -> None:
        """Store ``event``; the other side is answered after this returns. What raises is told again."""
        ...


class SmsTransport(Protocol):
    """One way to send the SMS of one code."""

    @property
    def name(self) -> str:
        """The protocol or profile, for logs and metrics."""
        ...

    @property
    def caps(self) -> TransportCaps:
        """What it can do."""
        ...

    def expect(self, parts: Iterable[Expected]) -> None:
        """Await reports of parts that an earlier process submitted. To be called before :meth:`start`."""
        ...

    async def start(self) -> None:
        """Begin to connect, and return at once; until the link stands a submit is ``NotSent``."""
        ...

    async def stop(self) -> None:
        """Take no more submits, wait for open results as long as the settings say, and close."""
        ...

    async def submit(self, sms: OutSms) -> Submitted:
        """Hand one part over. Raises the ``ChannelError`` that says what became of it (see the module)."""
        ...
