"""Calls beside the quota: under a cap of their own, silent while the application pauses, and pausing it after a 429."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from rbm_bots.channels.maap.errors import OverQuota
from rbm_bots.clock import to_ms
from rbm_bots.delivery.other_calls import OtherCalls
from rbm_bots.errors import NotSent
from rbm_bots.store import Store, leases, open_store
from rbm_bots.store.schema import upgrade
from tests.virtual_time import VirtualClock, run_virtually

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
LEASE = "application:APP1"


def played(path: Path, body: Callable[[Store, OtherCalls, VirtualClock], Awaitable[None]], per_second: int = 5) -> None:
    async def run() -> None:
        url = f"sqlite:///{path}"
        await upgrade(url)
        store = await open_store(url)
        clock = VirtualClock(NOW)
        calls = OtherCalls(store=store, clock=clock, application="APP1", per_second=per_second)
        await body(store, calls, clock)
        await store.close()

    run_virtually(run)


def test_no_more_than_the_cap_in_any_second(sqlite_path: Path) -> None:
    async def body(_store: Store, calls: OtherCalls, _clock: VirtualClock) -> None:
        arrived: list[float] = []

        async def call() -> None:
            await asyncio.sleep(0.05)
            arrived.append(asyncio.get_running_loop().time())

        await asyncio.gather(*(calls.make(call) for _ in range(23)))
        arrived.sort()
        assert all(later - earlier >= 1.0 for earlier, later in zip(arrived, arrived[5:], strict=False))
        assert arrived[-1] - arrived[0] < 5.5

    played(sqlite_path, body)


def test_a_429_pauses_the_application_and_everybody_waits(sqlite_path: Path) -> None:
    async def body(store: Store, calls: OtherCalls, clock: VirtualClock) -> None:
        async def throttled() -> None:
            raise OverQuota(http=429, retry_after_s=90.0)

        with pytest.raises(OverQuota):
            await calls.make(throttled)
        until = await store.read(partial(leases.paused_until, name=LEASE))
        assert until == to_ms(clock.now()) + 90_000

        async def call() -> datetime:
            return clock.now()

        assert (await calls.make(call) - NOW).total_seconds() >= 90
        assert await store.read(partial(leases.paused_until, name=LEASE)) == until

    played(sqlite_path, body)


def test_whoever_waits_for_a_pause_to_end_is_let_go_as_the_process_ends(sqlite_path: Path) -> None:
    async def body(store: Store, calls: OtherCalls, clock: VirtualClock) -> None:
        await store.write(partial(leases.pause, name=LEASE, until_ms=to_ms(clock.now()) + 86_400_000))

        async def call() -> None:
            raise AssertionError("it must not leave")

        waiting = asyncio.create_task(calls.make(call))
        await asyncio.sleep(100)
        assert not waiting.done()
        calls.stop()
        await asyncio.wait([waiting], timeout=2)
        assert isinstance(waiting.exception(), NotSent)

    played(sqlite_path, body)


def test_a_longer_pause_of_the_sends_stays(sqlite_path: Path) -> None:
    async def body(store: Store, calls: OtherCalls, clock: VirtualClock) -> None:
        far = to_ms(clock.now()) + 600_000

        async def meanwhile() -> None:
            await store.write(partial(leases.pause, name=LEASE, until_ms=far))
            raise OverQuota(http=429)

        with pytest.raises(OverQuota):
            await calls.make(meanwhile)
        assert await store.read(partial(leases.paused_until, name=LEASE)) == far

    played(sqlite_path, body)
