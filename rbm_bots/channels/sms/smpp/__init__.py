"""SMPP 3.4, which most aggregators and other operators speak. Wants the extra ``smpp``."""

from __future__ import annotations

from rbm_bots.channels.sms.smpp.settings import SmppTransportSettings
from rbm_bots.channels.sms.smpp.transport import SmppTransport

__all__ = ["SmppTransport", "SmppTransportSettings"]
