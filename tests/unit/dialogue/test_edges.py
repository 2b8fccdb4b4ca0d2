"""What goes wrong on the way to a message: left out or cut, with a note, and never in the way of the rest."""

from datetime import timedelta

from rbm_bots.dialogue import Send, encode_session, new_session, turn
from rbm_bots.dialogue.targets import read_target, target_to_step, write_target
from rbm_bots.events import CallReturned, Said, TimerFired
from rbm_bots.messages import RichCard, faults
from tests.unit.dialogue.stage import NOW, bot_of, noted, play_of, said, shown

ANYTHING = """
slots: {v: {type: record}, t: {type: text}, f: {type: file}, l: {type: list}, p: {type: location}, w: {type: text}}
start: a
flows:
  a:
    hears: [go]
    steps:
      - {do: find, save: v, on_error: {any: {goto: end}}}
      - {set: {w: Vu}}
      - say: Voici
        suggest:
          - {reply: "{{ v.label }}", goto: a}
          - {open: "https://{{ v.host }}/", label: Page}
          - {map: {lat: "{{ v.lat }}", lng: "{{ v.lng }}", label: Ici}, label: Carte}
          - {map: {query: "{{ v.query }}"}, label: Chercher}
          - {calendar: {title: "{{ v.label }}", start: "{{ v.start }}", minutes: "{{ v.minutes }}"}, label: Agenda}
          - {calendar: {title: T, start: "{{ v.start }}", end: "{{ v.end }}", text: "{{ v.query }}"}, label: Fin}
  cards:
    hears: [cartes]
    steps:
      - {card: {title: "{{ t }}", image: "{{ t }}"}, sms: "{{ t }}"}
      - {card: {title: Un, video: "{{ t }}", alt: x, when: customer.returning}}
      - {card: {title: Deux, image: "{{ t }}"}}
      - {say: "{{ t }}"}
      - {file: "{{ t }}"}
      - {location: "{{ p }}"}
      - {location: {lat: 48.85, lng: 2.35, label: "Chez {{ w }}"}}
      - carousel: [{title: "{{ t }}"}, {title: Seul, when: not t}, {title: Rien, when: t}]
      - carousel: [{title: "{{ t }}"}, {title: "{{ w }}"}]
        goto: end
"""
GOOD = {
    "label": "Titre",
    "host": "x.example",
    "lat": 48.85,
    "lng": 2.35,
    "query": "Lille",
    "start": "2026-11-24T08:30+01:00",
    "end": "2026-11-24T09:30+01:00",
    "minutes": 30,
}


async def labels(**values):
    play = play_of(ANYTHING, mocks={"find": {"returns": {**GOOD, **values}}})
    sent = await play.say("go")
    assert faults(sent[0].message) == ()
    left_out = len(noted(play, "chip_dropped"))
    found = shown(sent)[0][1]
    assert len(found) + left_out == 6
    return found


async def test_a_suggestion_that_cannot_be_shown_is_left_out():
    everything = ["Titre", "Page", "Carte", "Chercher", "Agenda", "Fin"]
    assert await labels() == everything
    assert await labels(label="") == everything[1:]
    assert await labels(host="x y") == ["Titre", *everything[2:]]
    assert await labels(lat="nord") == ["Titre", "Page", *everything[3:]]
    assert await labels(lat=200) == ["Titre", "Page", *everything[3:]]
    assert await labels(start="demain") == everything[:4]
    assert await labels(start="2026-11-24T08:30") == everything[:4]
    assert await labels(minutes="beaucoup") == [*everything[:4], "Fin"]
    assert await labels(end="2026-11-24T08:00+01:00") == everything[:5]
    assert await labels(end=3) == everything  # no end: an hour
    assert await labels(label="é" * 30) == ["é" * 24 + "…", *everything[1:]]


async def test_empty_contents_are_passed_over():
    play = play_of(ANYTHING)
    sent = await play.say("cartes")
    assert said(sent) == ["Deux", "Place", "Seul"]
    assert sent[1].message.content.label == "Chez"
    assert isinstance(sent[2].message.content, RichCard)
    whats = {note.what for note in play.notes}
    assert {"card_dropped", "media_dropped", "text_empty", "place_dropped", "empty"} <= whats


async def test_a_file_of_a_person_can_be_shown_again():
    play = play_of(
        "slots: {f: {type: file, accept: [image, audio]}}\nstart: a\nflows: {a: {hears: [go], steps: "
        "[{ask: f, say: Photo ?, give_up: end}, {card: {title: T, image: '{{ f }}'}}, "
        "{file: '{{ f }}', thumbnail: 'https://x.example/t.png'}]}}"
    )
    await play.say("go")
    sent = await play.send_file("https://x.example/a.jpg", mime_type="image/jpeg")
    assert sent[0].message.content.card.media.mime_type == "image/jpeg"
    assert sent[1].message.content.thumbnail.url == "https://x.example/t.png"
    await play.say("go")
    sent = await play.send_file("https://x.example/a.mp3", mime_type="audio/mpeg")
    assert sent[0].message.content.card.media is None
    assert type(sent[1].message.content).__name__ == "Audio"


async def test_chips_over_eleven_are_left_out_and_the_skip_stays():
    options = ", ".join(f"o{n}: Option {n}" for n in range(10))
    play = play_of(
        f"slots: {{c: {{type: choice, options: {{{options}}}}}}}\nstart: a\n"
        "flows: {a: {hears: [go], steps: [{ask: c, say: Quoi ?, skip: Passer, give_up: end, "
        "suggest: [{reply: Autre, goto: a, when: not c}]}, "
        "{say: x}]}}"
    )
    found = shown(await play.say("go"))[0][1]
    assert (len(found), found[-1]) == (11, "Passer")
    assert shown(await play.say("non stop"))[-1][1] == found  # no room for the way out
    assert len(noted(play, "chip_dropped")) == 3


def test_targets_are_words_that_outlive_a_version():
    bot = bot_of(ANYTHING + "faq: {hours: {hears: [heures], say: Tôt.}}\n")
    step = target_to_step(bot, "a/say1")
    written = ["flow:cards", "faq:hours", "start", "end", "handover", "paid_help", "next", write_target(bot, step)]
    assert written[-1] == "step:a/say1"
    assert [write_target(bot, read_target(bot, word)) for word in written] == written
    assert [read_target(bot, word) for word in ("flow:x", "faq:x", "step:a/x", "step:x/y", "fly", "")] == [None] * 6


def test_a_timer_waits_behind_a_running_action():
    bot = bot_of(
        "slots: {where: {type: location, check: town}}\nstart: a\nflows: {a: {hears: [go], steps: "
        "[{ask: where, say: Où ?, timeout: 1m, give_up: end}, {say: Ici.}]}}"
    )
    session = turn(bot, new_session(bot, NOW), Said(text="go"), now=NOW, cause="1").session
    session = turn(bot, session, Said(text="Lille"), now=NOW, cause="2").session
    late = turn(bot, session, TimerFired(name="timeout/1"), now=NOW + timedelta(minutes=2), cause="3")
    assert late.session == session
    failed = turn(bot, session, CallReturned(call=session.waiting_for, error="timeout"), now=NOW, cause="4")
    assert [send.message.sms for send in failed.effects if isinstance(send, Send)] == [
        "Je n'ai pas trouvé ce lieu. Partagez votre position."
    ]


def test_many_screens_do_not_make_a_session_grow():
    bot = bot_of(
        "start: a\nflows: {a: {hears: [go], steps: [{say: x, suggest: [{reply: A, goto: a}, {reply: B, goto: a}, "
        "{reply: C, goto: a}, {reply: D, goto: a}]}]}}"
    )
    session, sizes = new_session(bot, NOW), []
    for rank in range(40):
        session = turn(bot, session, Said(text="go"), now=NOW, cause=str(rank)).session
        sizes.append(len(encode_session(session)))
    assert max(sizes) < 3000
    assert max(sizes[-20:]) - min(sizes[-20:]) < 50


def test_a_long_word_costs_little_and_breaks_nothing():
    bot = bot_of(ANYTHING)
    told = turn(bot, new_session(bot, NOW), Said(text="go " * 80_000), now=NOW, cause="1")
    assert told.session.turn == 1
