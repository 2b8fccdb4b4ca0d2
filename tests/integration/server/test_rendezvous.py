"""A rendezvous through a whole server, its built-in calendar and holds included (bot language 6.4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from rbm_bots.store.tables import BookingRow, HoldRow
from tests.acceptance.driver.operator import Operator, until
from tests.integration.server.side import PERSON, House, housed
from tests.integration.server.test_conversations import done

OTHER = "+33639980003"
TAKEN = "Ce créneau vient de partir. En voici d'autres."
TEXT = """
rbm: 1
bot: {id: shop, name: Le Garage, languages: [fr]}
slots:
  when: {type: datetime}
  booking: {type: record, keep: contact}
calendars:
  atelier: {source: builtin, hours: always, slot: 60m, days: 10}
start: book
flows:
  book:
    hears: [rdv]
    steps:
      - {id: pick, rendezvous: when, say: Quand ?, find: atelier.free, none: full, give_up: full}
      - do: atelier.book
        with: {when: "{{ when }}"}
        save: booking
        on_error: {slot_taken: {say: Trop tard., goto: pick}, any: {goto: full}}
      - {say: "Réservé {{ when | time }}."}
  full: {steps: [{say: Complet.}]}
"""


@pytest.fixture
async def house(database: str, operator: Operator) -> AsyncIterator[House]:
    async with housed(database=database, operator=operator.base, text=TEXT) as running:
        yield running


def in_three_days(house: House) -> str:
    day = house.clock.now().astimezone(ZoneInfo("Europe/Paris")) + timedelta(days=3)
    return f"le {day:%d/%m/%Y} à 10h"


async def heard(operator: Operator, number: str, words: str) -> None:
    await until(lambda: words in operator.texts(number), within_s=10)


async def test_two_people_and_one_hour(house: House, operator: Operator) -> None:
    words, people = in_three_days(house), (PERSON, OTHER)
    await asyncio.gather(*(house.say("rdv", number=number) for number in people))
    for number in people:
        await heard(operator, number, "Quand ?")
    await asyncio.gather(
        *(house.say(words, number=number) for number in people)
    )  # not shown yet: that day is looked up
    await done(house)
    await asyncio.gather(*(house.say(words, number=number) for number in people))
    await done(house)

    def both_know() -> bool:
        return sorted(_last(operator, number) for number in people) == [[TAKEN], ["Réservé 10:00."]]

    await until(both_know, within_s=10)
    (row,) = await house.rows(BookingRow)
    assert row.cancelled_at is None
    assert await house.rows(HoldRow) == []


def _last(operator: Operator, number: str) -> list[str]:
    """What the person was told at last, apart from the question and its cards."""
    return [text for text in operator.texts(number) if text not in ("Quand ?", "None")][-1:]
