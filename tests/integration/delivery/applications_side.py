"""Applications of one process in virtual time, each with an operator of its own that counts as the emulator does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from rbm_bots.channels.maap.errors import OverQuota
from rbm_bots.clock import to_ms
from rbm_bots.delivery.asking import Asker
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.door import Door
from rbm_bots.delivery.gateway import Leaving
from rbm_bots.delivery.legs import Legs
from rbm_bots.delivery.pacer import Pacer
from rbm_bots.delivery.queueing import Wanted, queue_messages
from rbm_bots.delivery.routes import LegSettings
from rbm_bots.delivery.sender import Sender, SenderSettings
from rbm_bots.dialogue.effects import MessageClass
from rbm_bots.emulator import EmulatorSettings
from rbm_bots.emulator.quota import Quota
from rbm_bots.messages import Message, Text
from rbm_bots.store import Store, contacts, open_store
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Keys, Seal
from tests.virtual_time import VirtualClock, run_virtually

__all__ = ["MORNING", "Desk", "at_desk"]

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
MORNING = datetime(2026, 1, 15, 9, tzinfo=UTC)
_TRAVELS_S = 0.02
_LEASE_S = 600.0  # nothing is learned by renewing it


@dataclass(slots=True)
class Operator:
    """Of one application; ``taken``: what arrived, when, and in which order."""

    application: str
    quota: Quota
    clock: VirtualClock
    taken: list[tuple[float, str]] = field(default_factory=list)
    refused: int = 0

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, leaving: Leaving) -> str:
        await asyncio.sleep(_TRAVELS_S)
        if not self.quota.admit(self.application, self.clock.now()):
            self.refused += 1
            raise OverQuota(http=429, platform_code="53")
        self.taken.append((asyncio.get_running_loop().time(), leaving.row.message_id))
        await asyncio.sleep(_TRAVELS_S)
        return f"p-{leaving.row.message_id}"

    def taken_at(self) -> list[float]:
        return [at for at, _ in self.taken]


@dataclass(slots=True)
class Desk:
    """A store, and the senders that work on it."""

    store: Store
    clock: VirtualClock
    operators: dict[str, Operator] = field(default_factory=dict)
    senders: list[tuple[Sender, asyncio.Task[None]]] = field(default_factory=list)

    def open(self, application: str, *, per_second: int = 30) -> Operator:
        """A sender of this application begins; its operator."""
        quota = Quota(EmulatorSettings(quota_per_s=per_second, quota_per_min=60 * per_second))
        operator = Operator(application, quota, self.clock)
        legs = Legs(seal=SEAL, asker=Asker(seal=SEAL, settings=LegSettings()))
        sender = Sender(
            store=self.store,
            application=application,
            gateway=operator,
            door=Door(application=application, seal=SEAL, legs=legs),
            clock=self.clock,
            owner="one",
            pacer=lambda: Pacer(per_second=per_second, per_minute=60 * per_second),
            settings=SenderSettings(lease_s=_LEASE_S),
        )
        self.operators[application] = operator
        self.senders.append((sender, asyncio.create_task(sender.run())))
        return operator

    async def queue(
        self, application: str, count: int, *, message_class: MessageClass = "service", start: int = 0
    ) -> None:
        """So many messages, each to somebody else."""
        body = SEAL.close(msgspec.json.encode(Message(content=Text(text="Bonjour."))), purpose=BODY)
        now_ms = to_ms(self.clock.now())

        def work(connection: Connection) -> None:
            numbers = [f"+3363998{number:04d}" for number in range(start, start + count)]
            people = contacts.ensure_contacts(connection, SEAL, numbers, now_ms=now_ms)
            wanted = [
                Wanted(
                    message_id=f"{application}-{message_class}-{number}",
                    application=application,
                    bot=f"bot of {application}",
                    brand="brand",
                    contact_id=people[number],
                    message_class=message_class,
                    body=body,
                )
                for number in numbers
            ]
            queue_messages(connection, wanted, now_ms=now_ms)

        await self.store.write(work)
        await self.store.notify("outbox")

    async def until(self, reached: Callable[[], bool], *, within_s: float) -> None:
        """Let time go by until it is so."""
        async with asyncio.timeout(within_s):
            while not reached():
                await asyncio.sleep(0.05)
                assert not any(task.done() for _, task in self.senders)


def at_desk(path: Path, body: Callable[[Desk], Awaitable[None]]) -> None:
    """Run ``body`` in virtual time on an empty database, then stop the senders."""

    async def run() -> None:
        url = f"sqlite:///{path}"
        await upgrade(url)
        store = await open_store(url)
        desk = Desk(store, VirtualClock(MORNING))
        try:
            await body(desk)
        finally:
            for sender, _ in desk.senders:
                await sender.stop()
            await asyncio.gather(*(task for _, task in desk.senders))
            await store.close()

    run_virtually(partial(run))
