"""A flow that Python builds, through a whole server: built by the call loop, kept with the talk over a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rbm_bots.actions import Context
from tests.acceptance.driver.operator import Operator
from tests.integration.server import side
from tests.integration.server.side import House, housed
from tests.integration.server.test_conversations import answered, done

TEXT = """
rbm: 1
bot: {id: shop, name: La Boutique, languages: [fr]}
slots: {answer: {type: choice, options: {a: Rouge, b: Vert}}}
start: welcome
flows:
  welcome: {hears: [bonjour], steps: [{run: quiz}, {say: "Réponse : {{ answer }}."}]}
"""


class Quizzing(side.Shop):
    """A shop that asks something else each time."""

    def __init__(self) -> None:
        super().__init__()
        self.built: list[str] = []

        @self.actions.flow("quiz")
        def quiz(ctx: Context) -> list[dict[str, object]]:
            self.built.append(str(ctx.customer["tier"]))
            return [{"id": "ask", "ask": "answer", "say": f"Question {len(self.built)} ?", "give_up": "end"}]


@pytest.fixture
async def house(database: str, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(side, "Shop", Quizzing)
    async with housed(database=database, operator=operator.base, text=TEXT) as running:
        yield running


async def test_it_is_built_once_and_survives_a_restart(house: House, operator: Operator) -> None:
    await house.say("bonjour")
    await answered(operator, "Question 1 ?")
    await house.stop()
    await house.start()
    await house.say("vert")
    await done(house)
    await answered(operator, "Question 1 ?", "Réponse : Vert.")
    assert isinstance(house.shop, Quizzing)
    assert house.shop.built == ["bronze"]
    await house.say("bonjour")
    await answered(operator, "Question 1 ?", "Réponse : Vert.", "Question 2 ?")
