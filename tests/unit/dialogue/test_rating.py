"""Marks for a human's help: asked once, when nothing else goes on, and closed by any other word."""

import pytest

from rbm_bots.dialogue.effects import Rated
from rbm_bots.events import AgentJoined, AgentLeft
from tests.unit.dialogue import test_handover
from tests.unit.dialogue.stage import said, shown

BOT = test_handover.BOT.replace("rating: false", "rating: true")
QUALITY = ("Quelle note donnez-vous à la qualité de cette aide, de 1 à 5 ?", ["1", "2", "3", "4", "5"])
RELEVANCE = ("Et à sa pertinence, de 1 à 5 ?", ["1", "2", "3", "4", "5"])


class Desk(test_handover.Desk):
    """A talk that keeps the marks."""

    def __init__(self, text=BOT, **options):
        super().__init__(text, **options)
        self.marks = []

    def _carry_out(self, effect):
        if isinstance(effect, Rated):
            self.marks.append((effect.about, effect.mark))
        return super()._carry_out(effect)

    async def helped(self, said="conseiller"):
        await self.say(said)
        await self.receive(AgentJoined())
        return shown(await self.receive(AgentLeft()))


async def test_two_marks_are_asked_for_when_the_talk_is_over():
    desk = Desk()
    assert await desk.helped() == [("Je suis de retour.", []), QUALITY]
    assert shown(await desk.tap("4")) == [RELEVANCE]
    assert shown(await desk.say("5")) == [("Merci pour votre avis.", [])]
    assert desk.marks == [("quality", 4), ("relevance", 5)]
    assert shown(await desk.say("5"))[0][0] != "Merci pour votre avis."
    assert desk.session.rating is None


async def test_any_other_word_closes_the_matter_and_is_understood():
    desk = Desk()
    await desk.helped()
    old = desk.find("3")
    assert said(await desk.say("menu")) == ["Menu."]
    assert desk.session.rating is None
    assert said(await desk.tap_on(old)) == ["Ce choix a expiré."]
    assert desk.marks == []


async def test_the_marks_wait_until_the_steps_are_played():
    desk = Desk()
    await desk.say("étape")
    await desk.say("AB123CD")
    await desk.receive(AgentJoined())
    assert shown(await desk.receive(AgentLeft())) == [("Je suis de retour.", []), ("Suite AB123CD.", []), QUALITY]


async def test_a_question_comes_first():
    steps = "      - {handover: {}}\n      - {ask: note, say: Une note ?}\n"
    steps += "      - {say: Fini., suggest: [{reply: Menu, goto: menu}]}\n"
    desk = Desk(BOT.replace("flows:\n", f"flows:\n  after:\n    hears: [après]\n    steps:\n{steps}"))
    assert await desk.helped("après") == [("Je suis de retour.", []), ("Une note ?", [])]
    assert shown(await desk.say("rien")) == [("Fini.", []), (QUALITY[0], [*QUALITY[1], "Menu"])]
    assert said(await desk.tap("Menu")) == ["Menu."]
    assert (desk.session.rating, desk.marks) == (None, [])


async def test_by_sms_a_figure_is_enough_and_other_chips_keep_their_words():
    steps = "      - {handover: {}}\n      - {say: Fini., suggest: [{reply: Menu, goto: menu}]}\n"
    desk = Desk(BOT.replace("flows:\n", f"flows:\n  after:\n    hears: [après]\n    steps:\n{steps}"), channel="sms")
    await desk.helped("après")
    assert desk.sent[-1].message.sms == f"{QUALITY[0]}\nMenu"
    assert said(await desk.say("2")) == [RELEVANCE[0]]
    assert desk.marks == [("quality", 2)]


@pytest.mark.parametrize("left", ["STOP", "effacer mes données"])
async def test_stop_and_erasure_end_it(left):
    desk = Desk()
    await desk.helped()
    await desk.say(left)
    assert desk.session.rating is None


async def test_nobody_who_came_or_no_wish_for_marks_asks_for_none():
    desk = Desk()
    await desk.say("conseiller")
    assert said(await desk.say("quitter")) == ["Je suis de retour."]
    plain = Desk(BOT.replace("rating: true", "rating: false"))
    assert await plain.helped() == [("Je suis de retour.", [])]


async def test_a_message_full_of_chips_puts_the_marks_off():
    chips = ", ".join(f"{{reply: Choix {rank}, goto: menu}}" for rank in range(7))
    steps = f"      - {{handover: {{}}}}\n      - {{say: Fini., suggest: [{chips}]}}\n"
    desk = Desk(BOT.replace("flows:\n", f"flows:\n  after:\n    hears: [après]\n    steps:\n{steps}"))
    assert len(await desk.helped("après")) == 2
    assert (desk.session.rating.about, desk.session.rating.request != "") == ("", True)
    assert shown(await desk.say("menu"))[-1] == (QUALITY[0], [*QUALITY[1], "Quelqu'un"])


async def test_who_was_silent_for_a_session_is_not_asked_any_more():
    desk = Desk()
    await desk.helped()
    await desk.wait(25 * 3600)
    assert said(await desk.say("5")) != [RELEVANCE[0]]
    assert desk.marks == []
