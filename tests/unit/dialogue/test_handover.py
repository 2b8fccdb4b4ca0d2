"""A human takes the conversation (bot language 12)."""

from datetime import UTC, datetime, timedelta

import pytest

from rbm_bots.dialogue import Facts
from rbm_bots.dialogue.effects import HandOver, HandOverChanged
from rbm_bots.events import AgentJoined, AgentLeft, AgentSaid, Started
from rbm_bots.testing import Mocks, Play
from tests.unit.dialogue.stage import NOW, bot_of, noted, said, shown

BOT = """
slots:
  plate: {type: text, min: 7, max: 9}
  note: {type: text, keep: contact}
start: menu
flows:
  menu: {hears: [menu], steps: [{say: Menu., suggest: [{reply: Quelqu'un, goto: handover}]}]}
  step:
    hears: [étape]
    steps:
      - {ask: plate, say: Plaque ?}
      - {handover: {carry: [plate, note]}, goal: helped}
      - {say: "Suite {{ plate }}."}
  lost: {hears: [perdu], steps: [{ask: plate, say: Plaque ?, reprompt: [Encore.], give_up: handover, timeout: 30m}]}
  timed: {hears: [limite], steps: [{ask: plate, say: Plaque ?, timeout: 30m, give_up: menu}, {say: Merci.}]}
  broken: {hears: [panne], steps: [{do: find}, {say: jamais}]}
  callback: {steps: [{say: On vous rappelle.}]}
  branch: {hears: [ouvert], steps: [{if: handover.open, then: [{say: Ouvert.}], else: [{say: Fermé.}]}]}
always: {agent: {hears: [conseiller], goto: handover}, help: {hears: [aide], say: Aide.}}
unknown: {say: [Pardon ?, Toujours pas.], then: handover}
handover:
  team: atelier
  say: Je vous passe un mécanicien.
  closed: L'atelier est fermé.
  busy: Tous occupés.
  otherwise: callback
  back: Je suis de retour.
  hours: mon-fri 08:30-18:30
  timeout: 10m
  rating: false
  idle: 1h
"""


class Desk(Play):
    """A talk that keeps what the desk is told."""

    def __init__(self, text=BOT, *, agents=1, now=NOW, **options):
        super().__init__(bot_of(text), now=now, facts=Facts(agents=agents), **options)
        self.told = []

    def _carry_out(self, effect):
        if isinstance(effect, HandOver | HandOverChanged):
            self.told.append(effect)
        return super()._carry_out(effect)

    @property
    def reasons(self):
        return [effect.reason for effect in self.told if isinstance(effect, HandOver)]

    @property
    def changes(self):
        return [(effect.state, effect.why) for effect in self.told if isinstance(effect, HandOverChanged)]

    async def agent(self, event):
        return said(await self.receive(event))


async def test_a_step_asks_the_human_speaks_and_the_next_step_follows():
    play = Desk()
    await play.say("étape")
    assert said(await play.say("AB123CD")) == ["Je vous passe un mécanicien."]
    assert play.with_human
    asked = play.told[0]
    assert (asked.team, asked.reason, asked.carry) == ("atelier", "asked", {"plate": "AB123CD"})
    assert await play.agent(AgentJoined(agent="Luc")) == []
    assert await play.agent(AgentSaid(text=" Bonjour, que puis-je faire ? ")) == ["Bonjour, que puis-je faire ?"]
    assert play.sent[-1].message_class == "conversation"
    assert await play.say("menu") == []
    assert await play.send_file("https://f.example/a.jpg", mime_type="image/jpeg") == []
    assert await play.agent(AgentLeft()) == ["Je suis de retour.", "Suite AB123CD."]
    assert play.changes == [("joined", ""), ("ended", "left")]
    assert not play.with_human
    assert play.timers == {}
    assert [note.name for note in noted(play, "goal")] == ["helped"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["conseiller"], "asked"),
        (["perdu", "?", "?"], "give_up:lost.plate"),
        (["menu", "hum", "hum hum"], "unknown"),
    ],
)
async def test_by_a_jump_the_talk_is_over_afterwards_and_the_reason_is_told(words, reason):
    play = Desk()
    for one in words:
        await play.say(one)
    assert play.with_human
    assert play.reasons == [reason]
    assert await play.agent(AgentLeft()) == ["Je suis de retour."]
    assert play.session.frames == ()
    assert "talk" not in play.session.slots


async def test_a_chip_asks_for_a_human():
    play = Desk()
    await play.say("menu")
    assert said(await play.tap("Quelqu'un")) == ["Je vous passe un mécanicien."]


@pytest.mark.parametrize("called", ["conseiller", "tap"])
async def test_the_slots_of_the_talk_stand_however_the_human_was_called(called):
    text = BOT.replace("say: Je vous", "carry: [plate]\n  say: Je vous").replace(
        "{handover: {carry: [plate, note]}, goal: helped}", "{ask: note, say: Et ?}"
    )
    play = Desk(text)
    await play.say("menu")
    chip = play.find("Quelqu'un")
    await play.say("étape")
    await play.say("AB123CD")
    await (play.tap_on(chip) if called == "tap" else play.say(called))
    assert play.told[0].carry == {"plate": "AB123CD"}


async def test_nobody_comes_in_time():
    play = Desk()
    await play.say("conseiller")
    assert await play.wait(9 * 60) == []
    assert said(await play.wait(60)) == ["Tous occupés.", "On vous rappelle."]
    assert play.changes == [("ended", "timeout")]
    assert not play.with_human


@pytest.mark.parametrize(
    ("agents", "now"),
    [
        (0, NOW),
        (1, datetime(2026, 11, 23, 19, tzinfo=UTC)),
        (1, datetime(2026, 11, 11, 10, tzinfo=UTC)),  # a Wednesday, and a public holiday
        (1, datetime(2026, 11, 22, 10, tzinfo=UTC)),
    ],
)
async def test_outside_of_hours_or_with_nobody_there_the_request_stays_queued(agents, now):
    play = Desk(agents=agents, now=now)
    assert said(await play.say("conseiller")) == ["L'atelier est fermé."]
    assert said(await play.wait(600)) == ["Tous occupés.", "On vous rappelle."]
    assert play.changes == []
    assert said(await play.say("aide")) == ["Aide."]
    assert await play.agent(AgentSaid(text="Me voilà.")) == ["Me voilà."]
    assert play.reasons == ["asked"]
    assert play.changes == [("joined", "")]
    assert {effect.request for effect in play.told} == {play.told[0].request}


async def test_who_asks_again_keeps_the_place_in_the_queue():
    play = Desk(agents=0)
    await play.say("conseiller")
    await play.wait(600)
    await play.say("conseiller")
    first, second = play.told
    assert first.request == second.request


async def test_a_silent_talk_with_a_human_ends():
    play = Desk()
    await play.say("conseiller")
    await play.receive(AgentJoined())
    await play.wait(50 * 60)
    await play.say("attendez")
    assert await play.wait(50 * 60) == []
    await play.receive(AgentSaid(text="oui ?"))
    assert await play.wait(59 * 60) == []
    assert said(await play.wait(60)) == ["Je suis de retour."]
    assert play.changes[-1] == ("ended", "idle")


@pytest.mark.parametrize("word", ["Quitter", "quit !"])
async def test_the_person_takes_the_bot_back(word):
    play = Desk()
    await play.say("étape")
    await play.say("AB123CD")
    assert said(await play.say(word)) == ["Je suis de retour.", "Suite AB123CD."]
    assert play.changes == [("ended", "quit")]


async def test_stop_comes_before_the_human_and_ends_the_talk():
    play = Desk()
    await play.say("conseiller")
    await play.receive(AgentJoined())
    assert len(await play.say("STOP")) == 1
    assert play.opted_out
    assert play.changes[-1] == ("ended", "stopped")
    assert not play.with_human
    assert play.timers == {}


async def test_start_is_heard_and_the_human_stays():
    play = Desk()
    await play.say("conseiller")
    assert len(await play.say("START")) == 1
    assert play.with_human


async def test_start_chat_does_not_take_the_human_away():
    play = Desk()
    await play.say("conseiller")
    assert await play.receive(Started()) == []
    assert play.with_human


async def test_a_human_may_come_unasked_and_the_question_waits():
    play = Desk()
    await play.say("limite")
    await play.wait(20 * 60)
    assert await play.agent(AgentJoined()) == []
    assert play.reasons == ["joined"]
    assert list(play.timers) == [play.session.help.timer]
    await play.agent(AgentSaid(text="Je regarde."))
    assert await play.wait(30 * 60) == []
    assert await play.agent(AgentLeft()) == ["Je suis de retour.", "Plaque ?"]
    assert await play.wait(9 * 60) == []
    assert said(await play.wait(60)) == ["Menu."]  # the ten minutes that were left


async def test_a_human_may_come_when_nothing_is_open_or_no_humans_are_declared():
    play = Desk("start: a\nflows: {a: {hears: [a], steps: [{say: A.}]}}")
    await play.say("a")
    assert await play.agent(AgentSaid(text="Bonjour")) == ["Bonjour"]
    assert await play.wait(2 * 3600 - 1) == []
    assert said(await play.wait(1)) == ["Je reprends la conversation."]


async def test_leaving_twice_or_saying_nothing_is_nothing():
    play = Desk()
    assert await play.agent(AgentLeft()) == []
    await play.say("conseiller")
    assert await play.agent(AgentSaid(text="  ")) == []
    assert await play.agent(AgentJoined()) == []
    assert play.changes == [("joined", "")]


async def test_a_failed_call_apologises_and_asks_for_a_human():
    play = Desk(mocks=Mocks({"find": {"raises": "error"}}))
    assert said(await play.say("panne")) == [
        "Désolé, quelque chose n'a pas marché de notre côté.",
        "Je vous passe un mécanicien.",
    ]
    assert play.reasons == ["error"]
    assert noted(play, "goal") == []


async def test_a_turn_that_is_too_long_asks_for_a_human_without_sorry():
    steps = ", ".join(["{say: x}"] * 8)
    text = f"start: a\nhandover: {{team: t}}\nflows: {{a: {{hears: [a], steps: [{steps}]}}}}"
    play = Desk(text)
    assert said(await play.say("a")) == ["x"] * 6 + ["Je vous passe quelqu'un."]
    assert play.reasons == ["error"]


async def test_whether_somebody_is_there_can_be_asked():
    assert said(await Desk().say("ouvert")) == ["Ouvert."]
    assert said(await Desk(agents=0).say("ouvert")) == ["Fermé."]


async def test_words_after_a_long_time_do_not_end_the_session_of_a_human():
    play = Desk(BOT.replace("idle: 1h", "idle: 1d"))
    await play.say("conseiller")
    await play.receive(AgentJoined())
    await play.wait(20 * 3600)
    await play.receive(AgentSaid(text="Encore un moment."))
    await play.wait(20 * 3600)
    assert await play.say("merci") == []
    assert play.with_human


async def test_timers_of_a_request_that_is_gone_change_nothing():
    play = Desk()
    await play.say("conseiller")
    timer = dict(play.timers)
    await play.say("quit")
    play.timers.update(timer)
    assert await play.wait(600) == []
    assert len(noted(play, "timer_ignored")) == 1


async def test_a_step_may_override_the_section():
    text = BOT.replace(
        "{handover: {carry: [plate, note]}, goal: helped}", "{handover: {team: nuit, hours: always, say: Allô.}}"
    )
    play = Desk(text, now=NOW + timedelta(hours=12))
    await play.say("étape")
    assert said(await play.say("AB123CD")) == ["Allô."]
    assert play.told[0].team == "nuit"


async def test_only_the_end_of_the_talk_ends_the_request():
    play = Desk()
    await play.say("étape")
    await play.say("AB123CD")
    assert shown(await play.wait(600)) == [("Tous occupés.", []), ("On vous rappelle.", [])]
    assert play.session.frames == ()


async def test_in_another_version_the_human_stays_or_the_talk_is_over():
    play = Desk()
    await play.say("étape")
    await play.say("AB123CD")
    play.bot = bot_of(BOT.replace("say: Menu.", "say: Le menu."))
    assert await play.agent(AgentSaid(text="Oui ?")) == ["Oui ?"]
    play.bot = bot_of(BOT.replace("{handover: {carry: [plate, note]}, goal: helped}", "{say: Plus personne.}"))
    assert said(await play.say("allô ?")) == ["Menu."]
    assert play.changes[-1] == ("ended", "over")


async def test_a_version_without_humans_ends_the_wait():
    play = Desk()
    await play.say("conseiller")
    play.bot = bot_of("start: a\nflows: {a: {hears: [a], steps: [{say: A.}]}}")
    assert await play.wait(600) == []
    assert not play.with_human
