"""Conversations through a whole server: their order, their calls, their timers, and what waits for what."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from rbm_bots.channels.maap.verify import verifier_for
from rbm_bots.messages import Postback
from rbm_bots.rules.stop import STOP_STEP
from rbm_bots.server.ingest import Ingest
from rbm_bots.store import opts
from rbm_bots.store.base import table
from rbm_bots.store.batcher import Batcher
from rbm_bots.store.conversations import FAR
from rbm_bots.store.tables import CallRow, ConversationRow, InboxRow, JournalRow, TimerRow, TurnRow
from tests.acceptance.driver.operator import Operator, until
from tests.integration.server.side import BOT, PERSON, SECRET, House

OTHER = "+33639980003"


async def answered(operator: Operator, *texts: str, number: str = PERSON) -> None:
    """Wait until the phone has got these texts, in this order and no other."""
    await until(lambda: len(operator.texts(number)) >= len(texts), within_s=10, strict=False)
    assert operator.texts(number) == list(texts)


def stop_tap(house: House) -> dict[str, Any]:
    """A tap on the built-in chip «Ne plus recevoir»."""
    version = house.deployment.bots[BOT].bot.version
    postback = Postback(bot_version=version, talk=1, turn=1, step=STOP_STEP, option="stop").pack()
    reply = {"displayText": "Ne plus recevoir", "postback": {"data": postback}}
    return house.event("response", suggestedResponse={"response": {"reply": reply}})


def set_session(connection: Connection, *, session: bytes) -> None:
    found = table(ConversationRow)
    owner = select(found.c.contact_id).order_by(found.c.updated_at).limit(1).scalar_subquery()
    connection.execute(update(found).where(found.c.contact_id == owner).values(session=session))


async def done(house: House) -> None:
    async def empty() -> bool:
        return not await house.rows(InboxRow)

    await until(empty, within_s=10)


async def test_what_waits_behind_a_call_is_played_after_it_in_order(house: House, operator: Operator) -> None:
    house.shop.open.clear()
    await house.say("bonjour")
    await house.say("une lampe")
    await until(lambda: bool(house.shop.ordered), within_s=10)
    await house.say("deux messages")
    await house.say("bonjour")

    async def parked() -> bool:
        return [row.due_at for row in await house.rows(InboxRow)] == [FAR, FAR]

    await until(parked, within_s=10)
    house.shop.open.set()
    await answered(operator, "Que voulez-vous ?", "Commande R-9.", "Premier.", "Second.", "Que voulez-vous ?")
    of = {row.seq: row.kind for row in await house.rows(JournalRow)}
    turns = sorted(await house.rows(TurnRow), key=lambda turn: turn.ordinal)
    assert [of[turn.seq] for turn in turns] == ["message", "message", "call", "message", "message"]


async def test_a_stop_does_not_wait_for_a_call(house: House, operator: Operator) -> None:
    house.shop.open.clear()
    await house.say("bonjour")
    await house.say("une lampe")
    await until(lambda: bool(house.shop.ordered), within_s=10)
    await house.say("STOP")
    await until(lambda: len(operator.texts(PERSON)) == 2, within_s=10)
    assert [row.status for row in await house.rows(JournalRow) if row.kind == "call"] == []
    assert len(await house.rows(CallRow)) == 1


async def test_a_stop_by_the_chip_does_not_wait_for_a_call_either(house: House, operator: Operator) -> None:
    house.shop.open.clear()
    await house.say("bonjour")
    await house.say("une lampe")
    await until(lambda: bool(house.shop.ordered), within_s=10)
    assert await house.post(stop_tap(house)) == 200
    await until(lambda: len(operator.texts(PERSON)) == 2, within_s=10)


@pytest.mark.parametrize("how", ["words", "chip"])
async def test_a_stop_is_kept_in_the_commit_of_its_message(house: House, how: str) -> None:
    stop = house.event("message", textMessage="STOP") if how == "words" else stop_tap(house)
    deployed, metrics, clock = house.deployment.bots[BOT], house.server.metrics, house.clock
    assert house.server.worker is not None
    await house.server.worker.stop()  # nothing but the way in can have kept it
    ingest = Ingest(
        deployed,
        batcher=Batcher(house.store),
        seal=house.seal,
        clock=clock,
        verifier=verifier_for(deployed.account.webhook_auth, clock=clock),
        metrics=metrics,
    )
    assert await ingest.take({"X-Secret": SECRET}, json.dumps(stop).encode(), None)
    [row] = [row for row in await house.rows(JournalRow) if row.kind in ("message", "response")]
    assert await house.store.read(partial(opts.is_opted_out, brand="brand", contact_id=row.contact_id))
    assert await house.rows(TurnRow) == []


async def test_a_redelivery_with_a_new_time_stamp_is_played_once(house: House, operator: Operator) -> None:
    first = house.event("message", msg_id="in-again", textMessage="deux messages")
    assert await house.post(first) == 200
    await answered(operator, "Premier.", "Second.")
    house.move(5)
    assert await house.post(house.event("message", msg_id="in-again", textMessage="deux messages")) == 200
    await done(house)
    assert len(await house.rows(JournalRow)) == 4  # two of the person, two of our sends
    assert len(await house.rows(TurnRow)) == 1
    await answered(operator, "Premier.", "Second.")


async def test_a_timer_outlives_the_server(house: House, operator: Operator) -> None:
    await house.say("bonjour")
    await answered(operator, "Que voulez-vous ?")
    assert len(await house.rows(TimerRow)) == 1
    await house.stop()
    house.clock.advance(2 * 3600 + 1)
    await house.start()
    await answered(operator, "Que voulez-vous ?", "Une autre fois.")
    assert await house.rows(TimerRow) == []


async def test_a_call_outlives_the_server(house: House, operator: Operator) -> None:
    house.shop.open.clear()
    await house.say("bonjour")
    await house.say("une lampe")
    await until(lambda: bool(house.shop.ordered), within_s=10)
    await house.stop()
    house.shop.open.set()
    await house.start()
    await answered(operator, "Que voulez-vous ?", "Commande R-9.")
    assert len(house.shop.ordered) == 2
    assert len(set(house.shop.ordered)) == 1  # run twice, with the same key


async def test_a_turn_that_fails_holds_up_nobody_else_and_is_tried_again(house: House, operator: Operator) -> None:
    await house.say("bonjour")
    await answered(operator, "Que voulez-vous ?")
    [whole] = await house.rows(ConversationRow)
    await house.store.write(partial(set_session, session=b"\x01 not sealed with these keys, nor with any"))
    await house.say("une lampe")
    await house.say("bonjour", number=OTHER)
    await answered(operator, "Que voulez-vous ?", number=OTHER)

    async def waits() -> bool:
        return len(await house.rows(InboxRow)) == 1

    await until(waits, within_s=10)
    await house.say("et encore")  # what comes after it waits behind it
    await until(lambda: "rbm_turn_faults_total" in house.server.metrics.render().decode(), within_s=10)
    await house.store.write(partial(set_session, session=whole.session))
    house.move(61)
    await until(lambda: len(operator.texts(PERSON)) >= 3, within_s=10)
    assert operator.texts(PERSON)[:2] == ["Que voulez-vous ?", "Commande R-9."]
    await done(house)


def occupy_next_turn(connection: Connection, *, contact_id: str) -> None:
    """Put something where the next turn of this person will be written, so that it cannot."""
    found = table(ConversationRow)
    turns = connection.execute(select(found.c.turns).where(found.c.contact_id == contact_id)).scalar_one()
    row = TurnRow(seq=10**9, bot=BOT, contact_id=contact_id, ordinal=turns + 1, played_at=0, bot_version="x")
    connection.execute(insert(table(TurnRow)), [row.model_dump()])


def free_next_turn(connection: Connection) -> None:
    connection.execute(delete(table(TurnRow)).where(table(TurnRow).c.seq == 10**9))


async def test_a_conversation_that_cannot_be_written_holds_up_nobody_else(house: House, operator: Operator) -> None:
    await house.say("bonjour")
    await answered(operator, "Que voulez-vous ?")
    [whole] = await house.rows(ConversationRow)
    await done(house)  # the receipts of the first answer
    await house.store.write(partial(occupy_next_turn, contact_id=whole.contact_id))
    await house.say("une lampe")
    await house.say("bonjour", number=OTHER)
    await answered(operator, "Que voulez-vous ?", number=OTHER)
    await until(lambda: "rbm_turn_faults_total" in house.server.metrics.render().decode(), within_s=10)
    await house.store.write(free_next_turn)
    house.move(61)
    await until(lambda: len(operator.texts(PERSON)) >= 2, within_s=10)
    assert operator.texts(PERSON) == ["Que voulez-vous ?", "Commande R-9."]
    await done(house)
