"""SMS through a gateway's HTTP interface: a request from a template, and webhooks read by a mapping."""

from __future__ import annotations

from rbm_bots.channels.sms.http.settings import HttpTransportSettings
from rbm_bots.channels.sms.http.transport import HttpTransport

__all__ = ["HttpTransport", "HttpTransportSettings"]
