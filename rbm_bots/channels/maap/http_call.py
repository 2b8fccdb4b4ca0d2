"""One HTTP call to the platform. What matters when it fails is whether the request had begun to leave.

Theory of operation. A MaaP send carries no client message id, so repeating one that worked reaches the person twice.
A failed call is therefore :class:`NotSent` only when it is certain that no byte of the request left: the connection
could not be made, or the writer was never asked to write the body. aiohttp holds the head back and writes it together
with the body, so the body object itself notes the first write (:class:`_Watched`); this works with any session and
needs no tracing. From that note on every failure is an :class:`OutcomeUnknown`. Redirects are not followed: they would
turn a POST into a GET.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import aiohttp
import msgspec
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from multidict import CIMultiDict
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from yarl import URL

from rbm_bots.channels.maap.errors import Call, ConnectionCut, TimedOut, error_of_reply
from rbm_bots.errors import ChannelError, NotSent, Throttled

__all__ = ["HttpCaller", "Reply", "Sleep"]

Sleep = Callable[[float], Awaitable[None]]

_ATTEMPTS = 4
_FIRST_WAIT_S = 0.5
_PATIENCE_S = 10.0
_AGAIN = frozenset({408, 500, 502, 503, 504})
_BEFORE_WRITING = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's answer. ``headers`` ignore case."""

    http: int
    body: bytes
    headers: CIMultiDict[str]

    @property
    def ok(self) -> bool:
        """Any 2xx."""
        return 200 <= self.http < 300


class _Watched(BytesPayload):
    """A body that knows whether its writing has begun."""

    begun = False

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Note the moment, then write."""
        self.begun = True
        await super().write_with_length(writer, content_length)


class HttpCaller:
    """Makes calls with one session. ``timeout_s`` covers the whole call; ``sleep`` waits between repeats."""

    def __init__(self, session: aiohttp.ClientSession, *, timeout_s: float, sleep: Sleep) -> None:
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._sleep = sleep

    async def once(
        self,
        method: Literal["GET", "POST", "PUT", "DELETE"],
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        content_type: str = "application/json",
    ) -> Reply:
        """One call; any status is a reply. Raises ``NotSent`` or an ``OutcomeUnknown``."""
        watched = None if body is None else _Watched(body, content_type=content_type)
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=watched,
                headers={**headers, "Accept": "application/json"},
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                return Reply(http=response.status, body=await _read(response), headers=CIMultiDict(response.headers))
        except _BEFORE_WRITING:
            raise NotSent("the platform could not be reached") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            if watched is not None and not watched.begun:
                raise NotSent("the connection failed before the call began to leave") from None
            raise (TimedOut if isinstance(failure, TimeoutError) else ConnectionCut)() from None

    async def repeatable(
        self,
        method: Literal["GET", "POST"],
        url: str,
        *,
        call: Call,
        headers: Mapping[str, str],
        body: bytes | None = None,
        content_type: str = "application/json",
    ) -> Reply:
        """A call that may be repeated without harm, up to four times, on 408, 500, 502, 503, 504 or no reply.

        Not repeated: what pauses the whole application (the gateway's 503), and what asks for more than ten seconds
        of patience. Returns any other reply. Raises the last failure.
        """
        retrying = AsyncRetrying(
            sleep=self._sleep,
            wait=_wait,
            stop=stop_after_attempt(_ATTEMPTS),
            retry=retry_if_exception(_may_repeat),
            reraise=True,
        )

        async def attempt() -> Reply:
            reply = await self.once(method, url, headers=headers, body=body, content_type=content_type)
            if reply.http in _AGAIN:
                raise error_of_reply(reply.http, reply.body, call=call, headers=reply.headers)
            return reply

        return await retrying(attempt)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, or nothing when it was cut: the status line alone already says what happened."""
    try:
        return await response.read()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return b""


def _may_repeat(failure: BaseException) -> bool:
    if not isinstance(failure, ChannelError) or isinstance(failure, Throttled):
        return False
    return (failure.http is None or failure.http in _AGAIN) and (failure.retry_after_s or 0.0) <= _PATIENCE_S


def _wait(state: RetryCallState) -> float:
    """0.5, 1, 2 s; longer when the platform asks for it."""
    failure = state.outcome.exception() if state.outcome is not None else None
    asked = failure.retry_after_s if isinstance(failure, ChannelError) else None
    return max(_FIRST_WAIT_S * 2.0 ** (state.attempt_number - 1), asked or 0.0)
