"""The lock on paid help, and what taps tell about interests."""

from rbm_bots.dialogue import Facts
from rbm_bots.events import Tapped
from rbm_bots.testing import Play
from tests.unit.dialogue.stage import NOW, bot_of, said, shown

HEAD = "rbm: 1\nbot: {id: shop, name: Boutique, topics: [garden, pets]}\n"
BOT = """
slots: {name: {type: text}}
start: menu
flows:
  menu:
    hears: [menu]
    topic: garden
    steps:
      - card: {title: Jardin, topic: pets, suggest: [{open: "https://a.example/", label: Voir}]}
        suggest: [{reply: Expert, goto: paid_help}, {reply: Conseil, goto: expert}, {reply: Nom, goto: asks}]
  expert: {hears: [expert], steps: [{paid_help: {}}]}
  asks: {steps: [{ask: name, say: Nom ?, suggest: [{reply: Rex, topic: pets, set: {name: rex}}], give_up: end}]}
  far: {hears: [loin], steps: [{say: Loin.}]}
faq: {dog: {hears: [chien], say: Ouaf., topic: pets}}
paid_help: {team: p, level: B, cap: 9.00, operators: [ORANGE], otherwise: far}
"""
LOCKED = "L'aide payante est bloquée. Pour la permettre à nouveau : «débloquer aide payante»."


def play_of(more="", **options):
    return Play(bot_of(BOT + more, head=HEAD), now=NOW, **options)


async def test_who_blocks_paid_help_is_not_shown_any_way_to_it():
    play = play_of()
    assert said(await play.say("expert")) == ["Ce n'est pas encore possible ici.", "Loin."]
    assert said(await play.say("Bloquer aide payante !")) == [LOCKED]
    assert shown(await play.say("menu"))[0][1][-1:] == ["Nom"]
    assert said(await play.say("expert")) == [LOCKED, "Loin."]
    assert said(await play.say("débloquer aide payante")) == ["L'aide payante est à nouveau possible."]
    assert "Expert" in shown(await play.say("menu"))[0][1]


async def test_the_lock_is_an_interrupt_and_outlives_sessions_and_erasure():
    play = play_of()
    await play.say("menu")
    await play.tap("Nom")
    assert said(await play.say("bloquer aide payante")) == [LOCKED, "Nom ?"]
    await play.wait(30 * 3600)
    await play.say("effacer mes données")
    assert play.session.paid_locked


async def test_a_bots_own_words_turn_it():
    play = play_of("always: {paid_lock: {hears: [verrou], say: Noté.}}\n")
    assert said(await play.say("verrou")) == ["Noté."]
    assert play.session.paid_locked
    assert said(await play.say("verrou")) == ["Noté."]
    assert not play.session.paid_locked


async def test_people_of_other_operators_are_shown_no_way_either():
    play = play_of(facts=Facts(operator="SFR"))
    assert shown(await play.say("menu"))[0][1][-1:] == ["Nom"]


async def test_taps_phrases_and_pages_tell_what_a_person_likes():
    play = play_of()

    async def told(do):
        del play.notes[:]
        await do
        return [note.name for note in play.notes if note.what == "interest"]

    assert await told(play.say("menu")) == ["garden"]
    page = play.find("Voir")
    assert await told(play.receive(Tapped(tap="action", label="Voir", postback=page.postback))) == ["pets"]
    assert await told(play.tap("Nom")) == ["garden"]
    assert await told(play.tap("Rex")) == ["pets"]
    assert await told(play.say("un chien")) == ["pets"]
