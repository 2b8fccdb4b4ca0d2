"""What a link heard from a phone, as an event: a whole message, or one part of a long one."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from rbm_bots.channels.sms.address import AddressKind, read_sender
from rbm_bots.channels.sms.header import Part
from rbm_bots.channels.sms.transport import InboundPart, InboundSms

__all__ = ["heard_sms", "inbound_id"]


def heard_sms(
    *, sender: str, kind: AddressKind, to: str, text: str, sent: datetime, place: Part | None
) -> InboundSms | InboundPart | None:
    """The event; ``None`` for a sender that is neither a number nor an alias: nobody could answer."""
    who = read_sender(sender, kind)
    if who is None:
        return None
    if place is not None and place.total > 1:
        return InboundPart(sender=who, to=to, text=text, sent=sent, place=place)
    return InboundSms(id=inbound_id(to, sender, sent.isoformat(), text), sender=who, to=to, text=text, sent=sent)


def inbound_id(*parts: str) -> str:
    """The id of a message where its protocol has none: the same whenever the centre tells it again.

    32 hexadecimal digits of what makes the message the one it is.
    """
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
