"""Telling the inbox that a link opened or closed."""

from __future__ import annotations

import structlog

from rbm_bots.channels.sms.transport import LinkClosed, LinkOpened, SmsInbox

__all__ = ["LinkNews"]

_log = structlog.get_logger("rbm.sms")


class LinkNews:
    """What one transport tells of its link. Nobody waits for an answer, so what the inbox raises is only logged."""

    def __init__(self, inbox: SmsInbox) -> None:
        self._inbox = inbox
        self._is_open = False

    async def tell(self, why: str | None) -> None:
        """The link opened (``None``), or closed; that a closed one is closed is no news."""
        was_open, self._is_open = self._is_open, why is None
        if why is not None and not was_open:
            return
        try:
            await self._inbox.take(LinkOpened() if why is None else LinkClosed(why=why))
        except Exception as fault:
            _log.error("sms.inbox_failed", kind=type(fault).__name__)
