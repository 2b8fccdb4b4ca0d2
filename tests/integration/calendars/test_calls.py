"""Calls of a served bot reach its calendars: what a turn wanted is run, and its result is in the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from rbm_bots.botfile.load import load_bot
from rbm_bots.channels.maap.settings import MaapBot
from rbm_bots.channels.maap.webhook_auth import NoAuth
from rbm_bots.clock import FixedClock, to_ms
from rbm_bots.dialogue.effects import MakeCall
from rbm_bots.dialogue.stored import restore, store
from rbm_bots.events import CallReturned
from rbm_bots.history import JOURNAL_BODY
from rbm_bots.ids import CallId
from rbm_bots.server.calls import CallLoop
from rbm_bots.server.deployment import DeployedBot, Deployment
from rbm_bots.server.metrics import Metrics
from rbm_bots.server.playing import CALL
from rbm_bots.server.runners import Runners
from rbm_bots.store import Store, calls, open_store
from rbm_bots.store.base import table
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import CallRow, JournalRow
from rbm_bots.versions import KeptVersions

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
NOW = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)
BOT = """
rbm: 1
bot: {id: garage, name: Garage}
calendars:
  calendar: {source: builtin, hours: mon-fri 09:00-12:00}
start: hello
flows: {hello: {steps: [{say: Bonjour}]}}
"""


class Served:
    """The call loop of a server, and what turns want of it."""

    def __init__(self, database: Store, bot: Path) -> None:
        self.database = database
        account = MaapBot(id="garage", platform_id="g", application="A", webhook_auth=NoAuth())
        deployed = DeployedBot(bot=load_bot(bot), account=account, brand="g")
        self.runners = Runners(store=database, seal=SEAL, kept=KeptVersions(SEAL), environment={})
        self.deployed = deployed
        self.loop = CallLoop(
            store=database,
            deployment=Deployment(bots={"garage": deployed}, applications={}),
            runners=self.runners,
            seal=SEAL,
            clock=FixedClock(NOW),
            metrics=Metrics(),
        )
        self.count = 0

    async def call(self, contact: str, action: str, *, offers: bool = False, **args: Any) -> CallReturned:
        self.count += 1
        stored = {name: store(value) for name, value in args.items()}
        call = MakeCall(call_id=CallId(f"k{self.count}"), action=action, args=stored, offers=offers)
        payload = SEAL.close(msgspec.json.encode(msgspec.structs.asdict(call)), purpose=CALL)
        row = CallRow(
            call_id=call.call_id, bot="garage", contact_id=contact, action=action, payload=payload, lease_until=0,
            created_at=to_ms(NOW),
        )  # fmt: skip
        await self.database.write(lambda c: calls.add(c, [row]))
        await self.run_what_waits()
        wanted = select(table(JournalRow).c.body).where(table(JournalRow).c.source_id == call.call_id)
        body = await self.database.read(lambda c: c.execute(wanted).scalar_one())
        return msgspec.json.decode(SEAL.open(body, purpose=JOURNAL_BODY), type=CallReturned)

    async def run_what_waits(self) -> None:
        for taken in await self.loop._take():
            await self.loop._run(taken)


@pytest.fixture
async def served(sqlite_path: Path, tmp_path: Path) -> AsyncIterator[Served]:
    url = f"sqlite:///{sqlite_path}"
    await upgrade(url)
    database = await open_store(url)
    (tmp_path / "bot.yaml").write_text(BOT, encoding="utf-8")
    served = Served(database, tmp_path / "bot.yaml")
    await served.runners.start([served.deployed])
    yield served
    await served.runners.close()
    await database.close()


async def test_two_people_and_one_instant(served: Served) -> None:
    found = restore((await served.call("ann", "calendar.free", offers=True)).result)
    first = found[0].start
    held = {"at": first, "until": NOW + timedelta(minutes=10), "find": "calendar.free"}
    assert (await served.call("ann", "rbm.hold", **held)).error is None
    assert (await served.call("bob", "rbm.hold", **held)).error == "slot_taken"
    left = restore((await served.call("bob", "calendar.free", offers=True)).result)
    assert left == found[1:]
    booked = await served.call("ann", "calendar.book", when=first, service="pneus")
    assert restore(booked.result)["when"] == first
    assert (await served.call("bob", "calendar.book", when=first)).error == "slot_taken"
