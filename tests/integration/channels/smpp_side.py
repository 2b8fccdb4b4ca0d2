"""An SMSC written by others, in this process, and an SMPP transport towards it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import smpp34

from rbm_bots.channels.sms.smpp import SmppTransport, SmppTransportSettings
from rbm_bots.clock import Clock, SystemClock
from tests.integration.channels.sms_inbox import Heard, until

NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


class Centre:
    """An SMSC that answers as the recipient's last digits say: 9DDD refuses with that status, 2000 is silent."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.taken: list[Any] = []
        self.held: list[Any] = []
        self.sessions: list[Any] = []

    async def run(self) -> None:
        while True:
            event = await self.server.next()
            if isinstance(event, smpp34.SubmitSmEvent):
                self._submit(event)
            elif isinstance(event, smpp34.Esme):
                self.sessions.append(event)

    def _submit(self, event: Any) -> None:
        digits = event.destination_addr[-4:]
        if digits.startswith("9"):
            event.reject(int(digits[1:]))
        elif digits == "2000":
            self.held.append(event)
        else:
            self.taken.append(event)
            event.accept(f"id-{len(self.taken)}")

    async def report(self, text: str, *, tlvs: Any = (), esm_class: int = 4) -> Any:
        return await self.sessions[-1].deliver_sm(
            "36123", text.encode("latin-1"), source_addr="33639981234", esm_class=esm_class, tlvs=list(tlvs)
        )

    async def say(self, octets: bytes, **options: Any) -> Any:
        return await self.sessions[-1].deliver_sm("36123", octets, source_addr="33639981234", **options)


class Side:
    def __init__(self, transport: SmppTransport, centre: Centre, heard: Heard) -> None:
        self.transport, self.centre, self.heard = transport, centre, heard


@asynccontextmanager
async def linked(port: int, *, clock: Clock | None = None, **options: Any) -> AsyncIterator[Side]:
    server = smpp34.Server("127.0.0.1", port, system_id="centre")
    await server.start()
    centre = Centre(server)
    serving = asyncio.ensure_future(centre.run())
    heard = Heard()
    wanted = {"host": f"127.0.0.1:{port}", "system_id": "us", "password": "secret"} | options
    settings = SmppTransportSettings.model_validate(wanted)
    transport = SmppTransport(settings=settings, inbound="msisdn", inbox=heard, clock=clock or SystemClock())
    await transport.start()
    try:
        await until(lambda: heard.links == ["open"] and centre.sessions)
        yield Side(transport, centre, heard)
    finally:
        await transport.stop()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await server.stop()
