"""A human, a campaign and a reminder, through a whole server: rows of the desk and of campaigns, timers that last."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from rbm_bots.clock import to_ms
from rbm_bots.events import AgentJoined, AgentLeft, AgentSaid, SceneStarted
from rbm_bots.history import Inside, close_inside
from rbm_bots.server.playing import CARRY
from rbm_bots.store import NewEvent
from rbm_bots.store.tables import ConversationRow, HandoverRow, OutboxRow, TimerRow
from tests.acceptance.driver.operator import Operator
from tests.integration.server.side import BOT, House, housed
from tests.integration.server.test_conversations import answered, done

TEXT = """
rbm: 1
bot: {id: shop, name: La Boutique, languages: [fr], expires: 48h}
slots:
  thing: {type: text}
  order: {type: record, fields: {ref: text}, keep: contact}
  when: {type: datetime, keep: contact}
start: order
scenes:
  ready:
    purpose: service
    fills: [thing]
    steps: [{say: "Prêt : {{ thing }}.", suggest: [{reply: Où ?, goto: where}]}]
flows:
  order:
    hears: [bonjour]
    steps:
      - {ask: thing, say: Que voulez-vous ?, give_up: handover}
      - {handover: {carry: [thing]}}
      - {say: "Donc {{ thing }}."}
  where: {hears: [où], steps: [{say: "Ici, {{ thing }}."}]}
  remind:
    hears: [rappel]
    steps:
      - {set: {when: "2030-01-01T10:00+01:00"}}
      - do: shop.order
        with: {thing: "{{ bot.name }}"}
        save: order
        on_error: {any: {goto: order}}
        remind: {at: "{{ when }}", before: [2h], ref: "{{ order.ref }}", say: "Rappel {{ order.ref }}."}
      - {say: Noté.}
handover: {team: comptoir, say: Un instant., closed: Personne n'est là., busy: Tous occupés., back: Me revoilà.}
"""


@pytest.fixture
async def house(database: str, operator: Operator) -> AsyncIterator[House]:
    async with housed(database=database, operator=operator.base, text=TEXT) as running:
        yield running


async def tell(house: House, kind: str, event: Inside) -> None:
    """What a desk or a campaign does: a row in the journal."""
    (talk,) = await house.rows(ConversationRow)
    now = to_ms(house.clock.now())
    row = NewEvent(
        source=f"{kind}:{BOT}",
        at=now,
        source_id=f"{talk.contact_id}|{type(event).__name__}",
        kind=kind,
        bot=BOT,
        contact_id=talk.contact_id,
        received_at=now,
        body=close_inside(house.seal, event),
    )
    await house.store.append([row])
    await house.store.notify("inbox")
    await done(house)


async def test_a_request_is_a_row_and_the_desk_speaks_through_the_bot(house: House, operator: Operator) -> None:
    await house.say("bonjour")
    await house.say("une lampe")
    await answered(operator, "Que voulez-vous ?", "Personne n'est là.")
    (row,) = await house.rows(HandoverRow)
    assert (row.team, row.reason, row.state) == ("comptoir", "asked", "queued")
    assert msgspec.json.decode(house.seal.open(row.carry, purpose=CARRY)) == {"thing": "une lampe"}
    await tell(house, "agent", AgentJoined(agent="Luc"))
    await tell(house, "agent", AgentSaid(text="Oui ?"))
    await house.say("rouge")
    await done(house)
    await tell(house, "agent", AgentLeft())
    said = ["Que voulez-vous ?", "Personne n'est là.", "Oui ?", "Me revoilà.", "Donc une lampe."]
    quality = "Quelle note donnez-vous à la qualité de cette aide, de 1 à 5 ?"
    await answered(operator, *said, quality)
    await house.say("4")
    await answered(operator, *said, quality, "Et à sa pertinence, de 1 à 5 ?")
    (row,) = await house.rows(HandoverRow)
    assert (row.state, row.why) == ("ended", "left")


async def test_nobody_ever_comes_and_the_bot_goes_on(house: House, operator: Operator) -> None:
    await house.say("bonjour")
    await house.say("une lampe")
    await answered(operator, "Que voulez-vous ?", "Personne n'est là.")
    await house.stop()
    await house.start()
    house.move(600)
    await answered(operator, "Que voulez-vous ?", "Personne n'est là.", "Tous occupés.")
    (row,) = await house.rows(HandoverRow)
    assert row.state == "queued"


async def test_a_campaign_starts_a_scene(house: House, operator: Operator) -> None:
    await house.say("où")
    await answered(operator, "Ici, .")
    await tell(house, "scene", SceneStarted(name="ready", columns={"thing": "une lampe"}))
    await house.say("Où ?")
    await answered(operator, "Ici, .", "Prêt : une lampe.", "Ici, une lampe.")
    assert [row.message_class for row in await house.rows(OutboxRow)] == ["conversation", "service", "conversation"]


async def test_a_reminder_outlives_the_server_and_the_session(house: House, operator: Operator) -> None:
    await house.say("rappel")
    await answered(operator, "Noté.")
    (timer,) = await house.rows(TimerRow)
    await house.stop()
    await house.start()
    house.move(timer.due_at / 1000 - house.clock.now().timestamp() + 1)
    await answered(operator, "Noté.", "Rappel R-11.")
    assert await house.rows(TimerRow) == []
