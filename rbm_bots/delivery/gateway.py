"""What the sender hands to a channel, and what it wants of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rbm_bots.addresses import Address
from rbm_bots.channels.sms.parts import SmsPart
from rbm_bots.messages import Message
from rbm_bots.store.outbox import Queued

__all__ = ["Gateway", "Leaving", "Revocation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """Take back the message that the platform calls ``platform_id``."""

    platform_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A row whose call is about to be made. ``until``: the channel must not try later (aware)."""

    row: Queued
    address: Address | None
    content: Message | SmsPart | Revocation
    until: datetime | None = None


class Gateway(Protocol):
    """What the sender needs of a channel's client."""

    async def open(self) -> None:
        """The application is owned by this process from now on."""
        ...

    async def close(self) -> None:
        """It is not any more; the calls under way have ended."""
        ...

    async def send(self, leaving: Leaving) -> str | None:
        """Call, and return the platform's id if it gave one.

        ``leaving.address`` is set unless it is a :class:`Revocation`. Raises the ``ChannelError`` that says what became
        of the call.
        """
        ...
