"""Which rows leave next, on both engines: by lane and in order, and nobody's backlog holds others up."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Connection

from rbm_bots.delivery.picking import Picked, pick
from rbm_bots.delivery.states import LANES
from rbm_bots.store import Store, leases, outbox
from rbm_bots.store.tables import OutboxRow

NOW = 1_768_471_200_000
APP = "APP1"


@pytest.fixture
def store(fresh_store: Store) -> Store:
    return fresh_store


def row(message: str, contact: str, message_class: str = "conversation", bot: str = "garage") -> OutboxRow:
    return OutboxRow(
        message_id=message, application=APP, bot=bot, brand=bot, contact_id=contact, via="msisdn",
        operation="message", message_class=message_class, lane=LANES[message_class], state="queued", created_at=NOW,
    )  # fmt: skip


async def picked(store: Store, rows: list[OutboxRow], *, busy: frozenset[tuple[str, str]] = frozenset()) -> Picked:
    await store.write(partial(outbox.add, rows=rows))
    return await store.write(partial(pick, application=APP, busy=busy, now_ms=NOW, enough=16))


async def test_a_long_line_of_one_person_holds_nobody_up(store: Store) -> None:
    long = [row(f"long-{n}", "talker", "code") for n in range(300)]
    others = [row(f"other-{n}", f"c{n}") for n in range(20)]
    found = await picked(store, [*long, *others])
    assert [one.message_id for one in found.rows] == ["long-0", *(f"other-{n}" for n in range(20))]


async def test_who_is_busy_is_passed_over_and_still_holds_nobody_up(store: Store) -> None:
    long = [row(f"{who}-{n}", who) for n in range(100) for who in ("a", "b", "c")]
    busy = frozenset({("garage", "a"), ("garage", "b")})
    found = await picked(store, [*long, row("last", "d", "marketing")], busy=busy)
    assert [one.message_id for one in found.rows] == ["c-0", "last"]


async def test_lanes_come_first_and_two_bots_may_write_to_one_person_at_once(store: Store) -> None:
    rows = [
        row("offer", "c1", "marketing"),
        row("reminder", "c2", "service"),
        row("answer", "c3"),
        row("other bot's", "c3", bot="parcel"),
        row("code", "c4", "code"),
    ]
    found = await picked(store, rows)
    assert [one.message_id for one in found.rows] == ["code", "answer", "other bot's", "reminder", "offer"]


async def test_no_more_is_read_than_is_wanted(store: Store) -> None:
    found = await picked(store, [row(f"m{n:03}", f"c{n:03}") for n in range(200)])
    assert [one.message_id for one in found.rows] == [f"m{n:03}" for n in range(64)]


async def test_the_pause_comes_with_the_rows(store: Store) -> None:
    assert (await picked(store, [])).paused_until == 0

    def pause(connection: Connection) -> None:
        leases.pause(connection, f"application:{APP}", until_ms=NOW + 1)

    await store.write(pause)
    assert (await picked(store, [])).paused_until == NOW + 1
