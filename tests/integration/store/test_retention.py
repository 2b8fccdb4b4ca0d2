"""What people wrote goes after some days; the facts stay. On both engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from rbm_bots.clock import FixedClock, from_ms
from rbm_bots.server.retention import RetentionLoop
from rbm_bots.store import Store, bot_versions, conversations, open_store, outbox, retention
from rbm_bots.store.base import table
from rbm_bots.store.schema import upgrade
from rbm_bots.store.tables import (
    BotVersionRow,
    CampaignRecipientRow,
    CampaignRow,
    InboxRow,
    JournalRow,
    OutboxRow,
    PrunedRow,
    TurnRow,
)
from tests.integration.store.contract import BOT, NOW, event, send

DAY = 86_400_000


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, sqlite_path: Path) -> str:
    return f"sqlite:///{sqlite_path}" if request.param == "sqlite" else request.getfixturevalue("postgres_database")


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    await upgrade(database)
    opened = await open_store(database)
    yield opened
    await opened.close()


async def test_bodies_older_than_the_limit_are_emptied_slice_by_slice(store: Store) -> None:
    old = [event(number, received_at=NOW + number, body=b"x", plays=False) for number in range(1, 8)]
    await store.append([*old, event(8, received_at=NOW + DAY, body=b"x", plays=False)])
    slices = [await store.write(partial(retention.prune_events, before_ms=NOW + DAY, most=3)) for _ in range(4)]
    assert slices == [3, 3, 1, 0]
    rows = await store.read(
        lambda connection: connection.execute(select(table(JournalRow)).order_by(table(JournalRow).c.seq)).all()
    )
    assert [row.body for row in rows] == [None] * 7 + [b"x"]
    assert all(row.message_id and row.contact_id for row in rows)


async def test_pruning_stops_at_a_row_that_nobody_has_handled(store: Store) -> None:
    await store.append([event(1, body=b"x", plays=False), event(2, body=b"x"), event(3, body=b"x", plays=False)])
    assert await store.write(partial(retention.prune_events, before_ms=NOW + DAY, most=10)) == 1
    await store.write(lambda connection: connection.execute(delete(table(InboxRow))))
    assert await store.write(partial(retention.prune_events, before_ms=NOW + DAY, most=10)) == 2


async def test_a_message_keeps_its_body_until_it_has_left(store: Store) -> None:
    rows = [send("m1", state="delivered"), send("m2", state="queued"), send("m3", state="accepted")]
    await store.write(partial(outbox.add, rows=rows))
    assert await store.write(partial(retention.prune_messages, before_ms=NOW + DAY, most=10)) == 1
    left = update(table(OutboxRow)).where(table(OutboxRow).c.message_id == "m2").values(state="sent")
    await store.write(lambda connection: connection.execute(left))
    assert await store.write(partial(retention.prune_messages, before_ms=NOW + DAY, most=10)) == 2
    kept = await store.read(lambda connection: connection.execute(select(table(OutboxRow).c.body)).scalars().all())
    assert list(kept) == [None, None, None]


async def test_versions_that_nobody_uses_are_forgotten(store: Store) -> None:
    for version, at in (("v1", NOW), ("v2", NOW), ("v3", NOW + DAY)):
        await store.write(partial(bot_versions.keep, bot=BOT, version=version, files=b"f", now_ms=at))
    played = TurnRow(seq=1, bot=BOT, contact_id="c1", ordinal=1, played_at=NOW + DAY, bot_version="v2")
    await store.write(partial(conversations.played, turns=[played]))
    used = await store.read(partial(retention.used_versions, since_ms=NOW + DAY))
    assert used == {(BOT, "v2")}
    assert await store.write(partial(retention.forget_versions, before_ms=NOW + DAY, used=used)) == 1
    kept = await store.read(lambda connection: connection.execute(select(table(BotVersionRow).c.version)).scalars())
    assert sorted(kept) == ["v2", "v3"]


async def test_the_loop_empties_everything_that_is_older_than_the_setting(store: Store) -> None:
    clock = FixedClock(from_ms(NOW) + timedelta(days=31))
    loop = RetentionLoop(store=store, clock=clock, keep_days=30)
    young = NOW + 2 * DAY
    await store.append([event(1, body=b"x", plays=False), event(2, body=b"x", received_at=young, plays=False)])
    await store.write(partial(outbox.add, rows=[send("m1", state="delivered")]))
    assert await loop.prune() == 2
    assert await loop.prune() == 0
    kept = await store.read(
        lambda connection: (
            connection.execute(select(table(JournalRow).c.body).order_by(table(JournalRow).c.seq)).scalars().all()
        )
    )
    assert list(kept) == [None, b"x"]


def campaign(connection: Connection, name: str, state: str, *, at: int, people: int) -> None:
    row = CampaignRow(
        campaign_id=name, application="APP1", bot=BOT, brand=BOT, message_class="marketing", state=state,
        created_at=NOW, changed_at=at,
    )  # fmt: skip
    connection.execute(insert(table(CampaignRow)), row.model_dump())
    for number in range(people):
        person = CampaignRecipientRow(campaign_id=name, contact_id=f"c{number}", line=2, state="queued", fields=b"x")
        connection.execute(insert(table(CampaignRecipientRow)), person.model_dump(exclude={"seq"}))


async def cells(store: Store) -> dict[str, int]:
    """How many people of each campaign still have their cells."""
    who = table(CampaignRecipientRow)
    asked = select(who.c.campaign_id).where(who.c.fields.is_not(None))
    return dict(Counter(await store.read(lambda connection: connection.execute(asked).scalars().all())))


async def test_the_cells_of_a_campaign_go_when_it_has_been_over_for_long(store: Store) -> None:
    for name, state, at in (
        ("done", "done", NOW), ("ended", "cancelled", NOW), ("young", "done", NOW + 2 * DAY),
        ("runs", "running", NOW), ("rests", "paused", NOW), ("nobody", "done", NOW),
    ):  # fmt: skip
        people = 0 if name == "nobody" else 3
        await store.write(partial(campaign, name=name, state=state, at=at, people=people))
    loop = RetentionLoop(store=store, clock=FixedClock(from_ms(NOW) + timedelta(days=31)), keep_days=30)
    assert await loop.prune() == 6
    assert await cells(store) == {"young": 3, "runs": 3, "rests": 3}
    before = partial(retention.with_cells, before_ms=NOW + DAY)
    assert await store.read(before) == [], "nothing is looked at twice"
    assert await loop.prune() == 0


async def test_cells_that_were_half_emptied_are_emptied_to_the_end(store: Store) -> None:
    await store.write(partial(campaign, name="done", state="done", at=NOW, people=5))
    slices = partial(retention.prune_cells, campaign="done", most=2)
    assert await store.write(partial(slices, after="")) == ("c1", 2)
    assert await cells(store) == {"done": 3}
    assert await store.read(partial(retention.with_cells, before_ms=NOW + DAY)) == ["done"], "the process died here"
    loop = RetentionLoop(store=store, clock=FixedClock(from_ms(NOW) + timedelta(days=31)), keep_days=30)
    assert await loop.prune() == 5
    assert await cells(store) == {}
    marks = await store.read(lambda connection: connection.execute(select(table(PrunedRow).c.name)).scalars().all())
    assert "campaign:done" in marks
