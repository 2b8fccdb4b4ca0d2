"""Taps on this screen and on older ones, words and numbers that stand for them (bot language 9.1.3)."""

from rbm_bots.events import Tapped
from rbm_bots.messages import Postback
from tests.unit.dialogue.stage import noted, play_of, said, shown

MENU = """
slots:
  size: {type: choice, options: {s: Petit, l: Grand}}
  color: {type: text}
start: menu
flows:
  menu:
    hears: [menu]
    steps:
      - say: Que voulez-vous ?
        suggest:
          - {reply: Commander, goto: order, goal: began}
          - {reply: En rouge, set: {color: rouge}, goto: order}
          - {reply: Horaires, goto: hours}
          - {open: "https://shop.example/", label: Le site, goal: site}
          - {dial: "+33199000010", label: Appeler}
  order:
    hears: [commande]
    steps:
      - ask: size
        say: "Taille {{ color }} ?"
        give_up: end
        suggest: [{reply: Moyen, set: {size: l}}, {reply: Menu, goto: menu}]
      - {ask: color, say: Couleur ?, skip: Peu importe, give_up: end}
      - {say: "{{ size.id }} {{ color }}"}
faq:
  hours: {hears: [horaires], say: Le matin.}
"""


async def test_a_tap_leads_where_its_chip_says_with_its_values():
    play = play_of(MENU)
    await play.say("menu")
    assert said(await play.tap("En rouge")) == ["Taille rouge ?"]
    assert said(await play.tap("Grand")) == ["l rouge"]


async def test_a_chip_may_fill_the_open_slot():
    play = play_of(MENU)
    await play.say("commande")
    assert said(await play.tap("Moyen")) == ["Couleur ?"]


async def test_words_that_are_a_label_are_a_tap():
    play = play_of(MENU)
    await play.say("menu")
    assert said(await play.say("en rouge svp")) == ["Taille rouge ?"]
    assert said(await play.say("Menu")) == ["Que voulez-vous ?"]


async def test_a_tap_on_an_older_screen_starts_a_new_talk_or_has_expired():
    play = play_of(MENU)
    await play.say("menu")
    old = play.find("En rouge")
    await play.tap("Commander")
    answer = play.find("Grand")
    talk = play.session.talk
    await play.say("petit")
    assert said(await play.tap_on(answer)) == ["Ce choix a expiré.", "Couleur ?"]
    assert said(await play.tap_on(old)) == ["Taille rouge ?"]
    assert play.session.talk == talk + 1


async def test_a_chip_that_leads_to_an_answer_is_an_interrupt_even_when_it_is_old():
    play = play_of(MENU)
    await play.say("menu")
    hours = play.find("Horaires")
    await play.say("commande")
    talk = play.session.talk
    assert said(await play.tap_on(hours)) == ["Le matin.", "Taille  ?"]
    assert play.session.talk == talk


async def test_the_same_chip_twice_is_one_tap():
    play = play_of(MENU)
    await play.say("menu")
    chip = play.find("Commander")
    assert said(await play.tap_on(chip)) == ["Taille  ?"]
    assert await play.tap_on(chip) == []
    assert noted(play, "tapped_twice")
    await play.say("petit")
    assert said(await play.tap_on(chip)) == ["Taille  ?"]  # another word in between: it was meant


async def test_buttons_are_counted_and_move_nothing():
    play = play_of(MENU)
    await play.say("menu")
    before = play.session
    assert await play.tap("Le site") == []
    assert [note.name for note in noted(play, "goal")] == ["site"]
    assert await play.tap("Appeler") == []
    assert len(noted(play, "button")) == 2
    assert (play.session.turn, play.session.screens) == (before.turn, before.screens)


async def test_a_goal_is_counted_once_per_talk():
    play = play_of(MENU)
    await play.say("menu")
    await play.tap("Commander")
    assert [note.name for note in noted(play, "goal")] == ["began"]


async def test_unknown_and_foreign_postbacks_break_nothing():
    play = play_of(MENU)
    await play.say("commande")
    gone = Postback(bot_version="00000000", talk=1, turn=77, step="a/b", option="1").pack()
    told = await play.receive(Tapped(tap="reply", label="?", postback=gone))
    assert said(told) == ["Ce choix a expiré.", "Taille  ?"]
    assert said(await play.receive(Tapped(tap="reply", label="Petit", postback="other-system"))) == ["Couleur ?"]
    assert said(await play.receive(Tapped(tap="reply", label="vert"))) == ["s vert"]
    assert said(await play.receive(Tapped(tap="reply"))) != []


async def test_by_sms_the_number_of_a_line_is_a_tap():
    play = play_of(MENU, channel="sms")
    sent = await play.say("menu")
    assert sent[0].message.sms == (
        "Que voulez-vous ?\n1 Commander\n2 En rouge\n3 Horaires\nLe site: https://shop.example/\nAppeler: +33199000010"
    )
    assert len(sent[0].message.sms_options) == 3
    assert said(await play.say("2")) == ["Taille rouge ?"]
    assert said(await play.say("2.")) == ["l rouge"]


async def test_numbers_hold_until_the_next_numbered_message():
    play = play_of(MENU, channel="sms")
    await play.say("menu")
    await play.say("3")  # the answer has no numbers
    assert said(await play.say("1")) == ["Taille  ?"]


async def test_by_rcs_a_number_is_no_tap_on_a_menu():
    play = play_of(MENU)
    await play.say("menu")
    assert said(await play.say("2")) == ["Je n'ai pas compris. Pouvez-vous le dire autrement ?"]


async def test_numbers_of_menus_rest_while_digits_may_be_the_answer():
    play = play_of(
        "slots: {n: {type: number}}\nstart: menu\nflows: {menu: {hears: [menu], steps: [{say: Menu, suggest: "
        "[{reply: A, goto: a}, {reply: B, goto: b}]}]}, a: {hears: [compter], steps: "
        "[{ask: n, say: Combien ?, skip: Aucun, give_up: end}, {say: 'n={{ n }}'}]}, b: {steps: [{say: B}]}}",
        channel="sms",
    )
    await play.say("menu")
    sent = await play.say("1")
    assert sent[0].message.sms == "Combien ?\nAucun"
    assert said(await play.say("2")) == ["n=2"]
    assert said(await play.say("2")) == ["B"]  # the question is closed: they hold again


async def test_equal_labels_with_other_meanings_are_left_to_the_phrases():
    play = play_of(
        "slots: {w: {type: text}}\nstart: a\nflows: {a: {hears: [go], steps: [{carousel: ["
        "{title: Un, suggest: [{reply: Choisir, set: {w: un}, goto: b}]}, "
        "{title: Deux, suggest: [{reply: Choisir, set: {w: deux}, goto: b}]}]}]}, "
        "b: {hears: [choisir], steps: [{say: 'w={{ w }}'}]}}"
    )
    sent = await play.say("go")
    assert said(await play.say("choisir")) == ["w="]
    second = sent[0].message.content.cards[1].suggestions[0]
    assert said(await play.tap_on(second)) == ["w=deux"]
    assert sent[0].message.sms == "Un\n1 Choisir\nDeux\n2 Choisir"


async def test_the_screen_survives_the_end_of_the_session():
    play = play_of(MENU)
    await play.say("menu")
    await play.wait(25 * 3600)
    assert said(await play.tap("Commander")) == ["Taille  ?"]


async def test_chips_of_a_question_are_shown_in_order():
    play = play_of(MENU)
    assert shown(await play.say("commande")) == [("Taille  ?", ["Petit", "Grand", "Moyen", "Menu"])]
