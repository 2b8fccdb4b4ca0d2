"""Bulk checks against the emulated operator: only at night, resumed after crashes and in the next night."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientSession, web
from sqlalchemy import Connection

from rbm_bots.channels.maap.client import MaapClient
from rbm_bots.channels.maap.settings import MaapApplication, MaapBot
from rbm_bots.clock import FixedClock, to_ms
from rbm_bots.delivery.capability.lookup import FileLookUp, LookUps
from rbm_bots.delivery.capability.nightly import NightlyChecks
from rbm_bots.delivery.capability.resolving import Resolver
from rbm_bots.delivery.other_calls import OtherCalls
from rbm_bots.emulator import EmulatorSettings, build_emulator
from rbm_bots.server.capability import MaapCapability
from rbm_bots.store import Store, capability, capability_jobs, contacts, leases, operators
from rbm_bots.store.seal import Keys, Seal

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
BOT, TOKEN = "garage", "token-of-the-tests"
NIGHT = datetime(2026, 1, 15, 22, tzinfo=UTC)
DAY = datetime(2026, 1, 15, 12, tzinfo=UTC)


@dataclass(slots=True)
class Town:
    """A bot's checks, its operator, its people, and the time."""

    store: Store
    clock: FixedClock
    make: Callable[[], NightlyChecks]
    calls: Callable[[], list[tuple[str, int]]]
    people: list[str]

    async def nights_work(self, checks: NightlyChecks | None = None, *, steps: int = 20) -> None:
        """Steps, each after the wait that the one before asked for, until there is nothing to do."""
        checks = checks or self.make()
        for _ in range(steps):
            wait_s = await checks.step()
            if wait_s == 600.0:
                return
            self.clock.advance(wait_s)

    async def answers(self) -> dict[str, str]:
        known = await self.store.read(
            partial(capability.known, contact_ids=self.people, now_ms=to_ms(self.clock.now()))
        )
        return {contact: one.answer for contact, one in known.items()}


@pytest.fixture
def how() -> dict[str, Any]:
    """Settings of the operator; a test may change them."""
    return {}


@pytest.fixture
async def town(fresh_store: Store, how: dict[str, Any]) -> AsyncIterator[Town]:
    clock = FixedClock(NIGHT)
    emulator = build_emulator(EmulatorSettings(auth="gsma", token=TOKEN, bulk_takes_s=60, **how), clock=clock)
    app = web.Application()
    emulator.add_routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    store = fresh_store
    async with ClientSession() as http:
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        settings = {"auth_mode": "gsma_only", "gsma_token": "static", "api_base": base}
        application = MaapApplication.model_validate({"id": "APP1", "settings": settings})
        account = MaapBot.model_validate(
            {"id": BOT, "platform_id": BOT, "application": "APP1", "webhook_auth": {"kind": "none"}, "token": TOKEN}
        )
        resolver = Resolver(
            store=store, seal=SEAL, clock=clock, look_ups=LookUps(FileLookUp(store=store, seal=SEAL)), days=30
        )

        def make(owner: str = "one") -> NightlyChecks:
            calls = OtherCalls(store=store, clock=clock, application="APP1", per_second=30)
            gateway = MaapCapability(MaapClient(http, application, clock=clock), {BOT: account}, calls)
            return NightlyChecks(
                store=store, seal=SEAL, clock=clock, bot=BOT, gateway=gateway, resolver=resolver, owner=owner,
                served=("orange",),
            )  # fmt: skip

        def calls() -> list[tuple[str, int]]:
            lines = emulator.platform.record.lines()
            return [(line["method"], line["status"]) for line in lines if "bulk" in line["path"]]

        yield Town(store, clock, make, calls, await _people(store))
    await runner.cleanup()


async def _people(store: Store) -> list[str]:
    """Four people of the bot: the third (its number ends in 02) has no RCS."""

    def make(connection: Connection) -> list[str]:
        made = [
            contacts.ensure_contact(connection, SEAL, kind="msisdn", address=f"+336399800{n:02}", now_ms=to_ms(NIGHT))
            for n in (0, 1, 2, 3)
        ]
        capability.want(connection, BOT, made)
        return made

    return await store.write(make)


RESULT = ["rcs", "rcs", "none", "rcs"]


async def test_a_night_asks_about_everybody_once(town: Town) -> None:
    await town.nights_work()
    assert list((await town.answers()).values()) == RESULT
    assert [call for call in town.calls() if call[0] == "POST"] == [("POST", 202)]
    assert await town.store.read(partial(capability_jobs.find, bot=BOT)) is None
    await town.nights_work()
    assert [call for call in town.calls() if call[0] == "POST"] == [("POST", 202)]


async def test_nothing_is_called_by_day(town: Town) -> None:
    town.clock.move_to(DAY)
    assert await town.make().step() == 60.0
    assert town.calls() == []


class TestFlat:
    @pytest.fixture
    def how(self) -> dict[str, Any]:
        return {"bulk_result_shape": "flat"}

    async def test_whoever_is_not_listed_has_no_rcs(self, town: Town) -> None:
        await town.nights_work()
        assert list((await town.answers()).values()) == RESULT


class TestClosed:
    @pytest.fixture
    def how(self) -> dict[str, Any]:
        return {"bulk_timezone": "+12:00"}

    async def test_a_405_waits_and_loses_nothing(self, town: Town) -> None:
        checks = town.make()
        assert await checks.step() == 0.0
        assert await checks.step() == 900.0
        assert town.calls() == [("POST", 405)]
        job = await town.store.read(partial(capability_jobs.find, bot=BOT))
        assert job is not None
        assert (job.state, set(job.asked)) == ("starting", set(town.people))


async def test_a_job_goes_on_in_the_next_night(town: Town) -> None:
    checks = town.make()
    await checks.step()
    await checks.step()
    town.clock.move_to(datetime(2026, 1, 16, 12, tzinfo=UTC))
    assert await checks.step() == 60.0
    town.clock.move_to(NIGHT + timedelta(days=1))
    await town.nights_work(town.make())
    assert list((await town.answers()).values()) == RESULT
    assert [call for call in town.calls() if call[0] == "POST"] == [("POST", 202)]


async def test_after_a_crash_before_the_answer_it_is_asked_anew(town: Town) -> None:
    checks = town.make()
    await checks.step()
    await checks.step()
    await town.store.write(partial(capability_jobs.move, bot=BOT, state="starting", now_ms=to_ms(NIGHT)))  # the crash
    await town.nights_work(town.make())
    assert list((await town.answers()).values()) == RESULT
    assert [status for method, status in town.calls() if method == "POST"] == [202, 409, 202]


async def test_the_checks_end_while_their_application_is_paused(town: Town) -> None:
    paused = partial(leases.pause, name="application:APP1", until_ms=to_ms(NIGHT) + 86_400_000)
    await town.store.write(paused)
    checks = town.make()
    assert await checks.step() == 0.0
    waiting = asyncio.create_task(checks.run())
    await asyncio.sleep(0)
    await checks.stop()
    async with asyncio.timeout(10):
        await waiting
    assert town.calls() == []
    job = await town.store.read(partial(capability_jobs.find, bot=BOT))
    assert job is not None
    assert job.state == "starting", "the next process makes the call"


async def test_one_process_at_a_time(town: Town) -> None:
    assert await town.make("one").step() == 0.0
    assert await town.make("two").step() == 30.0
    assert town.calls() == []
    town.clock.advance(301)
    await town.nights_work(town.make("two"))
    assert list((await town.answers()).values()) == RESULT


async def test_numbers_of_other_operators_are_not_asked_about(town: Town) -> None:
    def file(connection: Connection, ported: str) -> None:
        edition = operators.begin(connection)
        rows = [("3363998", "orange"), ("33639980001", ported)]
        operators.add(connection, SEAL, edition, rows)
        operators.complete(connection, edition, stamp=ported, lengths=(7, 11), now_ms=to_ms(NIGHT))

    await town.store.write(partial(file, ported="sfr"))
    await town.nights_work()
    assert list((await town.answers()).values()) == ["rcs", "unknown", "none", "rcs"]
    known = await town.store.read(partial(capability.known, contact_ids=town.people, now_ms=to_ms(NIGHT)))
    assert [one.operator for one in known.values()] == ["orange", "sfr", "orange", "orange"]
    await town.store.write(partial(file, ported="orange"))
    town.clock.move_to(NIGHT + timedelta(days=20))
    await town.nights_work(town.make())
    assert (await town.answers())[town.people[1]] == "unknown"
    town.clock.move_to(NIGHT + timedelta(days=32))
    await town.nights_work(town.make())
    assert (await town.answers())[town.people[1]] == "rcs", "a number that was ported to us is asked about"
