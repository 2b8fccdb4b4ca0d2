"""``rendezvous``: free times offered, chosen, held (bot language 6.4, 19)."""

from datetime import UTC, datetime, timedelta

import pytest

from rbm_bots.actions import Actions
from rbm_bots.botfile.load import load_bot
from rbm_bots.dialogue import encode_session, restore, turn
from rbm_bots.errors import Reject
from rbm_bots.events import CallReturned
from rbm_bots.messages import Carousel, RichCard
from rbm_bots.testing import Mocks, Play
from rbm_bots.values import Slot
from tests.unit.dialogue.stage import HEAD, NOW, ONE_LANGUAGE, bot_of, noted, said, shown
from tests.unit.dialogue.test_any_events import GARAGE

BOT = """
slots:
  service: {type: choice, options: {pneus: Pneus, freins: Freins}}
  when: {type: datetime}
start: book
flows:
  book:
    hears: [rdv]
    steps:
      - {ask: service, say: Quoi ?}
      - id: pick
        rendezvous: when
        say: Quand ?
        find: free
        with: {service: "{{ service }}"}
        none: full
        STYLE
      - {confirm: "{{ service }} {{ when | short }} ({{ when.ref }}) ?", edit: [service, when]}
      - {say: Réservé.}
  full: {steps: [{say: Complet.}]}
  trouble: {steps: [{say: Panne.}]}
faq: {hours: {hears: [horaires], say: Tôt.}}
"""


def at(day, hour, minute=0):
    """An instant of November in Paris (UTC+1)."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def slots(*instants):
    return [Slot(instant, ref=f"ref{rank}") for rank, instant in enumerate(instants, start=1)]


TIMES = slots(at(24, 8, 30), at(24, 10), at(25, 9))


def play_with(*answers, style="timeout: 20m", always=False, head=ONE_LANGUAGE, hold=None, text=BOT, **options):
    actions = Actions()

    @actions.action("free", errors={"down": KeyError})
    async def free(ctx, service: str):
        raise NotImplementedError

    @actions.check("early")
    def early(value: datetime) -> datetime:
        if value.hour > 9:
            raise Reject("too_late")
        return value

    @actions.check("asked")
    async def asked(ctx, value):
        raise NotImplementedError

    mocks = {"free": {"returns": answers[0]} if always else [{"returns": answer} for answer in answers]}
    if hold is not None:
        mocks["rbm.hold"] = hold
    bot = bot_of(text.replace("STYLE", style), actions=actions, head=head)
    return Play(bot, now=NOW, mocks=Mocks(mocks), **options)


async def asked(play):
    await play.say("rdv")
    return await play.say("pneus")


async def test_a_card_per_day_and_a_chip_per_hour():
    play = play_with(TIMES)
    question, cards = await asked(play)
    assert shown([question]) == [("Quand ?", [])]
    assert isinstance(cards.message.content, Carousel)
    assert [(card.title, [chip.label for chip in card.suggestions]) for card in cards.message.content.cards] == [
        ("mardi 24 novembre", ["08:30", "10:00"]),
        ("mercredi 25 novembre", ["09:00"]),
    ]
    assert [chip.label for chip in cards.message.chips] == ["D'autres dates"]
    call = play.calls[-1]
    assert (call.action, call.args, call.offers, call.after) == ("free", {"service": "pneus"}, True, None)


async def test_a_single_day_is_a_single_card():
    cards = (await asked(play_with(TIMES[:2])))[1]
    assert isinstance(cards.message.content, RichCard)


async def test_no_more_days_and_hours_than_the_step_shows():
    many = slots(*(at(day, hour) for day in range(24, 30) for hour in range(8, 14)))
    cards = (await asked(play_with(many, style="offer: {days: 3, per_day: 2}")))[1].message.content.cards
    assert [len(card.suggestions) for card in cards] == [2, 2, 2]


async def test_chips_carry_the_whole_time_and_are_ten_at_most():
    many = slots(*(at(day, hour) for day in range(24, 29) for hour in range(8, 12)))
    sent = await asked(play_with(many, style="offer: {style: chips}\n        suggest: [{reply: Menu, goto: full}]"))
    assert len(sent) == 1
    labels = [chip.label for chip in sent[0].message.chips]
    assert labels[0] == "mar. 24/11 08:00"
    assert len(labels) == 11
    assert labels[10] == "D'autres dates"  # the step's own chip has no room


async def test_by_sms_one_message_with_a_numbered_line_per_instant():
    play = play_with(TIMES, channel="sms")
    sent = await asked(play)
    assert [send.message.sms for send in sent] == [
        "Quand ?\n1 mar. 24/11 08:30\n2 mar. 24/11 10:00\n3 mer. 25/11 09:00\n4 D'autres dates"
    ]
    assert said(await play.say("2")) == ["Pneus mar. 24/11 10:00 (ref2) ?"]


async def test_the_sms_form_of_the_cards_is_one_line_per_instant():
    question, cards = await asked(play_with(TIMES))
    assert question.message.sms == "Quand ?"
    assert cards.message.sms == "1 mar. 24/11 08:30\n2 mar. 24/11 10:00\n3 mer. 25/11 09:00\n4 D'autres dates"
    assert len(cards.message.sms_options) == 4


async def test_a_tapped_time_is_held_and_then_taken_with_its_reference():
    play = play_with(TIMES)
    await asked(play)
    assert said(await play.tap("10:00")) == ["Pneus mar. 24/11 10:00 (ref2) ?"]
    hold = play.calls[-1]
    assert hold.action == "rbm.hold"
    assert restore(hold.args) == {"at": at(24, 10), "until": NOW + timedelta(minutes=10), "find": "free"}
    assert "when.ref" not in hold.slots
    assert said(await play.say("oui")) == ["Réservé."]


@pytest.mark.parametrize("words", ["mardi à 10h", "24/11 10:00", "le 24 à 10h", "10:00", "demain 10h"])
async def test_a_typed_time_that_is_shown_is_taken(words):
    play = play_with(TIMES)
    await asked(play)
    assert said(await play.say(words)) == ["Pneus mar. 24/11 10:00 (ref2) ?"]


async def test_an_hour_that_is_on_two_cards_is_its_next_occurrence():
    play = play_with(slots(at(24, 9), at(25, 9)))
    await asked(play)
    assert said(await play.say("9:00")) == ["Pneus mar. 24/11 09:00 (ref1) ?"]


async def test_a_day_that_is_shown_asks_the_hour_with_its_hours():
    play = play_with(TIMES)
    await asked(play)
    assert shown(await play.say("mardi")) == [("À quelle heure ?", ["08:30", "10:00"])]
    assert said(await play.say("8h30")) == ["Pneus mar. 24/11 08:30 (ref1) ?"]


async def test_another_day_is_looked_for_from_its_beginning():
    play = play_with(TIMES, slots(at(27, 8), at(27, 9)))
    await asked(play)
    assert said(await play.say("vendredi")) == ["Quand ?", "vendredi 27 novembre"]
    assert play.calls[-1].after == at(27, 0)
    assert said(await play.tap("09:00")) == ["Pneus ven. 27/11 09:00 (ref2) ?"]


async def test_an_hour_that_was_asked_for_and_is_free_is_shown():
    play = play_with(TIMES, slots(*(at(27, hour) for hour in range(8, 18))))
    await asked(play)
    cards = (await play.say("vendredi à 16h"))[1].message.content
    assert [chip.label for chip in cards.card.suggestions] == ["08:00", "09:00", "10:00", "16:00"]
    assert said(await play.tap("16:00")) == ["Pneus ven. 27/11 16:00 (ref9) ?"]


async def test_other_dates_come_after_the_last_one_shown():
    play = play_with(TIMES, slots(at(25, 9), at(26, 9)))
    await asked(play)
    assert said(await play.tap("D'autres dates")) == ["Quand ?", "jeudi 26 novembre"]  # the 25th was shown before
    assert play.calls[-1].after == at(25, 9)


async def test_an_action_that_knows_nothing_later_shows_what_it_has():
    play = play_with(TIMES, always=True)
    await asked(play)
    assert said(await play.tap("D'autres dates")) == ["Quand ?", ["mardi 24 novembre", "mercredi 25 novembre"]]


@pytest.mark.parametrize("nothing", [[], None])
async def test_nothing_free_leads_to_none_and_the_question_is_not_said(nothing):
    assert said(await asked(play_with(nothing))) == ["Complet."]


async def test_nothing_later_leads_to_none():
    play = play_with(TIMES, [])
    await asked(play)
    assert said(await play.tap("D'autres dates")) == ["Complet."]


async def test_somebody_was_quicker_and_the_person_is_told():
    play = play_with(TIMES, TIMES[1:], hold=[{"raises": "slot_taken"}, {"returns": None}])
    await asked(play)
    assert said(await play.tap("08:30")) == [
        "Ce créneau vient de partir. En voici d'autres.",
        "Quand ?",
        ["mardi 24 novembre", "mercredi 25 novembre"],
    ]
    assert said(await play.tap("10:00")) == ["Pneus mar. 24/11 10:00 (ref2) ?"]


async def test_a_hold_that_says_taken_as_its_result_is_taken():
    play = play_with(TIMES, [], hold={"returns": "slot_taken"})
    await asked(play)
    assert said(await play.tap("08:30")) == ["Ce créneau vient de partir. En voici d'autres.", "Complet."]
    assert len(noted(play, "slot_taken")) == 1


async def test_a_hold_that_fails_is_handled_like_that_of_a_do():
    play = play_with(TIMES, style="on_error: {any: {goto: trouble}}", hold={"raises": "timeout"})
    await asked(play)
    assert said(await play.tap("08:30")) == ["Panne."]
    assert play.slot("when") is None


@pytest.mark.parametrize("odd", ["demain", {"start": "x"}, [1], [{"start": NOW.isoformat()[:19]}]])
async def test_what_comes_back_is_looked_at_again(odd):
    play = play_with(TIMES)
    play._run = None  # the result comes from elsewhere
    with pytest.raises(TypeError):
        await asked(play)
    back = turn(play.bot, play.session, CallReturned(call=play.session.waiting_for, result=odd), now=NOW, cause="9")
    assert [effect.name for effect in back.effects if getattr(effect, "what", "") == "call_failed"] == ["error"]
    assert back.session.frames == ()


async def test_a_fault_is_handled_like_that_of_a_do():
    errors = "on_error: {down: {say: Zut., goto: trouble}}"
    play = play_with(style=errors, text=BOT)
    play._mocks = Mocks({"free": {"raises": "down"}})
    assert said(await asked(play)) == ["Zut.", "Panne."]
    play._mocks = Mocks({"free": {"raises": "timeout"}})
    assert said(await asked(play)) == ["Désolé, quelque chose n'a pas marché de notre côté."]


@pytest.mark.parametrize(
    "odd", ["demain", {"start": "x"}, [1], [{"start": "demain"}], [{"start": NOW.isoformat()[:19]}]]
)
async def test_what_is_no_list_of_times_is_an_error(odd):
    assert said(await asked(play_with(odd))) == ["Désolé, quelque chose n'a pas marché de notre côté."]


async def test_times_may_be_maps_and_come_in_any_order_and_twice():
    found = [{"start": "2026-11-25T09:00+01:00"}, *TIMES[:1], {"start": "2026-11-24T08:30+01:00", "ref": 7}]
    assert said(await asked(play_with(found)))[1] == ["mardi 24 novembre", "mercredi 25 novembre"]


async def test_wrong_answers_bring_the_times_back_and_end_at_give_up():
    play = play_with(TIMES, style="reprompt: [Un jour et une heure ?]\n        give_up: trouble")
    await asked(play)
    assert said(await play.say("bof")) == ["Un jour et une heure ?", ["mardi 24 novembre", "mercredi 25 novembre"]]
    assert said(await play.say("bof")) == ["Panne."]


async def test_an_interrupt_brings_the_question_and_its_times_back():
    play = play_with(TIMES)
    await asked(play)
    assert said(await play.say("vos horaires ?")) == [
        "Tôt.",
        "Quand ?",
        ["mardi 24 novembre", "mercredi 25 novembre"],
    ]
    assert said(await play.tap("08:30")) == ["Pneus mar. 24/11 08:30 (ref1) ?"]


async def test_the_time_limit_runs_from_the_offer_and_rests_while_times_are_looked_for():
    play = play_with(TIMES, slots(at(26, 9)), style="timeout: 20m\n        give_up: trouble")
    await asked(play)
    await play.wait(15 * 60)
    await play.tap("D'autres dates")
    assert await play.wait(19 * 60) == []
    assert said(await play.wait(60)) == ["Panne."]


async def test_a_chosen_time_takes_the_time_limit_away():
    play = play_with(TIMES)
    await asked(play)
    await play.tap("08:30")
    assert play.timers == {}


async def test_a_jump_to_it_empties_the_slot_and_asks_again():
    text = BOT.replace("{say: Réservé.}", "{say: Non., goto: pick}")
    play = play_with(TIMES, TIMES, text=text)
    await asked(play)
    await play.tap("08:30")
    assert said(await play.say("oui")) == ["Non.", "Quand ?", ["mardi 24 novembre", "mercredi 25 novembre"]]


async def test_a_changed_answer_asks_again_for_every_time_that_hangs_on_it():
    play = play_with(TIMES, slots(at(26, 9)))
    await asked(play)
    await play.tap("08:30")
    assert shown(await play.say("non"))[0][1] == ["Pneus", "mar. 24/11 08:30"]
    assert said(await play.tap("Pneus")) == ["Quoi ?"]
    assert said(await play.say("freins")) == ["Quand ?", "jeudi 26 novembre"]
    assert play.calls[-1].args == {"service": "freins"}
    assert said(await play.tap("09:00")) == ["Freins jeu. 26/11 09:00 (ref1) ?"]


async def test_a_time_alone_is_changed_by_looking_again():
    play = play_with(TIMES, slots(at(26, 9)))
    await asked(play)
    await play.tap("08:30")
    await play.say("non")
    assert said(await play.tap("mar. 24/11 08:30")) == ["Quand ?", "jeudi 26 novembre"]


async def test_a_chip_of_an_older_offer_has_expired():
    play = play_with(TIMES, slots(at(26, 9)))
    await asked(play)
    older = play.find("08:30")
    await play.tap("D'autres dates")
    assert said(await play.tap_on(older)) == ["Ce choix a expiré.", "Quand ?", "jeudi 26 novembre"]


async def test_a_check_looks_at_the_chosen_time():
    text = BOT.replace(
        "when: {type: datetime}", "when: {type: datetime, check: early, rejects: {too_late: Trop tard.}}"
    )
    play = play_with(TIMES, text=text)
    await asked(play)
    assert said(await play.tap("10:00"))[0] == "Trop tard."
    assert said(await play.tap("08:30")) == ["Pneus mar. 24/11 08:30 (ref1) ?"]


async def test_an_async_check_looks_at_the_chosen_time():
    text = BOT.replace("when: {type: datetime}", "when: {type: datetime, check: asked}")
    play = play_with(TIMES, text=text)
    play._mocks = Mocks({"free": {"returns": TIMES}, "check:asked": [{"raises": "no"}, {"returns": at(24, 10)}]})
    await asked(play)
    assert said(await play.tap("08:30"))[1] == ["mardi 24 novembre", "mercredi 25 novembre"]
    assert said(await play.tap("10:00")) == ["Pneus mar. 24/11 10:00 (ref2) ?"]


async def test_what_was_chosen_is_taken_up_in_the_persons_language():
    play = play_with(TIMES, head=HEAD, language="en")
    assert said(await asked(play))[1] == ["Tuesday 24 November", "Wednesday 25 November"]
    assert shown(await play.say("hm"))[1][1] == ["Other dates"]


async def test_both_clock_changes_show_what_the_wall_shows():
    autumn = slots(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    play = play_with(autumn)
    cards = (await asked(play))[1].message.content
    assert [chip.label for chip in cards.card.suggestions] == ["02:30", "02:30"]
    second = cards.card.suggestions[1]
    await play.tap_on(second)
    assert restore(play.slot("when")).astimezone(UTC) == autumn[1].start


async def test_a_filled_slot_is_passed_over():
    text = BOT.replace("- id: pick", "- set: {when: 2026-11-24T08:30+01:00}\n      - id: pick")
    play = play_with(text=text)
    assert said(await asked(play)) == ["Pneus mar. 24/11 08:30 () ?"]
    assert [call.action for call in play.calls] == []


async def test_stop_while_times_are_looked_for_ends_the_talk():
    play = play_with(TIMES)
    play._run = None  # the action is slow: its result never comes in this test
    with pytest.raises(TypeError):
        await asked(play)
    assert play.session.waiting_for is not None
    assert len(await play.say("STOP")) == 1
    assert play.session.frames == ()


async def test_the_session_with_twenty_times_stays_small():
    bot = load_bot(GARAGE)
    many = slots(*(at(day, hour) for day in range(24, 29) for hour in (8, 10, 14, 16)))
    play = Play(bot, now=NOW, mocks=Mocks({"calendar.free": {"returns": many}}))
    for words in ("rdv", "pneus", "ab 123 cd"):
        await play.say(words)
    assert len(encode_session(play.session)) < 4096
    await play.tap("08:00")
    assert len(encode_session(play.session)) < 2048
