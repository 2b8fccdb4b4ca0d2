"""A house whose bot has a short code: an emulated SMS centre, and a clock that stands in opening hours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import ClientSession

from rbm_bots.channels.sms.ucp.link_settings import UcpTransportSettings
from rbm_bots.clock import SystemClock, to_ms
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.fallback import FallbackChanges, Saga
from rbm_bots.delivery.queueing import Wanted, queue_messages
from rbm_bots.delivery.routes import LegSettings, SmsCode
from rbm_bots.emulator.smsc import Smsc, SmscSettings
from rbm_bots.messages import Message, Reply, Text
from rbm_bots.messages.postback import Postback
from rbm_bots.rules.stop import STOP_STEP
from rbm_bots.store import capability, contacts, opts
from rbm_bots.store.capability import Learned
from rbm_bots.store.schema import upgrade
from rbm_bots.store.tables import OptRow, OutboxRow, SagaRow
from tests.acceptance.driver.deployment import free_ports
from tests.acceptance.driver.operator import until
from tests.integration.server.side import BOT, BOT_FILE, PERSON, SEAL, House

__all__ = ["CODE", "OPEN", "SmsHouse", "sms_housed"]

CODE = "36123"
OPEN = datetime(2030, 3, 12, 9, 0, tzinfo=UTC)
"""A Tuesday, ten o'clock in Paris."""

_STOP = Postback(bot_version="v", talk=1, turn=1, step=STOP_STEP, option="stop").pack()
_decode_saga = msgspec.json.Decoder(Saga).decode


class SmsHouse(House):
    """``say`` and ``post`` come by RCS; ``centre`` is where SMS go and come from."""

    def __init__(self, centre: Smsc, changes: FallbackChanges, **options: Any) -> None:
        super().__init__(**options)
        self.centre = centre
        link = UcpTransportSettings.model_validate({
            "hosts": [f"127.0.0.1:{centre.port}"], "account": CODE, "password": "secret", "drain_s": 0.5,
        })  # fmt: skip
        code = SmsCode(code=CODE, operations_per_s=100)
        self.deployment = replace(
            self.deployment,
            bots={BOT: replace(self.deployment.bots[BOT], sms_code=CODE)},
            legs=LegSettings(codes={CODE: code}, fallback_always=changes),
            transports={CODE: link},
        )
        self.clock.advance((OPEN - self.clock.now()).total_seconds())

    async def know(self, *, number: str = PERSON, rcs: bool = True, consent: bool = True) -> str:
        """Somebody whose capability was looked up, and who agreed to marketing; their contact id."""
        now_ms = to_ms(self.clock.now())

        def work(connection: Any) -> str:
            contact = contacts.ensure_contact(connection, SEAL, kind="msisdn", address=number, now_ms=now_ms)
            answer = "rcs" if rcs else "none"
            learned = Learned(contact_id=contact, bot=BOT, answer=answer, source="bulk", at=now_ms)
            capability.learned(connection, [learned])
            if consent:
                row = OptRow(brand="brand", contact_id=contact, kind="optin", at=now_ms - 1000, proof="form")
                opts.record(connection, [row])
            return contact

        return await self.store.write(work)

    async def queue(
        self, contact: str, message_class: Any = "service", *, name: str = "m1", text: str = "Votre colis est la.",
        **more: Any,
    ) -> None:  # fmt: skip
        """Queue a message that an SMS may replace."""
        chips = (Reply(label="Ne plus recevoir", postback=_STOP),) if message_class == "marketing" else ()
        message = Message(content=Text(text=text), chips=chips, sms=text)
        wanted = Wanted(
            message_id=name,
            application="APP1",
            bot=BOT,
            brand="brand",
            contact_id=contact,
            message_class=message_class,
            body=SEAL.close(msgspec.json.encode(message), purpose=BODY),
            sms_code=CODE,
            **more,
        )
        now_ms = to_ms(self.clock.now())
        await self.store.write(lambda connection: queue_messages(connection, [wanted], now_ms=now_ms))
        await self.store.notify("outbox")

    async def state(self, name: str = "m1") -> tuple[str, str | None]:
        """The phase and the outcome of a message."""
        [row] = [row for row in await self.rows(SagaRow) if row.message_id == name]
        return row.phase, row.outcome

    async def saga(self, name: str = "m1") -> Saga:
        [row] = [row for row in await self.rows(SagaRow) if row.message_id == name]
        return _decode_saga(row.state)

    async def legs(self, name: str = "m1") -> list[tuple[str, str]]:
        """What was to be called for a message, and what came of it."""
        return [(row.operation, row.state) for row in await self.rows(OutboxRow) if row.logical_id == name]

    async def rcs_id(self, name: str = "m1") -> str:
        """The platform's id of a message."""
        [row] = [row for row in await self.rows(OutboxRow) if row.message_id == name]
        return str(row.platform_id)

    async def receipt(self, status: str, name: str = "m1", **more: Any) -> None:
        """The operator tells what became of the RCS message."""
        body = self.event("messageStatus", msg_id=await self.rcs_id(name), status=status, **more)
        assert await self.post(body) == 200

    async def reach(self, *wanted: tuple[str, str], name: str = "m1") -> None:
        """Wait until the calls for a message stand so."""
        await self.holds(lambda: self.legs(name), list(wanted))

    async def end(self, phase: str, outcome: str | None, name: str = "m1") -> None:
        """Wait until a message stands so."""
        await self.holds(lambda: self.state(name), (phase, outcome))

    async def holds(self, read: Callable[[], Awaitable[Any]], wanted: Any) -> None:
        async def met() -> bool:
            return bool(await read() == wanted)

        await until(met, within_s=15, strict=False)
        assert await read() == wanted

    async def again(self) -> None:
        """Another process takes over."""
        await self.stop()
        await self.start()

    @property
    def sms(self) -> list[str]:
        """The texts that the centre took, part by part."""
        return [taken.submit.text for taken in self.centre.taken]


@asynccontextmanager
async def sms_housed(
    *, database: str, operator: str, changes: FallbackChanges | None = None, text: str = BOT_FILE
) -> AsyncIterator[SmsHouse]:
    """A house with a short code; it is stopped at the end, however it stands."""
    await upgrade(database)
    port, admin_port = free_ports(2)
    async with ClientSession() as http:
        centre = Smsc(settings=SmscSettings(), clock=SystemClock())
        await centre.start()
        house = SmsHouse(
            centre, changes or FallbackChanges(), database=database, operator=operator, http=http,
            ports=(port, admin_port), text=text,
        )  # fmt: skip
        centre.clock = house.clock
        await house.start()
        try:
            yield house
        finally:
            house.shop.open.set()
            await house.stop()
            await centre.stop()
