"""From the settings of a short code to its transport; whoever sends learns only what the interface says."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from rbm_bots.channels.sms.address import AddressKind
from rbm_bots.channels.sms.http import HttpTransport, HttpTransportSettings
from rbm_bots.channels.sms.smpp import SmppTransport, SmppTransportSettings
from rbm_bots.channels.sms.transport import SmsInbox, SmsTransport
from rbm_bots.channels.sms.ucp.link_settings import UcpTransportSettings
from rbm_bots.channels.sms.ucp.transport import UcpTransport
from rbm_bots.clock import Clock

__all__ = ["TransportSettings", "transport_for"]

TransportSettings = Annotated[
    UcpTransportSettings | HttpTransportSettings | SmppTransportSettings, Field(discriminator="kind")
]


def transport_for(
    settings: UcpTransportSettings | HttpTransportSettings | SmppTransportSettings,
    *,
    code: str,
    inbound_address: AddressKind = "msisdn",
    inbox: SmsInbox,
    clock: Clock,
    monotonic: Callable[[], float] = time.monotonic,
    public_url: str = "",
    count: Callable[[str], None] = lambda _name: None,
) -> SmsTransport:
    """The transport of ``code``, not yet started. ``public_url``: where gateways reach our webhooks.

    ``inbound_address``: what the senders of its messages are, numbers or aliases; their shape does not tell. ``count``
    is told the name of everything worth counting. Raises ``SettingsError`` for settings that cannot work together, and
    when SMPP's library is not installed.
    """
    match settings:
        case UcpTransportSettings():
            return UcpTransport(
                settings=settings, inbound=inbound_address, inbox=inbox, clock=clock, monotonic=monotonic, count=count
            )
        case HttpTransportSettings():
            return HttpTransport(
                settings=settings,
                code=code,
                inbound=inbound_address,
                inbox=inbox,
                clock=clock,
                public_url=public_url,
                monotonic=monotonic,
                count=count,
            )
        case SmppTransportSettings():
            return SmppTransport(
                settings=settings, inbound=inbound_address, inbox=inbox, clock=clock, monotonic=monotonic, count=count
            )
