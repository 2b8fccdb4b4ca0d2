"""When SMS is the slower side: the short code's queue stays short, and who cannot be reached today is tomorrow."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from rbm_bots.clock import to_ms
from rbm_bots.delivery.asking import Asker, Found
from rbm_bots.delivery.campaigns.budget import NoBudget
from rbm_bots.delivery.campaigns.feeder import Feeder
from rbm_bots.delivery.campaigns.feeding import Feeding, ServedBot
from rbm_bots.delivery.code_queue import DEPTH_S
from rbm_bots.delivery.deadlines import look
from rbm_bots.delivery.door import Door
from rbm_bots.delivery.hearing import of_outcomes
from rbm_bots.delivery.legs import Legs
from rbm_bots.delivery.routes import LegSettings, SmsCode
from rbm_bots.history import close_inside
from rbm_bots.store import leases, outbox
from rbm_bots.store.base import table
from rbm_bots.store.outbox import Outcome
from rbm_bots.store.tables import CampaignRecipientRow, OptRow, OutboxRow, SagaRow
from tests.integration.delivery.campaigns.stage import BOT, NOON, QUOTA, SEAL, Stage, campaign_file, people, text_of

CODE = SmsCode(code="36123", operations_per_s=1)
FULL = int(DEPTH_S)
OUTBOX = table(OutboxRow)
CLOSING = NOON.replace(hour=20, minute=30)


class Carriers:
    """The owner of the application and that of the short code, each once a second; nobody has RCS."""

    def __init__(self, stage: Stage) -> None:
        asker = Asker(
            seal=SEAL,
            settings=LegSettings(codes={CODE.code: CODE}),
            look_up=lambda _c, contacts, _n: dict.fromkeys(contacts, Found(capability="no")),
        )
        self.stage = stage
        self.legs = Legs(seal=SEAL, asker=asker)
        self.doors = {name: Door(application=name, seal=SEAL, legs=self.legs) for name in ("APP1", CODE.application)}

    def second(self, connection: Connection) -> None:
        now = self.stage.clock.now()
        look(connection, self.legs, now=now)
        self.open(connection, "APP1", 30, now)
        self.open(connection, CODE.application, 1, now)

    def open(self, connection: Connection, application: str, most: int, now: datetime) -> None:
        now_ms = to_ms(now)
        lease = leases.acquire(connection, f"application:{application}", owner="me", now_ms=now_ms, length_ms=10**12)
        assert lease is not None
        rows = outbox.take(connection, application, now_ms=now_ms, most=most)
        opened = self.doors[application].open(connection, lease, rows, now=now)
        done = [Outcome(row=one.row, state="accepted", at_ms=now_ms, platform_id="s") for one in opened.leaving]
        counted = outbox.settle(connection, application, lease.fence, done)
        self.legs.tell(connection, of_outcomes(counted), now=now)


@pytest.fixture
def carriers(stage: Stage) -> Carriers:
    served = {
        "shop": ServedBot(
            id="shop", bot=BOT, application="APP1", brand="brand", sms_code=CODE.code, sms_per_s=CODE.operations_per_s
        )
    }
    feeding = Feeding(
        application="APP1", per_second=QUOTA, bots=lambda: served, seal=SEAL, write_scene=partial(close_inside, SEAL),
        budget=NoBudget(),
    )  # fmt: skip
    stage.feeder = Feeder(store=stage.store, application="APP1", feeding=feeding, clock=stage.clock, owner="me")
    return Carriers(stage)


def consent(connection: Connection) -> None:
    """Everybody asked for it."""
    contacts = connection.execute(select(table(CampaignRecipientRow).c.contact_id)).scalars().all()
    rows = [
        {"brand": "brand", "contact_id": one, "kind": "optin", "at": to_ms(NOON) - 1, "proof": one} for one in contacts
    ]
    connection.execute(insert(table(OptRow)), rows)


def waiting(connection: Connection) -> Counter[str]:
    """What waits, by operation."""
    rows = connection.execute(
        select(OUTBOX.c.operation, func.count().label("rows"))
        .where(OUTBOX.c.state == "queued")
        .group_by(OUTBOX.c.operation)
    )
    return Counter({row.operation: row.rows for row in rows})


async def go_on(stage: Stage, carriers: Carriers, seconds: int) -> list[int]:
    """The most that waited at the short code, each second."""
    depths = []
    for _ in range(seconds):
        await stage.feed(1)
        await stage.store.write(carriers.second)
        found: Any = await stage.store.read(waiting)
        depths.append(found["sms"] + found["message"])
    return depths


async def test_the_feeder_waits_for_the_short_code(stage: Stage, carriers: Carriers, tmp_path: Path) -> None:
    await stage.begin(campaign_file(tmp_path, text_of("one", content=SHORT)), people(200))
    await stage.store.write(consent)
    depths = await go_on(stage, carriers, 30)
    assert max(depths) <= FULL
    assert depths[-1] >= FULL - 3, "as many as the code carries are ready"
    status = await stage.desk.status("one")
    assert status.people["waiting"] == 200 - 30 - depths[-1], "the others can still be held or taken back"


async def test_closing_time_loses_nobody(stage: Stage, carriers: Carriers, tmp_path: Path) -> None:
    stage.clock.move_to(CLOSING - timedelta(seconds=15))
    await stage.begin(campaign_file(tmp_path, text_of("one", content=SHORT)), people(30))
    await stage.store.write(consent)
    await go_on(stage, carriers, 17)
    parts = await stage.rows(OutboxRow)
    today = len([row for row in parts if row.operation == "sms" and row.state == "accepted"])
    assert 10 <= today <= 15
    stage.clock.move_to(CLOSING + timedelta(hours=10, minutes=30))
    await go_on(stage, carriers, 25)
    parts = [row for row in await stage.rows(OutboxRow) if row.operation == "sms"]
    assert Counter(row.state for row in parts) == {"accepted": 30}
    assert {row.phase for row in await stage.rows(SagaRow)} == {"sms_sent"}


SHORT = 'message: {text: "Bonjour {{ first_name }}", sms: "Offre. STOP au 36123"}'
