"""Reminders of appointments: armed, moved, cancelled, said (bot language 6.6, 15)."""

from datetime import timedelta

import pytest

from rbm_bots.actions import Actions
from rbm_bots.events import AgentJoined, AgentLeft, TimerFired
from rbm_bots.testing import Mocks, Play
from tests.unit.dialogue.stage import NOW, bot_of, noted, said, shown

BOT = """
slots:
  service: {type: choice, options: {pneus: Pneus, freins: Freins}}
  when: {type: datetime}
  booking: {type: record, keep: contact}
  name: {type: text}
start: book
flows:
  book:
    hears: [rdv]
    steps:
      - {ask: service, say: Quoi ?}
      - {ask: when, say: Quand ?}
      - do: book
        with: {when: "{{ when }}"}
        save: booking
        on_error: {any: {goto: nothing}}
        remind:
          at: "{{ when }}"
          before: [24h, 2h]
          ref: "{{ booking.ref }}"
          say: "Rappel : {{ service }} {{ when | short }}, n° {{ booking.ref }}."
          suggest:
            - {reply: Annuler, goto: cancel}
            - reply: "Changer {{ service.label }}"
              goto: move
              set: {service: "{{ service }}"}
              when: service == "pneus"
      - {say: "C'est noté."}
  move:
    hears: [changer]
    steps:
      - {ask: when, say: "Quand, {{ service }} ?"}
      - {do: move, with: {when: "{{ when }}"}, moves: "{{ booking.ref }}", on_error: {any: {goto: nothing}}}
      - {say: Changé.}
  cancel:
    hears: [annuler]
    steps:
      - {do: cancel, with: {ref: "{{ booking.ref }}"}, cancels: "{{ booking.ref }}", on_error: {any: {goto: nothing}}}
      - {say: Annulé.}
  nothing: {steps: [{say: Raté.}]}
  name: {hears: [nom], steps: [{ask: name, say: Votre nom ?, timeout: 24h}]}
handover: {team: t, timeout: 1d}
always: {agent: {hears: [conseiller], goto: handover}}
"""


def play_with(book=None, *, text=BOT, head="rbm: 1\nbot: {id: shop, name: Boutique}\n"):
    actions = Actions()

    @actions.action("book")
    async def booked(ctx, when: str):
        raise NotImplementedError

    @actions.action("move")
    async def moved(ctx, when: str):
        raise NotImplementedError

    @actions.action("cancel")
    async def cancelled(ctx, ref: str):
        raise NotImplementedError

    mocks = {"book": book or {"returns": {"ref": "R-1"}}, "move": {"returns": None}, "cancel": {"returns": None}}
    return Play(bot_of(text, actions=actions, head=head), now=NOW, mocks=Mocks(mocks))


async def book(play, service="pneus", when="jeudi à 10h"):
    await play.say("rdv")
    await play.say(service)
    await play.say(when)


def hours(count):
    return count * 3600


UNTIL_DAY_BEFORE = hours(49)  # from Monday 9:00 to Wednesday 10:00


async def test_reminders_survive_the_talk_and_the_session():
    play = play_with()
    await book(play)
    assert "talk" not in play.session.slots
    assert sorted(play.timers.values()) == [NOW + timedelta(hours=49), NOW + timedelta(hours=71)]
    assert await play.wait(UNTIL_DAY_BEFORE - 1) == []
    sent = await play.wait(1)
    assert shown(sent) == [("Rappel : Pneus jeu. 26/11 10:00, n° R-1.", ["Annuler", "Changer Pneus"])]
    assert sent[0].message_class == "service"
    assert said(await play.wait(hours(22))) == ["Rappel : Pneus jeu. 26/11 10:00, n° R-1."]
    assert await play.wait(hours(100)) == []


async def test_conditions_and_values_of_chips_are_those_of_then():
    play = play_with()
    await book(play, "freins")
    assert shown(await play.wait(UNTIL_DAY_BEFORE))[0][1] == ["Annuler"]
    play = play_with()
    await book(play)
    await play.wait(UNTIL_DAY_BEFORE)
    assert said(await play.tap("Changer Pneus")) == ["Quand, Pneus ?"]


async def test_a_reminder_in_the_past_is_not_armed():
    play = play_with()
    await book(play, when="demain à 8h")  # in 23 hours
    assert list(play.timers.values()) == [NOW + timedelta(hours=21)]


async def test_moved_with_the_appointment_even_after_one_was_said():
    play = play_with()
    await book(play)
    await play.wait(UNTIL_DAY_BEFORE)
    await play.say("changer")
    assert said(await play.say("le 30 à 15h")) == ["Changé."]
    assert sorted(play.timers.values()) == [NOW + timedelta(days=6, hours=6), NOW + timedelta(days=7, hours=4)]
    sent = await play.wait(hours(24 * 5))
    assert said(sent) == ["Rappel : Pneus lun. 30/11 15:00, n° R-1."]


async def test_cancelled_with_the_appointment():
    play = play_with()
    await book(play)
    assert said(await play.say("annuler")) == ["Annulé."]
    assert play.timers == {}
    assert play.session.reminders == ()
    assert await play.wait(hours(100)) == []


async def test_a_call_that_failed_plans_nothing():
    play = play_with({"raises": "error"})
    await book(play)
    assert play.timers == {}


@pytest.mark.parametrize("result", [None, {"ref": ""}, {}])
async def test_without_a_reference_there_is_no_reminder(result):
    play = play_with({"returns": result})
    await book(play)
    assert play.timers == {}
    assert len(noted(play, "reminder_dropped")) == 1


async def test_two_appointments_have_two_reminders_and_one_booked_again_has_one():
    play = play_with([{"returns": {"ref": ref}} for ref in ("R-1", "R-2", "R-2")])
    await book(play)
    await book(play, "freins", "vendredi à 10h")
    assert len(play.timers) == 4
    await book(play, "freins", "vendredi à 11h")
    assert len(play.timers) == 4
    await play.say("annuler")
    assert [armed.ref for armed in play.session.reminders] == ["R-1"]


async def test_appointments_that_are_over_are_forgotten():
    play = play_with([{"returns": {"ref": ref}} for ref in ("R-1", "R-2")])
    await book(play)
    await play.wait(hours(24 * 5))
    await book(play)
    assert [armed.ref for armed in play.session.reminders] == ["R-2"]


async def test_there_are_only_so_many():
    play = play_with([{"returns": {"ref": f"R-{rank}"}} for rank in range(20)])
    for _ in range(20):
        await book(play)
    assert len(play.session.reminders) == 12
    assert len(play.timers) == 24


async def test_an_open_question_comes_back_after_a_reminder():
    play = play_with()
    await book(play)
    await play.wait(UNTIL_DAY_BEFORE - 60)
    await play.say("nom")
    sent = await play.wait(60)
    assert said(sent) == ["Rappel : Pneus jeu. 26/11 10:00, n° R-1.", "Votre nom ?"]
    assert [send.message_class for send in sent] == ["service", "conversation"]


async def test_a_question_of_a_session_that_is_over_does_not_come_back():
    play = play_with()
    await book(play)
    await play.say("nom")
    assert said(await play.wait(UNTIL_DAY_BEFORE))[-1:] == ["Rappel : Pneus jeu. 26/11 10:00, n° R-1."]


async def test_a_human_is_not_interrupted():
    play = play_with()
    await book(play)
    await play.wait(UNTIL_DAY_BEFORE - 60)
    await play.say("conseiller")
    await play.receive(AgentJoined())
    assert await play.wait(120) == []
    await play.receive(AgentLeft())
    assert said(await play.wait(300)) == ["Rappel : Pneus jeu. 26/11 10:00, n° R-1."]


async def test_stop_does_not_take_reminders_away():
    play = play_with()
    await book(play)
    await play.say("STOP")
    assert len(await play.wait(UNTIL_DAY_BEFORE)) == 1


async def test_a_timer_of_a_reminder_that_is_gone_changes_nothing():
    play = play_with()
    await book(play)
    name = next(iter(play.timers))
    await play.say("annuler")
    assert await play.receive(TimerFired(name=name)) == []
    assert len(noted(play, "timer_ignored")) == 1


async def test_an_empty_text_is_not_sent():
    text = BOT.replace('"Rappel : {{ service }} {{ when | short }}, n° {{ booking.ref }}."', '"{{ name }}"')
    play = play_with(text=text)
    await book(play)
    assert await play.wait(UNTIL_DAY_BEFORE) == []
    assert len(noted(play, "text_empty")) == 1


async def test_words_that_are_no_instant_arm_nothing():
    found = {"returns": {"ref": "R-1", "at": "bientôt, peut-être"}}
    play = play_with(found, text=BOT.replace('at: "{{ when }}"', 'at: "{{ booking.at }}"'))
    await book(play)
    assert play.timers == {}
