"""``ask``: slots filled, wrong answers, checks, skips, time limits (bot language 6.3, 9.3)."""

from rbm_bots.dialogue import SetTimer, new_session, turn
from rbm_bots.events import Said, TimerFired
from tests.unit.dialogue.stage import NOW, bot_of, noted, play_of, said, shown

BOOKING = """
slots:
  service: {type: choice, options: {rev: Révision, pneus: Pneus}}
  plate: {type: text, check: plate, keep: contact, rejects: {no_taxi: "Pas de taxi ici."}}
  mail: {type: email}
start: book
flows:
  book:
    hears: [rdv]
    steps:
      - {ask: service, say: Quoi ?, reprompt: [Encore ?, Toujours ?], give_up: lost}
      - {ask: plate, say: La plaque ?, reprompt: [Mauvaise plaque.], skip: Passer, give_up: lost}
      - {ask: mail, say: "Courriel de {{ service }} {{ plate }} ?", give_up: end}
      - {say: "Fini {{ service.id }} {{ mail }}."}
  lost:
    steps: [{say: Perdu.}]
  shop:
    hears: [boutique]
    steps: [{say: La boutique.}]
faq:
  hours: {hears: [horaires], say: 9 h à 18 h., suggest: [{reply: Rdv, goto: book}]}
always:
  help: {hears: [aide], say: Je réserve., suggest: [{reply: Rdv, goto: book}]}
  boss: {hears: [chef], say: Un instant., goto: shop}
"""


async def test_a_flow_asks_one_slot_after_the_other_and_ends():
    play = play_of(BOOKING)
    assert shown(await play.say("rdv")) == [("Quoi ?", ["Révision", "Pneus"])]
    assert shown(await play.tap("Pneus")) == [("La plaque ?", ["Passer"])]
    assert said(await play.say("ab 123 cd")) == ["Courriel de Pneus AB123CD ?"]
    assert said(await play.say("c'est a@b.fr")) == ["Fini pneus a@b.fr."]
    assert play.session.frames == ()
    assert play.session.slots == {"contact": {"plate": "AB123CD"}}


async def test_a_filled_slot_is_not_asked_again():
    play = play_of(BOOKING)
    for words in ("rdv", "pneus", "ab 123 cd", "a@b.fr", "rdv"):
        await play.say(words)
    assert said(await play.say("1")) == ["Courriel de Révision AB123CD ?"]


async def test_wrong_answers_are_counted_and_then_the_bot_gives_up():
    play = play_of(BOOKING)
    await play.say("rdv")
    assert shown(await play.say("xyz")) == [("Encore ?", ["Révision", "Pneus"])]
    assert said(await play.say("hum")) == ["Toujours ?"]
    assert said(await play.say("bof")) == ["Perdu."]
    assert play.slot("service") is None
    assert noted(play, "given_up")


async def test_the_types_own_sentence_is_said_twice_when_the_file_has_none():
    play = play_of(BOOKING)
    for words in ("rdv", "pneus", "ab 123 cd"):
        await play.say(words)
    first = said(await play.say("rien"))
    assert first == said(await play.say("rien"))
    assert "adresse" in first[0]
    assert await play.say("rien") == []  # give_up: end
    assert play.session.frames == ()


async def test_a_check_refuses_with_its_reason_and_cleans_what_it_takes():
    play = play_of(BOOKING)
    await play.say("rdv")
    await play.say("pneus")
    assert said(await play.say("taxi")) == ["Pas de taxi ici."]
    assert said(await play.say("nul")) == ["Perdu."]  # one reprompt, used up by the reason


async def test_a_fault_in_a_check_is_a_wrong_answer_and_a_note():
    play = play_of(BOOKING)
    await play.say("rdv")
    await play.say("pneus")
    assert said(await play.say("ab!")) == ["Mauvaise plaque."]
    assert noted(play, "check_failed")


async def test_skip_leaves_the_slot_empty_and_goes_on():
    play = play_of(BOOKING)
    await play.say("rdv")
    await play.say("pneus")
    assert said(await play.say("passer")) == ["Courriel de Pneus  ?"]
    assert play.slot("plate") is None
    assert [note.name for note in noted(play, "empty")] == ["plate"]


async def test_an_interrupt_costs_no_attempt_and_brings_the_question_back_without_its_chips():
    play = play_of(BOOKING)
    await play.say("rdv")
    await play.say("xyz")
    question = ("Quoi ?", ["Révision", "Pneus"])
    assert shown(await play.say("Aide !")) == [("Je réserve.", []), question]
    assert shown(await play.say("vos horaires svp")) == [("9 h à 18 h.", []), question]
    assert said(await play.say("hum")) == ["Toujours ?"]


async def test_without_a_question_an_answer_keeps_its_chips():
    play = play_of(BOOKING)
    assert shown(await play.say("aide")) == [("Je réserve.", ["Rdv"])]
    assert shown(await play.say("horaires")) == [("9 h à 18 h.", ["Rdv"])]
    assert said(await play.tap("Rdv")) == ["Quoi ?"]


async def test_an_always_entry_with_goto_leaves_the_talk():
    play = play_of(BOOKING)
    await play.say("rdv")
    talk = play.session.talk
    assert said(await play.say("chef")) == ["Un instant.", "La boutique."]
    assert play.session.talk == talk + 1


async def test_a_phrase_of_a_flow_starts_a_new_talk_unless_the_question_takes_it():
    play = play_of(BOOKING)
    await play.say("rdv")
    assert said(await play.say("boutique")) == ["La boutique."]
    assert said(await play.say("boutiqeu")) == ["La boutique."]  # one typing error


async def test_an_open_text_question_takes_any_words():
    play = play_of(
        "slots: {name: {type: text}}\nstart: a\nflows: {a: {hears: [menu], steps: "
        "[{ask: name, say: Nom ?, give_up: end}, {say: 'Bonjour {{ name }}'}]}, "
        "b: {hears: [victor], steps: [{say: Non}]}}"
    )
    await play.say("menu")
    assert said(await play.say("Victor")) == ["Bonjour Victor"]


async def test_a_time_limit_gives_up_and_survives_only_for_its_own_question():
    text = BOOKING.replace("say: Quoi ?,", "say: Quoi ?, timeout: 10m,")
    play = play_of(text)
    await play.say("rdv")
    assert await play.wait(599) == []
    assert said(await play.wait(2)) == ["Perdu."]
    await play.say("rdv")
    await play.say("pneus")
    assert play.timers == {}
    assert await play.wait(3600) == []


async def test_a_timer_that_fires_too_late_or_too_early_changes_nothing():
    bot = bot_of(BOOKING.replace("say: Quoi ?,", "say: Quoi ?, timeout: 10m,"))
    asked = turn(bot, new_session(bot, NOW), Said(text="rdv"), now=NOW, cause="1")
    timer = next(effect for effect in asked.effects if isinstance(effect, SetTimer))
    early = turn(bot, asked.session, TimerFired(name=timer.name), now=NOW, cause="2")
    other = turn(bot, asked.session, TimerFired(name="timeout/99"), now=timer.at, cause="2")
    assert early.session == other.session == asked.session
    answered = turn(bot, asked.session, Said(text="pneus"), now=NOW, cause="3")
    late = turn(bot, answered.session, TimerFired(name=timer.name), now=timer.at, cause="4")
    assert late.session == answered.session


async def test_a_timers_message_is_conversation_for_a_day_and_service_after():
    text = BOOKING.replace("say: Quoi ?,", "say: Quoi ?, timeout: 24h,")
    head = "rbm: 1\nbot: {id: shop, name: Boutique, expires: 2d}\n"
    play = play_of(text, head=head)
    await play.say("rdv")
    sent = await play.wait(24 * 3600)
    assert [send.message_class for send in sent] == ["conversation"]
    await play.say("rdv")
    await play.wait(60)
    await play.say("aide")  # the question is sent again: its time starts again
    assert [send.message_class for send in await play.wait(24 * 3600)] == ["conversation"]


async def test_a_day_alone_asks_the_hour_and_loses_no_attempt():
    play = play_of(
        "slots: {when: {type: datetime}}\nstart: a\nflows: {a: {hears: [rdv], steps: [{ask: when, say: Quand ?, "
        "reprompt: [Pardon ?], give_up: end}, {say: '{{ when | short }}'}]}}"
    )
    await play.say("rdv")
    assert said(await play.say("demain")) == ["À quelle heure ?"]
    assert said(await play.say("8h30")) == ["mar. 24/11 08:30"]
    await play.say("rdv")
    await play.say("mardi")
    assert said(await play.say("tôt")) == ["Pardon ?"]
    assert said(await play.say("demain à 10h")) == ["mar. 24/11 10:00"]


async def test_numbers_that_span_little_are_chips_and_a_position_is_asked_for():
    play = play_of(
        "slots: {score: {type: number, integer: true, min: 0, max: 3}, where: {type: location}}\nstart: a\n"
        "flows: {a: {hears: [go], steps: [{ask: score, say: Note ?, skip: Non, give_up: end}, "
        "{ask: where, say: Où ?, give_up: end}, {say: '{{ score }} {{ where.lat }}'}]}}"
    )
    assert shown(await play.say("go")) == [("Note ?", ["0", "1", "2", "3", "Non"])]
    assert shown(await play.tap("2")) == [("Où ?", ["Partager ma position"])]
    assert said(await play.share(48.85, 2.35)) == ["2 48,85"]


async def test_an_async_check_is_a_call_and_its_refusal_a_wrong_answer():
    play = play_of(
        "slots: {where: {type: location, check: town}}\nstart: a\nflows: {a: {hears: [go], steps: "
        "[{ask: where, say: Où ?, reprompt: [Où donc ?], give_up: end}, {say: 'Ici {{ where.label }}'}]}}",
        mocks={
            "check:town": [
                {"raises": "unknown_town"},
                {"returns": {"lat": 50.6, "lng": 3.06, "label": "Lille"}},
            ]
        },
    )
    await play.say("go")
    assert said(await play.say("Nulle part")) == ["Où donc ?"]
    assert said(await play.say("Lille")) == ["Ici Lille"]
    assert [call.args for call in play.calls] == [{"value": "Nulle part"}, {"value": "Lille"}]


async def test_a_file_is_taken_where_it_was_asked_and_lost_where_it_was_not():
    play = play_of(
        "slots: {proof: {type: file}}\nstart: a\nflows: {a: {hears: [go], steps: [{ask: proof, say: La photo ?, "
        "reprompt: [Une photo.], give_up: end}, {say: 'Reçu {{ proof.name }}'}]}}"
    )
    await play.say("go")
    assert said(await play.send_file("https://f.example/a.mp4", mime_type="video/mp4")) == ["Une photo."]
    assert said(await play.send_file("https://f.example/a.jpg", mime_type="image/jpeg")) == ["Reçu a.jpg"]
    assert noted(play, "unknown") == []
    await play.send_file("https://f.example/b.jpg", mime_type="image/jpeg")
    assert noted(play, "unknown")


async def test_again_asks_a_filled_slot_and_an_option_may_hide():
    play = play_of(
        "slots: {size: {type: choice, keep: contact, "
        "options: {s: S, m: M, xl: {label: XL, when: customer.returning}}}}\n"
        "start: a\nflows: {a: {hears: [go], steps: [{ask: size, again: true, say: Taille ?, give_up: end}, {say: ok}]}}"
    )
    assert shown(await play.say("go")) == [("Taille ?", ["S", "M"])]
    await play.say("m")
    assert shown(await play.say("go")) == [("Taille ?", ["S", "M"])]


async def test_a_jump_to_an_ask_empties_its_slot():
    play = play_of(
        "slots: {n: {type: number}}\nstart: a\nflows: {a: {hears: [go], steps: [{id: which, ask: n, say: Combien ?, "
        "give_up: end}, {say: '{{ n }}', suggest: [{reply: Encore, goto: which}]}]}}"
    )
    await play.say("go")
    await play.say("5")
    assert said(await play.tap("Encore")) == ["Combien ?"]


async def test_by_sms_nothing_is_numbered_where_digits_are_the_answer():
    text = """
slots: {n: {type: number}}
start: ask
flows:
  ask:
    steps:
      - {ask: n, say: Combien ?, skip: Passer, suggest: [{reply: Aide, goto: help}], give_up: end}
      - {say: "{{ n }}"}
  help: {steps: [{say: Voici.}]}
"""
    play = play_of(text, channel="sms")
    await play.start()
    assert play.sent[-1].message.sms == "Combien ?\nAide\nPasser"
    assert said(await play.say("aide")) == ["Voici."]
    await play.start()
    assert said(await play.say("1")) == ["1"]
