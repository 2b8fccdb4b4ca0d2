"""The queue of people who ask for a human, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from rbm_bots.store import Store, handovers, open_store
from rbm_bots.store.handovers import HandoverChange
from rbm_bots.store.schema import upgrade
from rbm_bots.store.tables import HandoverRow

NOW = 1_768_471_200_000


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, sqlite_path: Path) -> str:
    return f"sqlite:///{sqlite_path}" if request.param == "sqlite" else request.getfixturevalue("postgres_database")


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    await upgrade(database)
    opened = await open_store(database)
    yield opened
    await opened.close()


def asked(request: str, *, at: int = 0, team: str = "atelier", **more: object) -> HandoverRow:
    values = {"request_id": request, "bot": "garage", "contact_id": "c1", "team": team, "reason": "asked"}
    return HandoverRow(**(values | {"carry": b"x", "created_at": NOW + at, "changed_at": NOW + at} | more))


async def waiting(store: Store, team: str = "atelier") -> list[str]:
    rows = await store.read(partial(handovers.queue, bot="garage", team=team))
    return [row.request_id for row in rows]


async def ask(store: Store, *rows: HandoverRow) -> None:
    await store.write(partial(handovers.ask, rows=rows))


async def change(store: Store, request: str, state: str, why: str = "") -> None:
    one = HandoverChange(request_id=request, state=state, why=why, at=NOW + 9)
    await store.write(partial(handovers.change, changes=[one]))


async def test_first_come_first_in_the_queue_of_each_team(store: Store) -> None:
    await ask(store, asked("r2", at=2), asked("r1", at=1), asked("r3", team="depot"))
    assert await waiting(store) == ["r1", "r2"]
    assert await waiting(store, "depot") == ["r3"]
    assert await waiting(store, "nobody") == []


async def test_asking_again_keeps_the_place_and_takes_the_new_words(store: Store) -> None:
    await ask(store, asked("r1", at=1), asked("r2", at=2))
    await ask(store, asked("r1", at=5, reason="unknown", carry=b"y"))
    first, _ = await store.read(partial(handovers.queue, bot="garage", team="atelier"))
    assert (first.request_id, first.reason, first.carry) == ("r1", "unknown", b"y")
    assert (first.created_at, first.changed_at) == (NOW + 1, NOW + 5)


async def test_who_has_somebody_waits_no_more(store: Store) -> None:
    await ask(store, asked("r1"))
    await change(store, "r1", "joined")
    assert await waiting(store) == []


async def test_what_has_ended_stays_ended(store: Store) -> None:
    await ask(store, asked("r1"))
    await change(store, "r1", "ended", "quit")
    await change(store, "r1", "joined")
    await change(store, "r9", "ended", "nobody knows it")
    assert await waiting(store) == []
