"""A delivery and a deadline at the same instant, from two processes: one of them finds what the other decided."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from rbm_bots.clock import to_ms
from rbm_bots.delivery.asking import Asker, Found
from rbm_bots.delivery.bodies import BODY
from rbm_bots.delivery.deadlines import look
from rbm_bots.delivery.door import Door, Opened
from rbm_bots.delivery.hearing import of_outcomes, of_receipts
from rbm_bots.delivery.legs import Legs
from rbm_bots.delivery.queueing import Wanted, queue_messages
from rbm_bots.delivery.routes import LegSettings, SmsCode
from rbm_bots.delivery.states import after_receipt
from rbm_bots.messages import Message, Text
from rbm_bots.store import Store, leases, open_store, outbox
from rbm_bots.store.base import table
from rbm_bots.store.outbox import Outcome, Receipt
from rbm_bots.store.schema import upgrade
from rbm_bots.store.tables import OutboxRow, SagaRow
from tests.unit.delivery.legs_side import CODE, OPEN, RCS, SEAL

COUNT = 24
MESSAGES = [f"m{number:02}" for number in range(COUNT)]
SETTINGS = LegSettings(codes={CODE: SmsCode(code=CODE)})
ASKER = Asker(
    seal=SEAL, settings=SETTINGS, look_up=lambda _c, people, _n: dict.fromkeys(people, Found(capability="yes"))
)


def process() -> Legs:
    return Legs(seal=SEAL, asker=ASKER)


async def send_all(store: Store) -> None:
    """Every message is with the platform."""
    body = SEAL.close(msgspec.json.encode(Message(content=Text(text="a"), sms="a")), purpose=BODY)
    now_ms, legs = to_ms(OPEN), process()
    wanted = [
        Wanted(
            message_id=name, application=RCS, bot="shop", brand="brand", contact_id=name, message_class="service",
            body=body, sms_code=CODE,
        )
        for name in MESSAGES
    ]  # fmt: skip
    await store.write(lambda c: queue_messages(c, wanted, now_ms=now_ms))
    lease = await store.write(
        lambda c: leases.acquire(c, f"application:{RCS}", owner="a", now_ms=now_ms, length_ms=60_000)
    )
    assert lease is not None

    def leave(connection: Connection) -> Opened:
        rows = outbox.take(connection, RCS, now_ms=now_ms, most=COUNT)
        opened = Door(application=RCS, seal=SEAL, legs=legs).open(connection, lease, rows, now=OPEN)
        done = [
            Outcome(row=one.row, state="accepted", at_ms=now_ms, platform_id=f"p-{one.row.message_id}")
            for one in opened.leaving
        ]
        legs.tell(connection, of_outcomes(outbox.settle(connection, RCS, lease.fence, done)), now=OPEN)
        return opened

    assert len((await store.write(leave)).leaving) == COUNT


def delivered(name: str) -> Any:
    legs = process()
    receipt = Receipt(bot="shop", contact_id=name, platform_id=f"p-{name}", status="delivered")

    def work(connection: Connection) -> None:
        applied = outbox.apply_receipts(connection, [receipt], after_receipt)
        legs.tell(connection, of_receipts(applied.legs), now=OPEN + timedelta(seconds=900))

    return work


async def test_a_delivery_and_a_deadline_cannot_both_win(postgres_database: str) -> None:
    await upgrade(postgres_database)
    one, other = await open_store(postgres_database), await open_store(postgres_database)
    try:
        await send_all(one)
        due = OPEN + timedelta(seconds=900)
        deadlines = process()
        await asyncio.gather(
            *(one.write(delivered(name)) for name in MESSAGES),
            *(other.write(lambda c: look(c, deadlines, now=due)) for _ in range(8)),
        )
        found = await one.read(lambda c: c.execute(select(table(SagaRow))).all())
        assert {(row.phase, row.outcome) for row in found} == {("done_rcs", "DONE_RCS")}
        revokes = await one.read(
            lambda c: (
                c.execute(select(table(OutboxRow).c.logical_id).where(table(OutboxRow).c.operation == "revoke"))
                .scalars()
                .all()
            )
        )
        asked = {row.message_id for row in found if msgspec.json.decode(row.state)["revoke"] == "sent"}
        assert sorted(revokes) == sorted(asked)
    finally:
        await one.close()
        await other.close()


async def test_the_loser_waits_and_sees_what_the_winner_wrote(postgres_database: str) -> None:
    """Both orders, one after the other at the same row lock."""
    await upgrade(postgres_database)
    one, other = await open_store(postgres_database), await open_store(postgres_database)
    try:
        await send_all(one)
        due, legs = OPEN + timedelta(seconds=900), process()
        started: list[asyncio.Task[Any]] = []
        loop = asyncio.get_running_loop()

        def deadline_first(connection: Connection) -> None:
            look(connection, legs, now=due)
            started.append(loop.create_task(other.write(delivered(MESSAGES[0]))))
            connection.execute(update(table(SagaRow)).values(created_at=table(SagaRow).c.created_at))  # still open

        await one.write(deadline_first)
        await asyncio.gather(*started)
        [row] = await one.read(
            lambda c: c.execute(select(table(SagaRow)).where(table(SagaRow).c.message_id == MESSAGES[0])).all()
        )
        assert (row.phase, msgspec.json.decode(row.state)["revoke"]) == ("done_rcs", "sent")
    finally:
        await one.close()
        await other.close()
