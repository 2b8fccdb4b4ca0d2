"""The book of capability on both engines: ages, failed sends, people who write, and whom a check asks about."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import Connection, insert, select

from rbm_bots.clock import to_ms
from rbm_bots.store import Store, capability, contacts
from rbm_bots.store.base import table
from rbm_bots.store.capability import Known, Learned, months_before
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import CapabilityRow, ConversationRow

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
NOW = to_ms(datetime(2026, 1, 31, 10, tzinfo=UTC))
HOUR, DAY = 3_600_000, 86_400_000


@pytest.fixture
def store(fresh_store: Store) -> Store:
    return fresh_store


async def learn(store: Store, contact: str, answer: str | None, *, at: int = NOW, source: str = "bulk") -> None:
    one = Learned(contact_id=contact, bot="garage", answer=answer, source=source, at=at)
    await store.write(partial(capability.learned, rows=[one]))


async def known(store: Store, contact: str = "c1", *, now: int = NOW) -> Known:
    return (await store.read(partial(capability.known, contact_ids=[contact], now_ms=now)))[contact]


async def people(store: Store, count: int) -> list[str]:
    def make(connection: Connection) -> list[str]:
        return [
            contacts.ensure_contact(connection, SEAL, kind="msisdn", address=f"+336399800{number:02}", now_ms=NOW)
            for number in range(count)
        ]

    return await store.write(make)


async def due(store: Store, *, most: int = 100, served: tuple[str, ...] = ("orange",), now: int = NOW) -> list[str]:
    return await store.read(partial(capability.due, bot="garage", now_ms=now, most=most, served=served))


class TestAges:
    async def test_nobody_knows_a_stranger(self, store: Store) -> None:
        assert await known(store) == Known()

    @pytest.mark.parametrize(("answer", "months"), [("rcs", 3), ("none", 2)])
    async def test_an_answer_is_believed_for_its_months(self, store: Store, answer: str, months: int) -> None:
        at = months_before(NOW, months)
        await learn(store, "c1", answer, at=at)
        assert (await known(store)).answer == answer
        assert (await known(store, now=NOW + DAY)).answer == "unknown"

    async def test_what_is_older_changes_nothing(self, store: Store) -> None:
        await learn(store, "c1", "rcs", at=NOW)
        await learn(store, "c1", "none", at=NOW - 1)
        assert await known(store) == Known(answer="rcs", at=NOW, source="bulk")

    async def test_a_failed_send_says_no_for_four_hours_and_then_the_old_answer_counts(self, store: Store) -> None:
        await learn(store, "c1", "rcs", at=NOW - DAY)
        await learn(store, "c1", "none", source="failed_send")
        assert await known(store, now=NOW + 4 * HOUR - 1) == Known(answer="none", at=NOW, source="failed_send")
        assert await known(store, now=NOW + 4 * HOUR) == Known(answer="rcs", at=NOW - DAY, source="bulk")

    async def test_a_failed_send_to_a_stranger_leaves_a_stranger(self, store: Store) -> None:
        await learn(store, "c1", "none", source="failed_send")
        assert (await known(store)).answer == "none"
        assert (await known(store, now=NOW + 4 * HOUR)).answer == "unknown"

    async def test_a_later_yes_ends_the_failed_send(self, store: Store) -> None:
        await learn(store, "c1", "none", source="failed_send")
        await store.write(partial(capability.reached, pairs=[("garage", "c1")], now_ms=NOW + 1))
        assert (await known(store, now=NOW + 2)).answer == "rcs"


class TestPeopleWhoWrite:
    async def at(self, store: Store, now: int) -> int:
        await store.write(partial(capability.reached, pairs=[("garage", "c1")], now_ms=now))
        return (await known(store, now=now)).at or 0

    async def test_they_have_rcs(self, store: Store) -> None:
        await learn(store, "c1", "none", at=NOW - DAY)
        assert await self.at(store, NOW) == NOW
        assert await known(store) == Known(answer="rcs", at=NOW, source="inbound")

    async def test_a_fresh_yes_is_not_written_again(self, store: Store) -> None:
        assert await self.at(store, NOW) == NOW
        assert await self.at(store, NOW + 20 * DAY) == NOW
        assert await self.at(store, NOW + 40 * DAY) == NOW + 40 * DAY

    async def test_they_prove_that_a_route_of_ours_reaches_them_whatever_a_look_up_said(self, store: Store) -> None:
        await self.at(store, NOW)
        look_up = partial(capability.note_operators, operators={"c1": "sfr"})
        await store.write(partial(look_up, now_ms=NOW + DAY))
        assert (await known(store, now=NOW + DAY)).operator == "sfr"
        assert await self.at(store, NOW + 2 * DAY) == NOW + 2 * DAY, "written again, for the look-up is younger"
        assert await known(store, now=NOW + 2 * DAY) == Known(answer="rcs", at=NOW + 2 * DAY, source="inbound")
        assert await self.at(store, NOW + 3 * DAY) == NOW + 2 * DAY, "and once only"
        await store.write(partial(look_up, now_ms=NOW + 4 * DAY))
        assert (await known(store, now=NOW + 4 * DAY)).operator == "sfr"

    async def test_many_at_once_are_each_written_once(self, store: Store) -> None:
        pairs = [("garage", f"c{number % 30}") for number in range(60)]
        await store.write(partial(capability.reached, pairs=pairs, now_ms=NOW))
        found = await store.read(lambda connection: connection.execute(select(table(CapabilityRow))).all())
        assert len(found) == 30


class TestDue:
    async def test_never_tested_first_then_the_oldest(self, store: Store) -> None:
        never, old_no, old_yes, young_no, young_yes = await people(store, 5)
        await store.write(partial(capability.want, bot="garage", contact_ids=[never]))
        await learn(store, old_no, "none", at=months_before(NOW, 2) - 1)
        await learn(store, old_yes, "rcs", at=months_before(NOW, 3) - 1)
        await learn(store, young_no, "none", at=months_before(NOW, 2))
        await learn(store, young_yes, "rcs", at=months_before(NOW, 3))
        assert await due(store) == [never, old_yes, old_no]
        assert await due(store, most=1) == [never]

    async def test_people_of_another_bot_or_without_a_number_are_left_alone(self, store: Store) -> None:
        [one] = await people(store, 1)
        await store.write(partial(capability.want, bot="other", contact_ids=[one]))
        await store.write(partial(capability.want, bot="garage", contact_ids=[one, "only-a-chat-id"]))
        assert await due(store) == []

    async def test_of_whom_nothing_was_said_is_left_alone_for_a_month(self, store: Store) -> None:
        [one] = await people(store, 1)
        await learn(store, one, None)
        assert (await known(store, one)).answer == "unknown"
        assert await due(store) == []
        assert await due(store, now=NOW + 32 * DAY) == [one]

    async def test_other_operators_are_not_asked_about(self, store: Store) -> None:
        orange, sfr, nobody_knows = await people(store, 3)
        await store.write(partial(capability.want, bot="garage", contact_ids=[orange, sfr, nobody_knows]))
        told = {orange: "orange", sfr: "sfr", nobody_knows: None}
        await store.write(partial(capability.note_operators, operators=told, now_ms=NOW))
        assert set(await due(store)) == {orange, nobody_knows}
        assert set(await due(store, served=("orange", "sfr"))) == {orange, sfr, nobody_knows}
        assert (await known(store, sfr)).operator == "sfr"
        again = partial(capability.due, bot="garage", now_ms=NOW, most=9, served=("orange",))
        assert set(await store.read(partial(again, looked_since_ms=NOW))) == {orange, nobody_knows}
        assert set(await store.read(partial(again, looked_since_ms=NOW + 1))) == {orange, sfr, nobody_knows}

    async def test_everybody_a_bot_talked_with_is_enrolled_once(self, store: Store) -> None:
        some = await people(store, 3)
        rows = [{"bot": "garage", "contact_id": one, "via": "msisdn", "recent": "", "turns": 1} for one in some]
        rows = [{**row, "updated_at": NOW, "channel": "rcs"} for row in rows]
        await store.write(lambda connection: connection.execute(insert(table(ConversationRow)), rows))
        await learn(store, some[0], "rcs")
        await store.write(partial(capability.enrol, bot="garage"))
        await store.write(partial(capability.enrol, bot="garage"))
        assert set(await due(store)) == set(some[1:])


async def test_an_operator_is_looked_up_again_when_it_is_old(store: Store) -> None:
    await store.write(partial(capability.want, bot="garage", contact_ids=["c1", "c2"]))
    await store.write(partial(capability.note_operators, operators={"c1": "orange"}, now_ms=NOW))
    ask = partial(capability.without_operator, contact_ids=["c1", "c2"])
    assert await store.read(partial(ask, since_ms=NOW)) == ["c2"]
    assert await store.read(partial(ask, since_ms=NOW + 1)) == ["c1", "c2"]


@pytest.mark.parametrize(
    ("months", "day"), [(1, (2025, 12, 31)), (2, (2025, 11, 30)), (3, (2025, 10, 31)), (13, (2024, 12, 31))]
)
def test_months_are_those_of_the_calendar(months: int, day: tuple[int, int, int]) -> None:
    assert months_before(NOW, months) == to_ms(datetime(*day, 10, tzinfo=UTC))
