"""OAuth tokens (layer 1): one per application, fetched once for all who wait, renewed well before the end.

Theory of operation. A token is kept with the instant from which a new one is wanted: a quarter of its life, at most
five minutes, before it ends. Whoever finds none takes the lock and fetches; the others wait for the lock and find it
done, so a hundred sends cause one request. When the platform refuses a token, :meth:`TokenKeeper.renew` drops it, but
only if it is still the present one, and once a minute at most: a wrong secret must not cost a token request per message
(about 50 a minute are tolerated).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from rbm_bots.channels.maap.errors import TokenRefused
from rbm_bots.clock import Clock

__all__ = ["TokenKeeper", "TokenReply", "read_token_reply"]

_MARGIN = timedelta(minutes=5)
_RENEW_EVERY = timedelta(minutes=1)


class TokenReply(msgspec.Struct, frozen=True, kw_only=True):
    """What a token endpoint gives; ``expires_in`` in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None


_Fetch = Callable[[str | None], Awaitable[TokenReply]]
"""Fetch a token; the argument is the refresh token of the last one, when there was one."""


class TokenKeeper:
    """The one token of an application (or, with ``gsma_only``, of a bot)."""

    def __init__(self, fetch: _Fetch, *, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._reply: TokenReply | None = None
        self._fresh_until: datetime | None = None
        self._renewed_at: datetime | None = None
        self._refresh_token: str | None = None

    async def token(self) -> str:
        """The present token. Raises what the fetch raises."""
        reply = self._present()
        if reply is None:
            async with self._lock:
                reply = self._present() or await self._fetch_one()
        return reply.access_token

    def renew(self, refused: str) -> bool:
        """Drop the ``refused`` token; whether a repeat of the call makes sense."""
        if self._reply is None or self._reply.access_token != refused:
            return True
        now = self._clock.now()
        if self._renewed_at is not None and now - self._renewed_at < _RENEW_EVERY:
            return False
        self._renewed_at = now
        self._reply = None
        self._refresh_token = None
        return True

    def _present(self) -> TokenReply | None:
        if self._reply is None or self._fresh_until is None or self._clock.now() >= self._fresh_until:
            return None
        return self._reply

    async def _fetch_one(self) -> TokenReply:
        asked_at = self._clock.now()
        reply = await self._fetch(self._refresh_token)
        life = timedelta(seconds=max(reply.expires_in, 0))
        self._fresh_until = asked_at + life - min(_MARGIN, life / 4)
        self._reply = reply
        self._refresh_token = reply.refresh_token
        return reply


def read_token_reply(body: bytes) -> TokenReply:
    """The reply of a token endpoint; ``expires_in`` comes as a number or in a text. Raises ``TokenRefused``."""
    try:
        reply = msgspec.json.decode(body, type=dict)
        token = reply["access_token"]
        lifetime = min(int(str(reply.get("expires_in", "3600"))), 10 * 365 * 86_400)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, ValueError):
        raise TokenRefused("the token endpoint's reply cannot be read") from None
    if not isinstance(token, str) or not token or not (token.isascii() and token.isprintable()):
        raise TokenRefused("the token endpoint's reply holds no token")
    refresh = reply.get("refresh_token")
    return TokenReply(
        access_token=token, expires_in=lifetime, refresh_token=refresh if isinstance(refresh, str) else None
    )
