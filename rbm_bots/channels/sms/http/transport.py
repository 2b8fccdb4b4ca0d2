"""A gateway's HTTP interface as a transport.

Theory of operation. Most gateways know no idempotency, so a part whose call may have worked is never posted again: it
is *unknown*. What decides is whether the call had begun to leave. A connection that could not be made is ``NotSent``;
every later failure is ``SmsUnknown``. aiohttp itself repeats a GET whose connection broke, which would send a text
twice; a middleware around each call turns that failure into ours before the repetition. Connections are not kept: one
that the gateway closes as we write would make an outcome unknown for nothing.

Our id goes along as ``Idempotency-Key``, for those gateways that do look at it. 429 and 503 become ``Throttled``: the
sender above waits, as long as ``Retry-After`` says, else 1, 2, 4 … 60 s.

Reports and messages come to webhooks, which any process of the deployment may serve; so nothing about a part is kept
here. ``hear`` is handed the raw call and returns once all of it is stored.
"""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Final, Literal
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from rbm_bots.channels.maap.tokens import TokenKeeper, TokenReply, read_token_reply
from rbm_bots.channels.sms.address import AddressKind
from rbm_bots.channels.sms.back_off import BusyPauses
from rbm_bots.channels.sms.errors import AccountRefused, AddressRefused, LinkDown, SmsUnknown
from rbm_bots.channels.sms.http.answer import read_answer
from rbm_bots.channels.sms.http.profiles import Profile, profile_of
from rbm_bots.channels.sms.http.request import HttpRequest, build_request
from rbm_bots.channels.sms.http.settings import HttpTransportSettings
from rbm_bots.channels.sms.http.template import filled_url, names_in
from rbm_bots.channels.sms.http.webhook import WebhookCall, prove, read_messages, read_reports
from rbm_bots.channels.sms.link_news import LinkNews
from rbm_bots.channels.sms.transport import Expected, OutSms, SmsInbox, Submitted
from rbm_bots.clock import Clock
from rbm_bots.errors import ChannelError, NotSent, NotVerified, SettingsError, Throttled
from rbm_bots.outside import AnswerTooLarge, read_at_most

__all__ = ["HttpTransport"]

_MOST_BYTES: Final = 64 * 1024
_BEFORE_WRITING: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_AFTER_WRITING: Final = (aiohttp.ClientError, TimeoutError, OSError)


class HttpTransport:
    """One gateway, for one short code. ``public_url``: where its reports reach us."""

    def __init__(
        self,
        *,
        settings: HttpTransportSettings,
        code: str,
        inbound: AddressKind,
        inbox: SmsInbox,
        clock: Clock,
        public_url: str = "",
        monotonic: Callable[[], float] = time.monotonic,
        count: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._settings = settings
        self._profile = profile_of(settings)
        self._code = code
        self._inbound = inbound
        self._inbox = inbox
        self._news = LinkNews(inbox)
        self._clock = clock
        self._public_url = public_url
        self._count = count
        self._pauses = BusyPauses(monotonic)
        self._session: aiohttp.ClientSession | None = None
        self._open: set[asyncio.Task[object]] = set()
        self._tokens = TokenKeeper(self._fetch_token, clock=clock) if self._profile.oauth_url else None
        self.name = settings.profile
        self.caps = self._profile.caps
        _check_address(self._profile)
        for name in self._profile.needs:
            if not (getattr(self._profile, name, "") or _plain(getattr(settings, name))):
                raise SettingsError(f"{name} is missing", where=f"profile {settings.profile}")

    def expect(self, parts: Iterable[Expected]) -> None:
        """Nothing: a report names our id or the gateway's."""

    async def start(self) -> None:
        """Open the client; a gateway has no link that could be down."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=self._settings.timeout_s),
            middlewares=(_never_again,),
            trust_env=False,
        )
        await self._news.tell(None)

    async def stop(self) -> None:
        """Take no more submits, wait up to ``drain_s`` for open calls, and close."""
        session, self._session = self._session, None
        if session is None:
            return
        if self._open:
            await asyncio.wait(set(self._open), timeout=self._settings.drain_s)
        await session.close()
        await self._news.tell("stopped")

    async def submit(self, sms: OutSms) -> Submitted:
        """One call; see :class:`~rbm_bots.channels.sms.transport.SmsTransport`."""
        session = self._session
        if session is None:
            raise LinkDown
        if sms.to.kind == "alias" and not self.caps.alias_recipient:
            raise AddressRefused("this gateway cannot send to an alias")
        request = build_request(
            sms,
            settings=self._settings,
            profile=self._profile,
            code=self._code,
            public_url=self._public_url,
            now=self._clock.now(),
        )
        task = asyncio.current_task()
        assert task is not None  # a coroutine runs in a task
        self._open.add(task)
        try:
            return await self._submitted(session, request)
        except ChannelError as fault:
            self._count(fault.code)
            if isinstance(fault, Throttled) and fault.retry_after_s is None:
                fault.retry_after_s = self._pauses.refused()
            raise
        finally:
            self._open.discard(task)

    async def _submitted(self, session: aiohttp.ClientSession, request: HttpRequest) -> Submitted:
        """The call, once more with a new token when the gateway refuses the present one."""
        token = await self._token()
        try:
            return await self._call(session, request, token)
        except AccountRefused as refused:
            if self._tokens is None or token is None or refused.http != 401 or not self._tokens.renew(token):
                raise
        return await self._call(session, request, await self._token())

    async def _call(self, session: aiohttp.ClientSession, request: HttpRequest, token: str | None) -> Submitted:
        headers = dict(request.headers) | ({"Authorization": f"Bearer {token}"} if token is not None else {})
        try:
            async with session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=headers,
                data=request.body,
                allow_redirects=False,
            ) as answer:
                body = await _read(answer)
                taken = read_answer(self._profile.answer, status=answer.status, body=body, headers=answer.headers)
                self._pauses.taken()
                return taken
        except _BEFORE_WRITING:
            raise NotSent("the gateway could not be reached") from None
        except _AFTER_WRITING as fault:
            why = "in time" if isinstance(fault, TimeoutError) else "whole"
            raise SmsUnknown(f"the gateway's answer did not come {why}") from None

    async def _token(self) -> str | None:
        return None if self._tokens is None else await self._tokens.token()

    async def _fetch_token(self, _refresh: str | None) -> TokenReply:
        """A bearer by client credentials; whatever goes wrong here, no SMS has left."""
        assert self._session is not None  # asked by a submit
        pair = f"{self._settings.username}:{self._settings.password.get_secret_value()}".encode()
        try:
            async with self._session.post(
                self._profile.oauth_url,
                headers={"Authorization": f"Basic {b64encode(pair).decode('ascii')}", "Accept": "application/json"},
                data={"grant_type": "client_credentials"},
                allow_redirects=False,
            ) as answer:
                body = await _read(answer)
        except (*_AFTER_WRITING, SmsUnknown):
            raise NotSent("the token could not be fetched") from None
        if answer.status in (400, 401, 403):
            raise AccountRefused(http=answer.status)
        if not answer.ok:
            raise NotSent("the token could not be fetched", http=answer.status)
        return read_token_reply(body)

    async def hear(self, what: Literal["report", "message"], call: WebhookCall) -> None:
        """Take a webhook call; when this returns, all it told is stored.

        Raises ``NotVerified``, ``BodyMalformed``, or what the inbox raises: then the gateway shall come again.
        """
        if self._settings.webhook is None:
            raise NotVerified("no webhook is set up for this code")
        prove(call, self._settings.webhook)
        now = self._clock.now()
        if what == "report":
            for report in list(read_reports(call, self._profile.report, now=now)):
                await self._inbox.take(report)
            return
        messages = read_messages(call, self._profile.message, inbound=self._inbound, code=self._code, now=now)
        for message in list(messages):
            await self._inbox.take(message)


async def _never_again(request: aiohttp.ClientRequest, call: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Make a connection that broke after writing an error that aiohttp does not repeat the call for."""
    try:
        return await call(request)
    except _BEFORE_WRITING:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise SmsUnknown("the connection ended before the gateway's answer") from None


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """The body, or nothing when it was cut or too long: the status already says most."""
    try:
        return await read_at_most(answer, _MOST_BYTES)
    except (*_AFTER_WRITING, AnswerTooLarge):
        return b""


def _check_address(profile: Profile) -> None:
    """Refuse an address that no value can make one. Raises ``SettingsError``."""
    wanted = profile.request.url
    url = filled_url(wanted, dict.fromkeys(names_in(wanted), "x") | {"url": profile.url})
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("the request's address is not one of http or https", where="url")


def _plain(value: object) -> str:
    reveal = getattr(value, "get_secret_value", None)
    return str(reveal() if reveal is not None else value)
