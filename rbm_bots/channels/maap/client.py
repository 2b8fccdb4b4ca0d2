"""The calls of one application to a MaaP platform: send, typing, receipts, revocation, capabilities, files.

What a send's reply means: 2xx with a msgId is :class:`Accepted`. 4xx is a ``SendRejected``, save 401 (one new token
or JWT, one repeat, then ``CredentialsRefused``) and 408. 429, 403 with code 53 and the gateway's 503 are
``Throttled``: the whole application must pause. ``NotSent``: no byte left. All else is an ``OutcomeUnknown``, and a
send is never repeated here, because the API has no client message id. Calls that only ask are repeated with a growing
wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import quote, urlencode

import aiohttp

from rbm_bots.addresses import Address, read_msisdn
from rbm_bots.channels.maap.auth import Authenticator, Proof
from rbm_bots.channels.maap.bulk_slot import bulk_slot_open
from rbm_bots.channels.maap.errors import BulkClosed, Call, MessageMalformed, NoMessageId, error_of_reply
from rbm_bots.channels.maap.http_call import HttpCaller, Reply, Sleep
from rbm_bots.channels.maap.replies import (
    Accepted,
    BulkResult,
    FileInfo,
    StatusReply,
    read_accepted,
    read_bulk,
    read_capabilities,
    read_file,
    read_status,
)
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot
from rbm_bots.channels.maap.upload import upload_body
from rbm_bots.channels.maap.wire import encode_bulk, encode_send, encode_status, encode_typing
from rbm_bots.clock import Clock
from rbm_bots.errors import ChannelError, SettingsError
from rbm_bots.messages.check import MessageFaulty, require_valid
from rbm_bots.messages.content import Message

__all__ = ["MAX_BULK_NUMBERS", "MaapClient"]

MAX_BULK_NUMBERS = 10_000
"""The most numbers of one bulk capability check (Orange)."""

_KEEP_FILES = timedelta(days=30)
_JSON = "application/json"
_MISSING = frozenset({404})

_Method = Literal["GET", "POST", "PUT", "DELETE"]


class MaapClient:
    """Speaks to the platform for the bots of one application.

    The session is the caller's, who closes it. ``sleep`` waits between repeats; the clock's own by default.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        application: MaapApplication,
        *,
        clock: Clock,
        sleep: Sleep | None = None,
    ) -> None:
        self._settings = application.settings
        self._clock = clock
        self._sleep = sleep or clock.sleep
        self._caller = HttpCaller(session, timeout_s=self._settings.timeout_s, sleep=self._sleep)
        self._auth = Authenticator(application, self._caller, clock=clock)
        self._caps_lock = asyncio.Lock()
        self._caps_free_at: datetime | None = None

    async def send(self, bot: MaapBot, address: Address, message: Message) -> Accepted:
        """Send one message. The message is checked first: a faulty one is ``MessageMalformed`` and never posted."""
        try:
            require_valid(message, limits=self._settings.limits(), now=self._clock.now())
        except MessageFaulty as faulty:
            raise MessageMalformed(faulty.message) from None
        body = encode_send(message, address, self._settings)
        reply = await self._call(bot, "POST", "messages", call="send", body=body)
        accepted = read_accepted(reply.body)
        if accepted is None:
            raise NoMessageId(http=reply.http, request_id=reply.headers.get("X-OAPI-Request-Id"))
        return accepted

    async def typing(self, bot: MaapBot, address: Address, *, active: bool = True) -> None:
        """Show or hide «is writing»; counts as a send towards the quota."""
        await self._call(bot, "POST", "messages", call="send", body=encode_typing(address, active=active))

    async def read_report(self, bot: MaapBot, message_id: str) -> None:
        """Tell the person that the bot has read their message."""
        await self._change_status(bot, message_id, "displayed")

    async def revoke(self, bot: MaapBot, message_id: str) -> None:
        """Ask to take back a message of ours. The result comes later as an event, so success proves nothing.

        Raises ``AlreadyDelivered``, ``AlreadyRevoked``, ``ResourceMissing`` when it is refused at once.
        """
        await self._change_status(bot, message_id, self._settings.cancel_word)

    async def status(self, bot: MaapBot, message_id: str) -> StatusReply:
        """How far a message of ours is. Raises ``ResourceMissing`` for an id the platform does not know."""
        return read_status((await self._ask(bot, _status_path(message_id), call="status")).body)

    async def capabilities(self, bot: MaapBot, address: Address) -> frozenset[str]:
        """One person's capabilities; empty: not reachable. For tests, one call a second; off unless configured.

        Raises ``SettingsError`` while ``caps_in_production`` is off.
        """
        if not self._settings.caps_in_production:
            raise SettingsError("the unitary capability query is off", hint="caps_in_production turns it on")
        if address.chat_id is not None:
            query = {"chatId": address.chat_id}
        elif address.msisdn is not None:
            query = {"userContact": address.msisdn}
        else:
            raise ValueError("a capability query needs an address")
        await self._caps_turn()
        path = f"contactCapabilities?{urlencode(query, quote_via=quote)}"
        reply = await self._ask(bot, path, call="capabilities", also=_MISSING)
        if reply.http == 404:
            refusal = _refusal(reply, "capabilities")
            if refusal.code == "missing":
                raise refusal
            return frozenset()
        return read_capabilities(reply.body)

    async def start_bulk(self, bot: MaapBot, numbers: Sequence[str]) -> None:
        """Start a capability check of 1 to 10,000 E.164 numbers; one job per bot at a time (``Conflict``).

        Raises ``BulkClosed`` outside the night slot, without calling; ``ValueError`` for wrong numbers.
        """
        if not 1 <= len(numbers) <= MAX_BULK_NUMBERS:
            raise ValueError(f"a bulk check takes 1 to {MAX_BULK_NUMBERS} numbers, not {len(numbers)}")
        if any(read_msisdn(number) != number for number in numbers):
            raise ValueError("a bulk check takes E.164 numbers with a leading +")
        self._require_slot("POST")
        body = encode_bulk(numbers, self._settings)
        await self._call(bot, "POST", "bulkContactCapabilities", call="bulk", body=body)

    async def bulk_result(self, bot: MaapBot) -> BulkResult:
        """The result of the bot's bulk check, as far as it is. Raises ``BulkClosed`` outside the night slot."""
        self._require_slot("GET")
        reply = await self._ask(bot, "bulkContactCapabilities", call="bulk", also=_MISSING)
        return BulkResult(state="none") if reply.http == 404 else read_bulk(reply.http, reply.body)

    async def upload(
        self, bot: MaapBot, *, content: bytes, name: str, mime_type: str, until: datetime | None = None
    ) -> FileInfo:
        """Upload a file; the platform keeps it until ``until`` (30 days from now). A ``fileStatus`` event follows."""
        until = until or self._clock.now() + _KEEP_FILES
        return await self._upload(bot, *upload_body(mime_type=mime_type, until=until, content=content, name=name))

    async def upload_from_url(
        self, bot: MaapBot, *, url: str, mime_type: str, until: datetime | None = None
    ) -> FileInfo:
        """Let the platform download a file itself."""
        until = until or self._clock.now() + _KEEP_FILES
        return await self._upload(bot, *upload_body(mime_type=mime_type, until=until, url=url))

    async def file_info(self, bot: MaapBot, file_id: str) -> FileInfo:
        """What the platform knows about an uploaded file. Raises ``ResourceMissing``."""
        return read_file((await self._ask(bot, self._file_path(file_id), call="file")).body)

    async def delete_file(self, bot: MaapBot, file_id: str) -> None:
        """Delete an uploaded file. Raises ``ResourceMissing``."""
        await self._call(bot, "DELETE", self._file_path(file_id), call="file")

    async def _upload(self, bot: MaapBot, body: bytes, content_type: str) -> FileInfo:
        path = self._settings.files_path
        reply = await self._call(bot, "POST", path, call="file", body=body, content_type=content_type)
        return read_file(reply.body)

    async def _change_status(
        self, bot: MaapBot, message_id: str, word: Literal["displayed", "cancelled", "canceled"]
    ) -> None:
        await self._call(bot, "PUT", _status_path(message_id), call="status", body=encode_status(word))

    async def _caps_turn(self) -> None:
        """Wait until the unitary query's own rate allows another."""
        async with self._caps_lock:
            now = self._clock.now()
            if self._caps_free_at is not None and self._caps_free_at > now:
                await self._sleep((self._caps_free_at - now).total_seconds())
            self._caps_free_at = self._clock.now() + timedelta(seconds=1 / self._settings.caps_rate)

    def _require_slot(self, method: Literal["GET", "POST"]) -> None:
        kept = method == "POST" or self._settings.bulk_slot_methods == "post_and_get"
        if kept and not bulk_slot_open(self._clock.now()):
            raise BulkClosed

    async def _ask(self, bot: MaapBot, path: str, *, call: Call, also: Collection[int] = ()) -> Reply:
        """A GET, repeated where that is harmless; ``also`` are statuses to return besides 2xx."""
        return await self._prove_and_call(bot, "GET", path, call=call, body=None, content_type=_JSON, also=also)

    async def _call(
        self, bot: MaapBot, method: _Method, path: str, *, call: Call, body: bytes | None = None,
        content_type: str = _JSON,
    ) -> Reply:  # fmt: skip
        """A call that is made once."""
        return await self._prove_and_call(bot, method, path, call=call, body=body, content_type=content_type, also=())

    async def _prove_and_call(
        self, bot: MaapBot, method: _Method, path: str, *, call: Call, body: bytes | None, content_type: str,
        also: Collection[int],
    ) -> Reply:  # fmt: skip
        """Call with proof; after a 401 once more with what was renewed."""
        url = self._url(bot, path, call)

        async def attempt() -> tuple[Proof, Reply]:
            proof = await self._auth.proof(bot)
            if method == "GET":
                return proof, await self._caller.repeatable("GET", url, call=call, headers=proof.headers)
            return proof, await self._caller.once(
                method, url, headers=proof.headers, body=body, content_type=content_type
            )

        proof, reply = await attempt()
        if reply.http == 401 and self._auth.renew(bot, proof, _refusal(reply, call)):
            _, reply = await attempt()
        if not reply.ok and reply.http not in also:
            raise _refusal(reply, call)
        return reply

    def _url(self, bot: MaapBot, path: str, call: Call) -> str:
        settings = self._settings
        version = settings.version_bulk if call == "bulk" else settings.version_messages
        base = settings.api_base.rstrip("/")
        return f"{base}/bot/{version}/{quote(bot.platform_id, safe='')}/{path}"

    def _file_path(self, file_id: str) -> str:
        return f"{self._settings.files_path}/{quote(file_id, safe='')}"


def _refusal(reply: Reply, call: Call) -> ChannelError:
    return error_of_reply(reply.http, reply.body, call=call, headers=reply.headers)


def _status_path(message_id: str) -> str:
    return f"messages/{quote(message_id, safe='')}/status"
