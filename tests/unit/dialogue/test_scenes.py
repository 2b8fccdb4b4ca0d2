"""Scenes: talks that a campaign starts (bot language 13)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from rbm_bots.dialogue import restore
from rbm_bots.dialogue.effects import SceneTold
from rbm_bots.events import AgentJoined, SceneStarted
from rbm_bots.rules.stop import STOP_STEP
from rbm_bots.testing import Mocks, Play
from tests.unit.dialogue.stage import HEAD, NOW, bot_of, noted, said, shown

BOT = """
slots:
  ref: {type: text, check: plate}
  amount: {type: number}
  due: {type: date, prefer: past}
  kind: {type: choice, options: {gas: {label: Gaz, when: amount > 1000}, power: Courant}}
  state: {type: record, fields: {paid: boolean}}
  why: {type: text}
start: menu
scenes:
  bill:
    purpose: service
    fills: [ref, amount, due, kind]
    expires: 3d
    steps:
      - {do: find, save: state, on_error: {any: {goto: end}}}
      - {if: state.paid, then: [{end: true}]}
      - say: "Facture {{ ref }} : {{ amount }} {{ kind }}, {{ due | date }}."
        suggest: [{reply: Payé, goto: paid}]
  spring:
    purpose: marketing
    steps: [{say: C'est le printemps., suggest: [{reply: Voir, goto: menu}]}]
  ask:
    purpose: marketing
    steps: [{ask: why, say: Pourquoi ?, timeout: 2h, give_up: menu}, {say: "Merci, {{ why }}."}]
flows:
  menu: {hears: [menu], steps: [{say: Menu.}]}
  paid: {hears: [payé], steps: [{say: "Merci pour {{ ref }}."}]}
  talk: {hears: [parler], steps: [{ask: why, say: Oui ?}]}
handover: {team: t, timeout: 1d}
always: {agent: {hears: [conseiller], goto: handover}}
"""
BILL = {"ref": "ab 123 cd", "amount": "1 200,50", "due": "24/10/2026", "kind": "Gaz"}
SPRING = SceneStarted(name="spring")


class Campaign(Play):
    """A talk that keeps what the campaign is told."""

    def __init__(self, *, paid=False, text=BOT, find=None, head="rbm: 1\nbot: {id: shop, name: Boutique}\n", **options):
        mocks = Mocks({"find": find or {"returns": {"paid": paid}}})
        super().__init__(bot_of(text, head=head), now=NOW, mocks=mocks, **options)
        self.told = []

    def _carry_out(self, effect):
        if isinstance(effect, SceneTold):
            self.told.append((effect.outcome, effect.why) if effect.why else effect.outcome)
        return super()._carry_out(effect)

    async def bill(self, **columns):
        return await self.receive(SceneStarted(name="bill", columns={**BILL, **columns}))


async def test_columns_are_read_like_answers_and_the_scene_is_sent():
    play = Campaign()
    sent = await play.bill()
    assert said(sent) == ["Facture AB123CD : 1200,5 Gaz, 24/10/2026."]
    assert [send.message_class for send in sent] == ["service"]
    assert restore(play.slot("amount")) == Decimal("1200.50")
    assert play.told == ["sent"]


async def test_its_chips_find_its_slots_as_long_as_it_lives_whatever_the_session():
    play = Campaign()
    await play.say("menu")
    await play.wait(3600)
    await play.bill()
    assert await play.wait(3 * 24 * 3600 - 60) == []
    assert said(await play.tap("Payé")) == ["Merci pour AB123CD."]
    assert play.sent[-1].message_class == "conversation"
    assert play.session.scene is None


async def test_nothing_of_it_is_left_when_it_expires():
    play = Campaign()
    await play.bill()
    chip = play.find("Payé")
    await play.wait(3 * 24 * 3600 + 1)
    assert said(await play.tap_on(chip)) == ["Ce choix a expiré."]
    assert "talk" not in play.session.slots


async def test_a_scene_that_ends_without_a_word_is_skipped():
    play = Campaign(paid=True)
    assert await play.bill() == []
    assert play.told == ["skipped"]
    assert play.session.slots == {}
    assert play.session.scene is None


@pytest.mark.parametrize("code", ["error", "timeout"])
async def test_a_fault_before_the_first_word_is_not_told_to_the_person(code):
    play = Campaign(find={"raises": code}, text=BOT.replace("on_error: {any: {goto: end}}", "goal: asked"))
    assert await play.bill() == []
    assert play.told == ["skipped"]
    assert not play.with_human


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"ref": ""}, "ref"),
        ({"ref": "taxi"}, "ref"),
        ({"ref": "a!"}, "ref"),
        ({"amount": "beaucoup"}, "amount"),
        ({"due": "bientôt"}, "due"),
        ({"kind": "eau"}, "kind"),
    ],
)
async def test_a_column_that_cannot_be_read_refuses_the_start(columns, why):
    play = Campaign()
    assert await play.bill(**columns) == []
    assert play.told == [("refused", why)]
    assert play.session.frames == ()


async def test_a_scene_that_does_not_exist_is_refused():
    play = Campaign()
    assert await play.receive(SceneStarted(name="autumn")) == []
    assert await play.receive(SceneStarted(name="menu")) == []
    assert play.told == [("refused", "no_scene")] * 2


async def test_somebody_in_a_talk_is_busy_for_a_quarter_of_an_hour():
    play = Campaign()
    await play.say("parler")
    assert await play.receive(SPRING) == []
    await play.wait(15 * 60)
    assert said(await play.receive(SPRING)) == ["C'est le printemps."]
    assert play.told == ["busy", "sent"]


async def test_somebody_whose_talk_is_over_is_not_busy():
    play = Campaign()
    await play.say("menu")
    assert said(await play.receive(SPRING)) == ["C'est le printemps."]


async def test_somebody_with_a_human_is_busy():
    play = Campaign()
    await play.say("conseiller")
    await play.receive(AgentJoined())
    await play.wait(3600)
    assert await play.receive(SPRING) == []
    assert play.told == ["busy"]


async def test_marketing_has_its_way_out_on_both_channels():
    play = Campaign()
    sent = await play.receive(SPRING)
    assert shown(sent) == [("C'est le printemps.", ["Voir", "Ne plus recevoir"])]
    assert sent[0].message_class == "marketing"
    assert sent[0].message.sms == "C'est le printemps.\n1 Voir\nRépondez STOP"
    assert f".{STOP_STEP}." in sent[0].message.chips[-1].postback
    assert len(await play.tap("Ne plus recevoir")) == 1
    assert play.opted_out


async def test_the_way_out_takes_the_place_of_the_last_chip():
    chips = ", ".join(f"{{reply: C{rank}, goto: menu}}" for rank in range(11))
    play = Campaign(text=BOT.replace("{reply: Voir, goto: menu}", chips))
    labels = shown(await play.receive(SPRING))[0][1]
    assert labels[-2:] == ["C9", "Ne plus recevoir"]
    assert len(labels) == 11


async def test_a_text_that_speaks_of_stop_is_left_alone():
    play = Campaign(text=BOT.replace("{say: C'est le printemps.,", "{say: Soldes., sms: 'Soldes. STOP au 36000',"))
    assert (await play.receive(SPRING))[0].message.sms == "Soldes. STOP au 36000"


async def test_an_answer_makes_it_a_conversation():
    play = Campaign()
    await play.receive(SceneStarted(name="ask"))
    sent = await play.say("Comme ça")
    assert shown(sent) == [("Merci, Comme ça.", [])]
    assert sent[0].message_class == "conversation"


async def test_a_time_limit_that_nobody_answered_keeps_the_class():
    play = Campaign()
    await play.receive(SceneStarted(name="ask"))
    sent = await play.wait(2 * 3600)
    assert said(sent) == ["Menu."]
    assert sent[0].message_class == "marketing"


async def test_the_first_word_of_a_stranger_who_does_not_answer_starts_the_bot():
    play = Campaign()
    await play.receive(SPRING)
    assert said(await play.say("hein")) == ["Menu."]


async def test_a_chip_of_an_older_scene_starts_a_talk_of_its_own():
    play = Campaign()
    await play.bill()
    chip = play.find("Payé")
    await play.wait(3600)
    await play.receive(SPRING)
    assert said(await play.tap_on(chip)) == ["Merci pour ."]


async def test_a_second_scene_takes_the_place_of_the_first():
    play = Campaign()
    await play.bill()
    await play.receive(SPRING)
    assert play.session.scene.name == "spring"
    assert "talk" not in play.session.slots


async def test_stop_while_an_action_decides_ends_the_scene():
    play = Campaign()
    play._run = None  # its result never comes
    with pytest.raises(TypeError):
        await play.bill()
    assert play.told == []
    assert len(await play.say("STOP")) == 1
    assert play.told == ["skipped"]


async def test_a_question_of_a_scene_waits_longer_than_a_session():
    play = Campaign(text=BOT.replace("timeout: 2h, ", ""))
    await play.say("menu")
    await play.receive(SceneStarted(name="ask"))
    await play.wait(timedelta(days=5).total_seconds())
    assert said(await play.say("Parce que")) == ["Merci, Parce que."]
    assert noted(play, "session_over") == []


async def test_it_speaks_the_persons_language():
    text = BOT.replace("say: C'est le printemps.", "say: {fr: C'est le printemps., en: Spring is here.}")
    play = Campaign(text=text, head=HEAD, language="en")
    sent = await play.receive(SPRING)
    assert shown(sent) == [("Spring is here.", ["Voir", "No more messages"])]
    assert sent[0].message.sms.endswith("\nReply STOP")


CHECKED = """
slots:
  plate: {type: text, check: plate}
  where: {type: location, check: town}
  again: {type: text, check: town}
start: menu
scenes:
  visit:
    purpose: service
    fills: [plate, where, again]
    steps: [{say: "{{ plate }} {{ where.label }} {{ again }}"}]
flows:
  menu: {hears: [menu], steps: [{say: Menu.}]}
"""
VISIT = SceneStarted(name="visit", columns={"plate": "ab 123 cd", "where": "Lille", "again": "x"})
LILLE = {"returns": {"lat": 50.6, "lng": 3.06, "label": "Lille"}}


class Visit(Campaign):
    def __init__(self, *answers, **options):
        super().__init__(text=CHECKED, **options)
        self._mocks = Mocks({"check:town": list(answers)})


async def test_a_column_is_also_seen_by_a_check_that_must_wait():
    play = Visit(LILLE, {"returns": "clean"})
    assert said(await play.receive(VISIT)) == ["AB123CD Lille clean"]
    assert play.told == ["sent"]
    assert [call.args["value"] for call in play.calls] == ["Lille", "x"]
    assert play.session.scene.unchecked == {}


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([{"raises": "no_town"}], "where"),
        ([{"returns": None}], "where"),
        ([{"returns": "not a place"}], "where"),
        ([LILLE, {"raises": "timeout"}], "again"),
    ],
)
async def test_a_check_that_says_no_refuses_the_scene_without_a_word(answers, why):
    play = Visit(*answers)
    assert await play.receive(VISIT) == []
    assert play.told == [("refused", why)]
    assert (play.session.frames, play.session.scene, play.session.waiting_for) == ((), None, None)
    assert play.session.slots == {}
    assert said(await play.say("menu")) == ["Menu."]


async def test_a_campaign_may_tell_the_language_until_the_person_chooses():
    text = """
start: menu
scenes: {hello: {purpose: service, steps: [{say: {fr: Bonjour, en: Hello}}]}}
flows: {menu: {hears: [menu], steps: [{say: {fr: Carte, en: Card}}]}}
"""
    play = Campaign(text=text, head=HEAD, language="fr")
    hello = SceneStarted(name="hello", columns={"language": "en-GB"})
    assert said(await play.receive(hello)) == ["Hello"]
    assert said(await play.say("menu")) == ["Card"]
    await play.say("français")
    assert said(await play.say("menu")) == ["Carte"]
    await play.wait(20 * 60)
    assert said(await play.receive(hello)) == ["Bonjour"]
