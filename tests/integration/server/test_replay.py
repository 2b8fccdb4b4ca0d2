"""A replay of the journal gives what is stored, and shows what is not as the journal makes it."""

from __future__ import annotations

from sqlalchemy import delete, select

from rbm_bots.store.base import table
from rbm_bots.store.tables import ConversationRow, InboxRow, OutboxRow, TurnRow
from rbm_bots.testing.replay import Replayed, replay
from tests.acceptance.driver.operator import Operator, until
from tests.integration.server.side import BOT, PERSON, House


async def talk(house: House, operator: Operator) -> None:
    """A call with words behind it, a redelivery under a new stamp, a STOP and a START, receipts, a timer."""

    async def answers(count: int) -> None:
        await until(lambda: len(operator.texts(PERSON)) == count, within_s=10)

    house.shop.open.clear()
    await house.say("bonjour")
    await house.say("une lampe")
    await until(lambda: bool(house.shop.ordered), within_s=10)
    await house.say("deux messages")
    house.shop.open.set()
    await answers(4)
    assert await house.post(house.event("message", msg_id="again", textMessage="bonjour")) == 200
    await answers(5)
    house.move(3)
    assert await house.post(house.event("message", msg_id="again", textMessage="bonjour")) == 200
    for text, count in (("STOP", 6), ("START", 7), ("bonjour", 8)):
        await house.say(text)
        await answers(count)
    for message in operator.received(PERSON):
        assert await house.post(house.event("messageStatus", msg_id=message.msg_id, status="delivered")) == 200
    house.move(2 * 3600 + 60)
    await answers(9)

    async def empty() -> bool:
        return not await house.rows(InboxRow)

    await until(empty, within_s=10)


async def replayed(house: House) -> list[Replayed]:
    return await replay(house.store, house.seal, {BOT: house.deployment.bots[BOT].bot})


async def test_it_gives_the_same_session_and_messages(house: House, operator: Operator) -> None:
    await talk(house, operator)
    [talked] = await replayed(house)
    assert talked.same
    assert talked.other_versions == frozenset()
    assert list(talked.message_ids) == [row.message_id for row in await house.rows(OutboxRow)]
    assert len(talked.call_ids) == 1


async def test_a_lost_turn_is_seen(house: House, operator: Operator) -> None:
    await talk(house, operator)
    turns = table(TurnRow)
    first = select(turns.c.seq).order_by(turns.c.ordinal).limit(1).scalar_subquery()
    await house.store.write(lambda connection: connection.execute(delete(turns).where(turns.c.seq == first)))
    [talked] = await replayed(house)
    assert not talked.same
    assert len(talked.message_ids) < len(await house.rows(OutboxRow))


async def test_another_version_is_named_or_found(house: House, operator: Operator) -> None:
    await talk(house, operator)
    bot = house.deployment.bots[BOT].bot
    turns = table(TurnRow)
    await house.store.write(lambda connection: connection.execute(turns.update().values(bot_version="before")))
    [talked] = await replayed(house)
    assert talked.other_versions == {"before"}
    [talked] = await replay(house.store, house.seal, {BOT: bot}, earlier=lambda *_: bot)
    assert (talked.other_versions, talked.same) == (frozenset(), True)


async def test_only_what_is_asked_for_is_played(house: House, operator: Operator) -> None:
    await talk(house, operator)
    [row] = await house.rows(ConversationRow)
    bots = {BOT: house.deployment.bots[BOT].bot}
    assert len(await replay(house.store, house.seal, bots, contact=row.contact_id)) == 1
    assert await replay(house.store, house.seal, bots, contact="nobody") == []
    assert await replay(house.store, house.seal, {}) == []
