"""How the sender's rows become calls of a channel's client."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace
from sqlalchemy import Connection

from rbm_bots.addresses import Address
from rbm_bots.channels.maap.client import MaapClient
from rbm_bots.channels.maap.settings import MaapBot
from rbm_bots.channels.sms.address import SmsAddress
from rbm_bots.channels.sms.errors import RefusedForNow, SmsRejected
from rbm_bots.channels.sms.parts import SmsPart
from rbm_bots.channels.sms.transport import Expected, OutSms, SmsTransport
from rbm_bots.clock import Clock, from_ms, to_ms
from rbm_bots.delivery.gateway import Leaving, Revocation
from rbm_bots.delivery.routes import SmsCode
from rbm_bots.errors import NotSent, SettingsError, Unreachable
from rbm_bots.messages import Message
from rbm_bots.store import Store, contacts
from rbm_bots.store import legs as leg_rows
from rbm_bots.store.seal import Seal

__all__ = ["MaapGateway", "SmsGateway", "sms_address"]

_REPORTS_COME_WITHIN: Final = timedelta(days=3)
_MOST_TRIES: Final = 3
_REMEMBERED: Final = 10_000


class MaapGateway:
    """The sender's view of a MaaP client: bots by name, media by public address."""

    def __init__(
        self, client: MaapClient, accounts: Mapping[str, MaapBot], publish: Callable[[Message], Message]
    ) -> None:
        self._client = client
        self._accounts = accounts
        self._publish = publish

    async def open(self) -> None:
        """Nothing to connect: each call stands for itself."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def send(self, leaving: Leaving) -> str | None:
        """Send a message, or ask to take one back."""
        account = self._accounts.get(leaving.row.bot)
        if account is None:
            raise SettingsError("the bot of this message is not configured any more")
        content = leaving.content
        if isinstance(content, Revocation):
            await self._client.revoke(account, content.platform_id)
            return None
        if not isinstance(content, Message) or leaving.address is None:
            raise Unreachable("RCS carries messages to people alone")
        message = self._publish(_expiring(content, leaving.until))
        return (await self._client.send(account, leaving.address, message)).message_id


def _expiring(message: Message, until: datetime | None) -> Message:
    ends = [end for end in (message.expires_at, until) if end is not None]
    return replace(message, expires_at=min(ends)) if ends else message


class SmsGateway:
    """The sender's view of one short code; its link is this process's only while it owns the code.

    ``connect`` gives a fresh transport each time the code is owned.
    """

    def __init__(
        self, connect: Callable[[], SmsTransport], code: SmsCode, *, store: Store, seal: Seal, clock: Clock
    ) -> None:
        self._connect = connect
        self._transport: SmsTransport | None = None
        self._refused: OrderedDict[str, int] = OrderedDict()
        self._code = code
        self._store = store
        self._seal = seal
        self._clock = clock

    async def open(self) -> None:
        """Connect, and await the reports of parts that an earlier owner submitted."""
        self._transport = self._connect()
        self._transport.expect(await self._store.read(self._expected))
        await self._transport.start()

    def _expected(self, connection: Connection) -> list[Expected]:
        since_ms = to_ms(self._clock.now() - _REPORTS_COME_WITHIN)
        awaited = leg_rows.awaited(connection, self._code.application, since_ms=since_ms)
        people = [(one.contact_id, one.via) for one in awaited]
        addresses = contacts.read_addresses(connection, self._seal, people)
        found = [(one, sms_address(addresses[one.contact_id, one.via], one.via)) for one in awaited]
        return [
            Expected(
                id=one.message_id,
                to=to,
                reference=one.reference,
                deadline=from_ms(one.sent_ms) + _REPORTS_COME_WITHIN,
            )
            for one, to in found
            if to is not None
        ]

    async def close(self) -> None:
        """Drain and close the link."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.stop()

    async def send(self, leaving: Leaving) -> str | None:
        """Submit one part."""
        part = leaving.content
        to = sms_address(leaving.address, leaving.row.via)
        if not isinstance(part, SmsPart) or to is None:
            raise Unreachable("an SMS carries a part to a number or an alias")
        if self._transport is None:
            raise NotSent("the short code is not ours any more")
        sms = OutSms(
            id=leaving.row.message_id,
            to=to,
            sender=self._code.shown_sender,
            part=part,
            validity_until=leaving.until,
        )
        try:
            taken = await self._transport.submit(sms)
        except RefusedForNow as refused:
            self._count_try(sms.id, refused)
            raise
        return taken.reference or None

    def _count_try(self, part: str, refused: RefusedForNow) -> None:
        """Raise ``SmsRejected`` at the third refusal in this process: what may pass does not pass for ever."""
        tries = self._refused.pop(part, 0) + 1
        if tries >= _MOST_TRIES:
            raise SmsRejected(platform_code=refused.platform_code) from refused
        self._refused[part] = tries
        if len(self._refused) > _REMEMBERED:
            self._refused.popitem(last=False)


def sms_address(address: Address | None, via: str) -> SmsAddress | None:
    """How an SMS names the person; ``None`` for one who has neither a number nor an alias."""
    if address is None:
        return None
    if address.msisdn is not None:
        return SmsAddress(kind="msisdn", value=address.msisdn)
    return SmsAddress(kind="alias", value=address.chat_id) if via == "alias" and address.chat_id else None
