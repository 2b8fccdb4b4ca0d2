"""Rows that commit late, and people who turn out to be one."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy import insert, text, update

from rbm_bots.ledger.facts import Fact
from rbm_bots.store import Store, ledger_journal
from rbm_bots.store.base import table
from rbm_bots.store.ledger_journal import Horizon
from rbm_bots.store.tables import ContactRow, OutboxRow
from tests.integration.accounts.playing import Books
from tests.integration.accounts.told import answer, at, sent
from tests.integration.accounts.told import event as fact

ROW = (
    "INSERT INTO journal (source, at, source_id, kind, bot, contact_id, message_id, status, received_at)"
    " VALUES ('maap:APP1:bot', {at}, '{name}', 'messageStatus', 'bot', 'u', '{name}', 'delivered', {at}) RETURNING seq"
)


class TestLateCommits:
    """PostgreSQL gives numbers before commits; a cursor must not pass a number that may still appear."""

    @pytest.fixture
    def database(self, postgres_books: str) -> str:
        return postgres_books

    async def test_a_row_that_commits_after_a_later_one_is_not_passed(self, books: Books, database: str) -> None:
        slow = await asyncpg.connect(database)
        begun = slow.transaction()
        await begun.start()
        await slow.fetchval(ROW.format(at=at(0), name="slow"))
        await books.take([fact("mt_delivered", "quick", 1)], as_of_ms=at(60))
        assert await books.charges() == []  # the number of «slow» is lower, and it may still come
        await begun.commit()
        await slow.close()
        await books.take([], as_of_ms=at(60))
        assert [one.anchor for one in await books.charges()] == ["slow", "quick"]
        await books.check()

    async def test_a_number_that_was_given_back_stops_nobody(self, books: Books, database: str) -> None:
        slow = await asyncpg.connect(database)
        begun = slow.transaction()
        await begun.start()
        await slow.fetchval(ROW.format(at=at(0), name="slow"))
        await books.take([fact("mt_delivered", "quick", 1)], as_of_ms=at(60))
        await begun.rollback()
        await slow.close()
        await books.take([], as_of_ms=at(60))
        assert [one.anchor for one in await books.charges()] == ["quick"]

    async def test_those_who_begin_later_are_not_waited_for(self, store: Store, database: str) -> None:
        first, second = [await asyncpg.connect(database) for _ in range(2)]
        horizon = Horizon()
        begun = first.transaction()
        await begun.start()
        await first.fetchval(ROW.format(at=at(0), name="first"))
        low = await second.fetchval(ROW.format(at=at(0), name="second"))
        assert await store.read(horizon.look) < low
        other = second.transaction()
        await other.start()
        await second.fetchval(ROW.format(at=at(0), name="third"))
        await begun.commit()
        assert await store.read(horizon.look) == low  # «third» is open, but it is beyond
        await other.rollback()
        for connection in (first, second):
            await connection.close()


async def link(store: Store, chat: str, number: str) -> None:
    """As an event «alias» does: the chat id's contact is linked to the number's."""
    contact = table(ContactRow)
    await store.write(lambda c: c.execute(update(contact).where(contact.c.contact_id == chat).values(linked_to=number)))


@pytest.fixture
async def people(books: Books) -> Books:
    """A chat id's contact and a number's, and a message on its way to the former."""
    row = {"message_id": "own", "application": "APP1", "bot": "bot", "brand": "b", "contact_id": "chat", "via": "chat"}
    row |= {"operation": "message", "message_class": "service", "lane": 2, "state": "accepted", "platform_id": "a"}
    made = [{"contact_id": name, "created_at": 0} for name in ("chat", "number")]
    await books.store.write(lambda c: c.execute(insert(table(ContactRow)), made))
    outbox = {**row, "fence": 0, "attempts": 1, "not_before": 0, "created_at": 0}
    await books.store.write(lambda c: c.execute(insert(table(OutboxRow)), outbox))
    return books


def accepted() -> list[Fact]:
    return [fact("mt_accepted", "a", 0, user="chat")]


async def test_a_receipt_after_the_link_belongs_to_whom_the_message_was_sent(people: Books) -> None:
    await people.take(accepted(), as_of_ms=at(0))
    await link(people.store, "chat", "number")
    await people.take([fact("mt_delivered", "a", 1, user="number")], as_of_ms=at(2))
    [held] = await people.charges()
    assert (held.contact_id, held.anchor, held.state) == ("chat", "a", "held")
    await people.take(answer(3, user="number"), as_of_ms=at(60))
    lines = [(one.contact_id, one.product) for one in await people.charges()]
    assert lines == [("chat", "MU")]  # from the link on the person is another key; past charges stay
    await people.check()


async def test_a_receipt_that_overtook_the_acceptance_is_brought_home(people: Books) -> None:
    await people.store.write(lambda c: c.execute(text("UPDATE outbox SET platform_id = NULL")))
    await link(people.store, "chat", "number")
    await people.take([fact("mt_delivered", "a", 1, user="number")], as_of_ms=at(2))
    assert [one.contact_id for one in await people.charges("held")] == ["number"]
    await people.take(accepted(), as_of_ms=at(3))
    assert {(one.contact_id, one.state) for one in await people.charges()} == {("number", "void"), ("chat", "held")}
    await people.check()


async def test_messages_after_the_link_are_the_numbers(people: Books) -> None:
    await people.take([*accepted(), fact("mt_delivered", "a", 1, user="chat")], as_of_ms=at(2))
    await link(people.store, "chat", "number")
    await people.take([*sent("b", 3, user="number"), *answer(4, user="number")], as_of_ms=at(60))
    assert {(one.contact_id, one.product) for one in await people.charges("posted")} == {
        ("chat", "MU"),
        ("number", "CONVERSATION"),
    }
    own = await people.store.read(lambda c: ledger_journal.facts_of_keys(c, [("bot", "number")]))
    assert [one.message_id for one in own["bot", "number"]] == ["b", "b", "answer-4"]
    await people.check()
