"""EMI-UCP, the link to an operator's SMS centre: frames, a session, and a client that keeps one open."""

from __future__ import annotations

from rbm_bots.channels.sms.ucp.client import UcpClient
from rbm_bots.channels.sms.ucp.receiving import Accepted, Inbox
from rbm_bots.channels.sms.ucp.settings import UcpSettings
from rbm_bots.channels.sms.ucp.turns import Lane, Turns

__all__ = ["Accepted", "Inbox", "Lane", "Turns", "UcpClient", "UcpSettings"]
