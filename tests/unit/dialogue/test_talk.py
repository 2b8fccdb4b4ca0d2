"""STOP and START, first contact, sessions that lapse, versions, limits, languages (bot language 9, 15)."""

from datetime import timedelta

import pytest

from rbm_bots.dialogue import (
    ClearTimer,
    Facts,
    MakeCall,
    OptChanged,
    Send,
    decode_session,
    encode_session,
    new_session,
    turn,
)
from rbm_bots.events import (
    AddressRevealed,
    CallReturned,
    Received,
    Said,
    SharedDevice,
    Started,
    StatusChanged,
    Typing,
    Unknown,
)
from tests.unit.dialogue.stage import HEAD, NOW, bot_of, noted, play_of, said, shown

SHOP = """
slots:
  name: {type: text}
  size: {type: choice, keep: session, options: {s: S, l: L}}
  card: {type: text, keep: contact}
start: hello
flows:
  hello: {hears: [bonjour], steps: [{say: {fr: Bienvenue., en: Welcome.}}]}
  ask:
    hears: [go]
    steps:
      - {ask: name, say: {fr: Nom ?, en: Name?}, timeout: 10m, give_up: end}
      - {say: "Salut {{ name }}"}
  slow: {hears: [lent], steps: [{do: find, on_error: {any: {goto: end}}}, {say: Fini.}]}
  keep: {hears: [garder], steps: [{set: {size: s, card: K}}, {say: ok}]}
  # a filled «ask» is passed over: these never wait, though no reader of the file can see it
  loop: {hears: [boucle], steps: [{set: {name: x}}, {ask: name, say: "?", give_up: end}, {say: encore}, {goto: loop}]}
  spin: {hears: [tourner], steps: [{set: {name: x}}, {ask: name, say: "?", give_up: end}, {goto: spin}]}
  dig: {hears: [creuser], steps: [{set: {name: x}}, {ask: name, say: "?", give_up: end}, {run: dug}]}
  dug: {steps: [{run: dig}]}
  calls:
    hears: [appels]
    steps:
      - {set: {name: x}}
      - {ask: name, say: "?", give_up: end}
      - {do: find, on_error: {any: {goto: end}}}
      - {goto: calls}
always:
  stop: {hears: [ne plus recevoir], say: Plus rien.}
unknown: {say: [Pardon ?, Un menu.], then: hello}
"""


def quiet(session):
    """A session without the marks that every turn leaves."""
    return (session.frames, session.question, session.slots)


@pytest.mark.parametrize("words", ["STOP", "Stop merci", "arrêt", "ne plus recevoir"])
async def test_stop_ends_the_talk_and_is_said_once_a_day(words):
    play = play_of(SHOP, head=HEAD)
    await play.say("go")
    assert said(await play.say(words)) == ["Plus rien."]
    assert play.opted_out
    assert quiet(play.session)[:2] == ((), None)
    assert play.timers == {}
    assert await play.say(words) == []
    await play.wait(24 * 3600)
    assert said(await play.say(words)) == ["Plus rien."]


async def test_start_lifts_it_and_is_said_once():
    play = play_of(SHOP, head=HEAD)
    await play.say("STOP")
    assert said(await play.say("START")) == ["C'est noté, vous recevrez à nouveau nos messages."]
    assert not play.opted_out
    assert await play.say("start") == []
    assert said(await play.say("stop")) == ["Plus rien."]


async def test_a_sentence_that_mentions_stop_is_understood_and_offers_the_way_out():
    play = play_of(SHOP, head=HEAD)
    await play.say("bonjour")
    assert shown(await play.say("non stop")) == [("Pardon ?", ["Ne plus recevoir"])]
    assert said(await play.tap("Ne plus recevoir")) == ["Plus rien."]
    assert play.opted_out


async def test_the_way_out_works_from_any_screen_and_while_an_action_runs():
    bot = bot_of(SHOP, head=HEAD)
    play = play_of(SHOP, head=HEAD)
    await play.say("non stop mais bonjour quand même")
    way_out = play.find("Ne plus recevoir")
    for words in ("go", "Léa", "bonjour"):
        await play.say(words)
    assert said(await play.tap_on(way_out)) == ["Plus rien."]
    slow = turn(bot, new_session(bot, NOW), Said(text="lent"), now=NOW, cause="1")
    stopped = turn(bot, slow.session, Said(text="STOP"), now=NOW, cause="2")
    assert OptChanged(kind="stop") in stopped.effects
    assert stopped.session.waiting_for is None
    late = turn(bot, stopped.session, CallReturned(call=slow.session.waiting_for), now=NOW, cause="3")
    assert [effect.what for effect in late.effects] == ["late_result"]


async def test_while_an_action_runs_other_words_are_dropped_with_a_note():
    bot = bot_of(SHOP, head=HEAD)
    slow = turn(bot, new_session(bot, NOW), Said(text="lent"), now=NOW, cause="1")
    call = next(effect for effect in slow.effects if isinstance(effect, MakeCall))
    assert slow.session.waiting_for == call.call_id
    dropped = turn(bot, slow.session, Said(text="bonjour"), now=NOW, cause="2")
    assert [effect.what for effect in dropped.effects] == ["dropped_while_calling"]
    assert dropped.session == slow.session
    foreign = turn(bot, slow.session, CallReturned(call="other"), now=NOW, cause="3")
    assert foreign.session == slow.session
    done = turn(bot, slow.session, CallReturned(call=call.call_id), now=NOW, cause="4")
    assert [send.message.sms for send in done.effects if isinstance(send, Send)] == ["Fini."]


async def test_a_stranger_who_is_not_understood_gets_the_start():
    play = play_of(SHOP, head=HEAD)
    assert said(await play.say("blabla")) == ["Bienvenue."]
    assert said(await play.say("blabla")) == ["Pardon ?"]
    assert said(await play.say("blabla")) == ["Un menu.", "Bienvenue."]
    assert said(await play.say("blabla")) == ["Pardon ?"]


async def test_understood_words_in_between_start_the_count_again():
    play = play_of(SHOP, head=HEAD)
    for words in ("bonjour", "blabla", "bonjour"):
        await play.say(words)
    assert said(await play.say("blabla")) == ["Pardon ?"]


async def test_start_chat_and_restart_begin_anew():
    play = play_of(SHOP, head=HEAD)
    await play.say("go")
    assert said(await play.start()) == ["Bienvenue."]
    await play.say("go")
    assert said(await play.say("recommencer")) == ["Bienvenue."]
    assert said(await play.receive(Received())) == ["Pardon ?"]
    assert said(await play.receive(Started(language="en"))) == ["Bienvenue."]


@pytest.mark.parametrize(
    "event",
    [
        StatusChanged(status="delivered"),
        Typing(typing="active"),
        Unknown(),
        AddressRevealed(),
        SharedDevice(device={"model": "x"}),
    ],
)
def test_events_that_say_nothing_change_nothing(event):
    bot = bot_of(SHOP, head=HEAD)
    session = new_session(bot, NOW)
    assert turn(bot, session, event, now=NOW, cause="1") == type(turn(bot, session, event, now=NOW, cause="1"))(
        session=session
    )


async def test_a_session_lapses_without_a_word_and_keeps_the_contacts_slots():
    play = play_of(SHOP, head=HEAD)
    await play.say("garder")
    assert play.session.slots == {"session": {"size": "s"}, "contact": {"card": "K"}}
    await play.say("go")
    play.timers.clear()
    await play.wait(25 * 3600)
    assert said(await play.say("Léa")) == ["Pardon ?"]
    assert play.session.slots == {"contact": {"card": "K"}}
    assert noted(play, "session_over")


async def test_a_question_goes_on_in_a_newer_version_at_the_same_step():
    old = bot_of(SHOP, head=HEAD)
    asked = turn(old, new_session(old, NOW), Said(text="go"), now=NOW, cause="1").session
    more = SHOP.replace("  ask:\n", "  extra: {hears: [x], steps: [{say: x}]}\n  ask:\n").replace("Salut", "Hello")
    newer = bot_of(more, head=HEAD)
    assert newer.version != old.version
    told = turn(newer, asked, Said(text="Léa"), now=NOW, cause="2")
    assert [send.message.sms for send in told.effects if isinstance(send, Send)] == ["Hello Léa"]
    assert told.session.version == newer.version


async def test_a_step_that_is_gone_ends_the_talk_and_starts_again():
    old = bot_of(SHOP, head=HEAD)
    asked = turn(old, new_session(old, NOW), Said(text="go"), now=NOW, cause="1").session
    newer = bot_of(SHOP.replace("  ask:\n", "  other:\n").replace("hears: [go]", "hears: [allons]"), head=HEAD)
    told = turn(newer, asked, Said(text="Léa"), now=NOW, cause="2")
    assert [send.message.sms for send in told.effects if isinstance(send, Send)] == ["Bienvenue."]
    assert "version_lost" in [getattr(effect, "what", "") for effect in told.effects]


@pytest.mark.parametrize(
    ("words", "limit"), [("boucle", "messages"), ("tourner", "steps"), ("creuser", "depth"), ("appels", "calls")]
)
async def test_a_turn_that_never_waits_ends_with_an_apology(words, limit):
    play = play_of(SHOP, head=HEAD, mocks={"find": {"returns": None}})
    sent = said(await play.say(words))
    assert sent[-1] == "Désolé, quelque chose n'a pas marché de notre côté."
    assert len(sent) <= 7
    assert [note.name for note in noted(play, "turn_too_long")] == [limit]
    assert play.session.frames == ()
    assert said(await play.say("bonjour")) == ["Bienvenue."]


async def test_actions_that_take_too_long_together_end_the_turn():
    bot = bot_of(SHOP, head=HEAD)
    session = turn(bot, new_session(bot, NOW), Said(text="appels"), now=NOW, cause="1").session
    at = NOW
    for rank in range(3):
        at += timedelta(seconds=9)
        played = turn(bot, session, CallReturned(call=session.waiting_for), now=at, cause=f"c{rank}")
        session = played.session
    assert session.waiting_for is None
    assert [effect.name for effect in played.effects if getattr(effect, "what", "") == "turn_too_long"] == ["action_ms"]


async def test_the_platforms_language_is_spoken_until_another_is_chosen():
    play = play_of(SHOP, head=HEAD, language="en-GB")
    assert said(await play.say("bonjour")) == ["Welcome."]
    await play.say("go")
    assert said(await play.say("français")) == ["Nom ?"]
    assert said(await play.say("Léa")) == ["Salut Léa"]
    assert said(await play.say("english")) == ["Welcome."]
    other = play_of(SHOP, head=HEAD, language="de")
    assert said(await other.say("bonjour")) == ["Bienvenue."]


async def test_facts_reach_texts_and_conditions():
    bot = bot_of(
        "start: a\nflows: {a: {hears: [go], steps: [{when: customer.orders > 2, say: 'Merci {{ contact.name }}'}, "
        "{say: '{{ bot.name }} {{ contact.channel }} {{ today | date }} {{ customer.tier }}'}]}}"
    )
    facts = Facts(contact_name="Léa", customer={"orders": 3}, channel="sms")
    told = turn(bot, new_session(bot, NOW), Said(text="go"), now=NOW, cause="1", facts=facts)
    words = [effect.message.sms for effect in told.effects if isinstance(effect, Send)]
    assert words == ["Merci Léa", "Boutique sms 23/11/2026 bronze"]


async def test_days_are_counted_from_when_it_was_said():
    bot = bot_of(
        "slots: {d: {type: date}}\nstart: a\nflows: {a: {hears: [go], steps: [{ask: d, say: Quand ?, give_up: end}, "
        "{say: '{{ d | date }}'}]}}"
    )
    asked = turn(bot, new_session(bot, NOW), Said(text="go"), now=NOW, cause="1").session
    late, facts = NOW + timedelta(hours=20), Facts(said_at=NOW)
    told = turn(bot, asked, Said(text="demain"), now=late, cause="2", facts=facts)
    assert [effect.message.sms for effect in told.effects if isinstance(effect, Send)] == ["24/11/2026"]


def test_the_same_turn_twice_is_the_same_to_the_last_id():
    bot = bot_of(SHOP, head=HEAD)
    first = turn(bot, new_session(bot, NOW), Said(text="go"), now=NOW, cause="1")
    assert first == turn(bot, new_session(bot, NOW), Said(text="go"), now=NOW, cause="1")
    other = turn(bot, new_session(bot, NOW), Said(text="go"), now=NOW, cause="2")
    assert first.effects[0].message_id != other.effects[0].message_id
    assert decode_session(encode_session(first.session)) == first.session
    answered = turn(bot, first.session, Said(text="Léa"), now=NOW, cause="3")
    assert [effect for effect in answered.effects if isinstance(effect, ClearTimer)] == [ClearTimer(name="timeout/1")]
