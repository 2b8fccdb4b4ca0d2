"""``confirm``: yes, no, and changing what was said (bot language 6.5)."""

from datetime import timedelta

from rbm_bots.values import Slot
from tests.unit.dialogue.stage import NOW, play_of, said, shown

ORDER = """
slots:
  size: {type: choice, options: {s: Petit, l: Grand}}
  day: {type: date, label: Jour}
  note: {type: text}
start: order
flows:
  order:
    hears: [commande]
    steps:
      - {ask: size, say: Taille ?, give_up: end}
      - {say: "Noté {{ size }}."}
      - {ask: day, say: Quand ?, give_up: end}
      - {ask: note, say: Une note ?, skip: Non, give_up: end}
      - confirm: "{{ size }} {{ day | date }} ?"
        accept: Oui, commander
        refuse: Modifier
        edit: [size, day, note]
        goal: ordered
      - {say: Commandé.}
  plain:
    hears: [supprimer]
    steps:
      - {confirm: Supprimer ?, reprompt: [Oui ou non ?], give_up: end}
      - {say: Supprimé.}
  other:
    hears: [autre]
    steps:
      - {confirm: Autre ?, on_refuse: {say: Dommage., goto: next}}
      - {say: Suite.}
  single:
    hears: [un seul]
    steps:
      - {ask: note, say: Note ?, give_up: end}
      - {confirm: "{{ note }} ?", edit: [note]}
      - {say: Bien.}
"""


async def test_yes_goes_on_and_counts_the_goal():
    play = play_of(ORDER)
    for words in ("commande", "petit", "demain"):
        await play.say(words)
    assert shown(await play.tap("Non")) == [("Petit 24/11/2026 ?", ["Oui, commander", "Modifier"])]
    assert said(await play.say("ok")) == ["Commandé."]
    assert [note.name for note in play.notes if note.what == "goal"] == ["ordered"]


async def test_no_asks_what_to_change_and_then_only_that():
    play = play_of(ORDER)
    for words in ("commande", "petit", "demain", "non"):
        await play.say(words)
    assert shown(await play.tap("Modifier")) == [("Que voulez-vous changer ?", ["Petit", "Jour : mar. 24/11", "note"])]
    assert said(await play.tap("Petit")) == ["Taille ?"]
    assert said(await play.say("grand")) == ["Grand 24/11/2026 ?"]  # «Noté» is not said again
    assert said(await play.say("non")) == ["Que voulez-vous changer ?"]
    assert said(await play.say("le jour")) == ["Quand ?"]
    assert said(await play.say("mercredi")) == ["Grand 25/11/2026 ?"]
    assert said(await play.say("oui")) == ["Commandé."]
    assert [note.name for note in play.notes if note.what == "goal"] == ["ordered"]


async def test_what_is_not_understood_there_is_a_wrong_answer():
    play = play_of(ORDER)
    for words in ("commande", "petit", "demain", "non", "non"):
        await play.say(words)
    sent = shown(await play.say("bof"))
    asked = "Je n'ai pas compris. Touchez une proposition, ou répondez par son numéro."  # not: yes or no
    assert sent == [(asked, ["Petit", "Jour : mar. 24/11", "note"])]
    assert said(await play.say("3")) == ["Une note ?"]


STAY = """
slots:
  nights: {type: number, integer: true}
  bed_count: {type: number, integer: true}
start: stay
flows:
  stay:
    hears: [séjour]
    steps:
      - {ask: nights, say: Combien de nuits ?, give_up: end}
      - {ask: bed_count, say: Combien de lits ?, give_up: end}
      - {confirm: C'est bien cela ?, edit: [nights, bed_count], reprompt: [Oui ou non ?], give_up: end}
      - {say: Réservé.}
"""


async def test_values_that_are_alike_are_told_apart_by_the_names_of_their_slots():
    play = play_of(STAY)
    for words in ("séjour", "2", "2"):
        await play.say(words)
    assert shown(await play.say("non")) == [("Que voulez-vous changer ?", ["nights : 2", "bed count : 2"])]
    assert said(await play.say("2")) == ["Combien de lits ?"]  # the second line: both values are 2
    assert shown(await play.say("3")) == [("C'est bien cela ?", ["Oui", "Non"])]
    assert shown(await play.say("non")) == [("Que voulez-vous changer ?", ["2", "3"])]
    assert said(await play.say("3")) == ["Combien de lits ?"]


async def test_what_to_change_is_asked_again_without_words_about_yes_and_no():
    play = play_of(STAY)
    for words in ("séjour", "2", "2", "non"):
        await play.say(words)
    assert said(await play.say("bof")) == ["Je n'ai pas compris. Touchez une proposition, ou répondez par son numéro."]
    assert said(await play.say("bof")) == []  # the one reprompt of the author counts


async def test_a_single_slot_is_asked_at_once():
    play = play_of(ORDER)
    await play.say("un seul")
    assert said(await play.say("abc")) == ["abc ?"]
    assert said(await play.say("non")) == ["Note ?"]
    assert said(await play.say("def")) == ["def ?"]
    assert said(await play.tap("Oui")) == ["Bien."]


async def test_a_refusal_without_edit_says_so_and_ends():
    play = play_of(ORDER)
    assert shown(await play.say("supprimer")) == [("Supprimer ?", ["Oui", "Non"])]
    assert said(await play.say("peut-être")) == ["Oui ou non ?"]
    assert said(await play.tap("Non")) == ["D'accord, je ne change rien."]
    assert play.session.frames == ()


async def test_on_refuse_may_go_on():
    play = play_of(ORDER)
    await play.say("autre")
    assert said(await play.say("non merci")) == ["Dommage.", "Suite."]


async def test_a_time_is_chosen_again_even_in_a_branch_that_was_not_taken():
    play = play_of(
        "slots: {when: {type: datetime, keep: contact}}\nstart: a\nflows: {a: {hears: [go], steps: "
        "[{if: not when, then: [{rendezvous: when, say: Quand ?, find: find, none: end}]}, "
        "{confirm: '{{ when | short }} ?', edit: [when]}, {say: Fini.}]}, "
        "b: {hears: [poser], steps: [{set: {when: 2026-11-24T08:30+01:00}}, {goto: a}]}}",
        mocks={"find": {"returns": [Slot(NOW + timedelta(days=2))]}},
    )
    assert said(await play.say("poser")) == ["mar. 24/11 08:30 ?"]
    assert said(await play.say("non")) == ["Quand ?", "mercredi 25 novembre"]
    assert said(await play.tap("09:00")) == ["mer. 25/11 09:00 ?"]
    assert said(await play.say("oui")) == ["Fini."]
