"""A campaign at exactly the quota, in virtual time: real senders and a real database, the emulator's own counting.

Owner, store and operator share one loop whose time jumps, so eleven minutes of sending take as long as their work. They
run beside the other tests and without the coverage hook, which would make that three times as much.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from sqlalchemy import Connection, func, insert, select

from rbm_bots.channels.maap.errors import OverQuota
from rbm_bots.clock import to_ms
from rbm_bots.delivery.asking import Asker
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.door import Door, Opened
from rbm_bots.delivery.gateway import Leaving
from rbm_bots.delivery.guard import ErrorGuard, GuardSettings
from rbm_bots.delivery.legs import Legs
from rbm_bots.delivery.pacer import Pacer
from rbm_bots.delivery.queueing import Wanted, queue_messages
from rbm_bots.delivery.routes import LegSettings
from rbm_bots.delivery.sender import Sender, SenderSettings
from rbm_bots.emulator import EmulatorSettings
from rbm_bots.emulator.quota import Quota
from rbm_bots.messages import Message, Text
from rbm_bots.store import Store, contacts, leases, open_store
from rbm_bots.store.base import table
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import OptRow, OutboxRow
from tests.virtual_time import VirtualClock, VirtualLoop, run_virtually

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
MORNING = datetime(2026, 1, 15, 9, tzinfo=UTC)  # a Thursday
APP = "APP1"
BOTS = ("garage", "parcel")
Window = Literal["second", "minute", "both"]


@dataclass(slots=True)
class Operator:
    """Counts as the emulator counts; a call travels 20 ms each way, and a random time more."""

    quota: Quota
    clock: VirtualClock
    jitter_s: float
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    taken: Counter[str] = field(default_factory=Counter)
    taken_at: list[float] = field(default_factory=list)
    refused_at: list[float] = field(default_factory=list)

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, leaving: Leaving) -> str:
        await self._travel()
        loop = asyncio.get_running_loop()
        if not self.quota.admit(APP, self.clock.now()):
            self.refused_at.append(loop.time())
            await self._travel()
            raise OverQuota(http=429, platform_code="53")
        self.taken[leaving.row.message_id] += 1
        self.taken_at.append(loop.time())
        await self._travel()
        return f"p-{leaving.row.message_id}"

    async def _travel(self) -> None:
        await asyncio.sleep(0.02 + self.chance.expovariate(1 / self.jitter_s))


async def fill(store: Store, messages: int) -> None:
    """Queue so many messages of one campaign: each person gets one of each bot, whose brands they agreed to."""
    body = SEAL.close(msgspec.json.encode(Message(content=Text(text="Bonjour. STOP au 36123"))), purpose=BODY)
    now_ms = to_ms(MORNING)

    def work(connection: Connection, first: int) -> None:
        wanted = range(first, min(first + 1000, messages))
        numbers = {number: f"+3363998{number // 2:04d}" for number in wanted}
        people = contacts.ensure_contacts(connection, SEAL, sorted(set(numbers.values())), now_ms=now_ms)
        opts = [
            {"brand": bot, "contact_id": contact, "kind": "optin", "at": now_ms, "proof": f"form|{contact}|{bot}"}
            for contact in people.values()
            for bot in BOTS
        ]
        connection.execute(insert(table(OptRow)).prefix_with("OR IGNORE"), opts)
        rows = [
            Wanted(
                message_id=f"m{number}",
                application=APP,
                bot=BOTS[number % 2],
                brand=BOTS[number % 2],
                contact_id=people[numbers[number]],
                message_class="marketing",
                body=body,
                campaign="spring",
            )
            for number in wanted
        ]
        queue_messages(connection, rows, now_ms=now_ms)

    for first in range(0, messages, 1000):
        await store.write(partial(work, first=first))


def sending(store: Store, operator: Operator, clock: VirtualClock, *, owner: str = "one", window: Window) -> Sender:
    guard = ErrorGuard(APP, GuardSettings())
    legs = Legs(seal=SEAL, asker=Asker(seal=SEAL, settings=LegSettings()))
    return Sender(
        store=store,
        application=APP,
        gateway=operator,
        door=Door(application=APP, seal=SEAL, legs=legs, guard=guard),
        clock=clock,
        owner=owner,
        pacer=lambda: Pacer(window=window),
        settings=SenderSettings(lease_s=10.0),
        guard=guard,
    )


async def campaign(
    path: Path, *, messages: int, window: Window, jitter_s: float, lowered_at_s: float | None = None
) -> tuple[Operator, dict[str, int]]:
    """Send them all; the operator, and how many messages stand in each state."""
    url = f"sqlite:///{path}"
    await upgrade(url)
    store = await open_store(url)
    await fill(store, messages)
    clock = VirtualClock(MORNING)
    operator = Operator(Quota(EmulatorSettings(quota_window=window)), clock, jitter_s)
    sender = sending(store, operator, clock, window=window)
    loop = asyncio.get_running_loop()
    began = loop.time()
    running = asyncio.create_task(sender.run())
    if lowered_at_s is not None:
        await asyncio.sleep(lowered_at_s)
        operator.quota.per_s, operator.quota.per_min = 20, 1200
    while len(operator.taken) < messages:
        await asyncio.sleep(1.0)
        assert not running.done()
        assert loop.time() - began < 4 * messages
    await sender.stop()
    await running
    states = await store.read(_states)
    await store.close()
    return operator, states


def _states(connection: Connection) -> dict[str, int]:
    outbox = table(OutboxRow)
    counted = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {row[0]: row[1] for row in connection.execute(counted)}


def used(operator: Operator, messages: int, window: Window) -> float:
    """The share of the quota that was used: the least time that the windows leave, by the time it took."""
    count, length_s = (1800, 60) if window == "minute" else (30, 1)
    return (ceil(messages / count) - 1) * length_s / (operator.taken_at[-1] - operator.taken_at[0])


ALL = 20_000


@pytest.mark.parametrize(
    ("window", "jitter_s", "share", "messages"),
    [
        ("both", 0.002, 0.98, ALL),
        ("both", 0.010, 0.94, 600),
        pytest.param("both", 0.010, 0.94, ALL, marks=pytest.mark.soak),
        pytest.param("minute", 0.050, 0.99, ALL, marks=pytest.mark.soak),
    ],
)
def test_the_quota_is_used_and_never_passed(
    sqlite_path: Path, window: Window, jitter_s: float, share: float, messages: int
) -> None:
    operator, states = run_virtually(lambda: campaign(sqlite_path, messages=messages, window=window, jitter_s=jitter_s))
    assert operator.refused_at == []
    assert states == {"accepted": messages}
    assert set(operator.taken.values()) == {1}
    assert used(operator, messages, window) >= share


@pytest.mark.parametrize("messages", [260, pytest.param(ALL, marks=pytest.mark.soak)])
def test_a_limit_that_is_lowered_without_notice_costs_a_minute_and_no_message(sqlite_path: Path, messages: int) -> None:
    operator, states = run_virtually(
        lambda: campaign(sqlite_path, messages=messages, window="both", jitter_s=0.002, lowered_at_s=5.0)
    )
    assert states == {"accepted": messages}
    assert set(operator.taken.values()) == {1}
    first = operator.refused_at[0]
    arrived = sorted(operator.taken_at + operator.refused_at)
    assert [at for at in arrived if first + 1 < at < first + 59] == []
    assert 59 < next(at for at in arrived if at > first + 1) - first < 62


def test_an_owner_that_stood_still_sends_nothing_until_it_owns_again(sqlite_path: Path) -> None:
    async def body() -> tuple[list[int], dict[str, int]]:
        url = f"sqlite:///{sqlite_path}"
        await upgrade(url)
        store = await open_store(url)
        await fill(store, 100)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        clock = VirtualClock(MORNING)
        left_ms: list[int] = []

        class Watchful(Operator):
            async def send(self, leaving: Leaving) -> str:
                (lease,) = await store.read(leases.show)
                left_ms.append(lease.until - to_ms(clock.now()))
                return await super().send(leaving)

        sender = sending(store, Watchful(Quota(EmulatorSettings()), clock, 0.002), clock, window="both")
        opened = sender._door.open
        nights = [600.0]

        def slow(*args: Any, **named: Any) -> Opened:
            judged = opened(*args, **named)
            if len(left_ms) > 40 and nights:
                loop.now += nights.pop()  # the machine sleeps; everything is judged and nothing has left
            return judged

        sender._door.open = slow  # type: ignore[method-assign]  # sleeps as no double of ours could
        running = asyncio.create_task(sender.run())
        await asyncio.sleep(620.0)
        await sender.stop()
        await running
        states = await store.read(_states)
        await store.close()
        assert nights == []
        return left_ms, states

    left_ms, states = run_virtually(body)
    assert min(left_ms) > 0
    assert states == {"accepted": 100}


def test_a_new_owner_goes_on_under_the_ceiling_and_ends_the_pause(sqlite_path: Path) -> None:
    async def body() -> tuple[Operator, list[tuple[float, int]]]:
        url = f"sqlite:///{sqlite_path}"
        await upgrade(url)
        store = await open_store(url)
        await fill(store, 200)
        clock = VirtualClock(MORNING)
        operator = Operator(Quota(EmulatorSettings(quota_per_s=5, quota_per_min=300)), clock, 0.002)
        known: list[tuple[float, int]] = []
        for owner in ("one", "two"):
            sender = sending(store, operator, clock, owner=owner, window="both")
            running = asyncio.create_task(sender.run())
            await asyncio.sleep(65.0 if owner == "one" else 30.0)  # «two» takes over in the second pause
            throttling = sender._pacer.throttling
            known.append((throttling.at or 0.0, throttling.ceiling))
            await sender.stop()
            await running
        await store.close()
        return operator, known

    operator, known = run_virtually(body)
    (first_at, ceiling), (second_at, same) = known
    assert ceiling == same == 667
    assert abs(first_at - second_at) < 0.01
    arrived = operator.taken_at + operator.refused_at
    assert max(arrived) < first_at + 2
