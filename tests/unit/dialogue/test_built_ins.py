"""What every bot understands by itself, and what it knows without being told (bot language 8.2, 9.4, 11, 12)."""

from datetime import timedelta

import pytest

from rbm_bots.dialogue import Facts
from rbm_bots.testing import Mocks, Play
from tests.unit.dialogue.stage import HEAD, NOW, ONE_LANGUAGE, bot_of, noted, said, shown

BOT = """
slots:
  plate: {type: text, keep: contact, private: true, label: Plaque}
  size: {type: choice, options: {s: Petit, l: Grand}, keep: session}
  booking: {type: record, keep: contact}
  day: {type: date, keep: contact}
  many: {type: list, of: text, keep: contact}
start: menu
flows:
  menu: {hears: [menu], steps: [{say: Menu.}]}
  fill:
    hears: [remplir]
    steps: [{set: {plate: AB-123-CD, size: l, day: 2026-11-24, many: [a, b]}}, {do: find, save: booking}, {say: Fait.}]
  ask: {hears: [demander], steps: [{ask: size, again: true, say: Taille ?}, {say: Merci.}]}
"""


def play_with(text=BOT, *, facts=None, head=ONE_LANGUAGE, **options):
    mocks = Mocks({"find": {"returns": {"ref": "R-1", "at": "2026"}}})
    return Play(bot_of(text, head=head), now=NOW, facts=facts or Facts(), mocks=mocks, **options)


async def test_my_data_lists_what_is_kept_and_hides_what_is_private():
    play = play_with()
    await play.say("remplir")
    text, labels = shown(await play.say("Mes données"))[0]
    assert text.split("\n") == [
        "Voici ce que nous gardons de vous :",
        "Plaque: •••",
        "size: Grand",
        "booking: ref: R-1, at: 2026",
        "day: mar. 24/11",
        "many: a, b",
    ]
    assert labels == ["Recevoir mes données", "Effacer mes données"]


async def test_who_asks_to_receive_them_is_shown_all():
    play = play_with()
    await play.say("remplir")
    await play.say("my data")
    assert "Plaque: AB-123-CD" in said(await play.tap("Recevoir mes données"))[0]
    assert "Plaque: AB-123-CD" in said(await play.say("recevoir mes données"))[0]


async def test_who_asks_to_erase_them_leaves_nothing_but_the_opt_out():
    play = play_with()
    await play.say("remplir")
    await play.say("STOP")
    await play.say("mes données")
    assert said(await play.tap("Effacer mes données")) == ["Vos données sont effacées."]
    assert play.session.slots == {}
    assert play.opted_out
    assert said(await play.say("mes données")) == ["Nous ne gardons rien de vous."]


async def test_an_open_question_comes_back_and_keeps_its_chips():
    play = play_with()
    await play.say("remplir")
    await play.say("demander")
    sent = shown(await play.say("mes données"))
    assert [labels for _, labels in sent] == [[], ["Petit", "Grand"]]
    assert said(await play.say("petit")) == ["Merci."]


async def test_an_older_chip_of_the_list_has_expired():
    play = play_with()
    await play.say("remplir")
    await play.say("mes données")
    chip = play.find("Effacer mes données")
    await play.say("menu")
    assert said(await play.tap_on(chip)) == ["Ce choix a expiré."]


async def test_a_bot_may_add_words_and_its_own_sentence():
    own = "always: {data: {hears: [ma fiche], say: 'Votre fiche :'}, language: {hears: [langue], say: Hello}}\n"
    play = play_with(BOT + own, head=HEAD)
    await play.say("remplir")
    assert said(await play.say("ma fiche"))[0].startswith("Votre fiche :\n")
    await play.say("demander")
    assert said(await play.say("langue")) == ["Hello", "Taille ?"]
    assert play.session.language == "en"
    assert said(await play.say("langue")) == ["Hello", "Taille ?"]
    assert play.session.language == "fr"


async def test_stop_and_start_answer_once_in_a_day():
    play = play_with()
    assert len(await play.say("STOP")) == 1
    assert len(await play.say("stop !")) == 0
    assert len(await play.say("start")) == 1
    assert len(await play.say("start")) == 0
    await play.wait(timedelta(hours=24).total_seconds())
    assert len(await play.say("start")) == 1


CUSTOMER = """
start: a
flows:
  a:
    hears: [a]
    steps:
      - {when: 'customer.tier >= "gold"', say: Or.}
      - {when: 'customer.tier == "bronze"', say: Bronze.}
      - {when: customer.returning, say: Revenu.}
      - {when: customer.orders > 2, say: Fidèle.}
      - {when: customer.contract_end == none, say: Sans contrat.}
      - {when: '"garden" in customer.interests', say: Jardin.}
      - {say: "{{ customer.score }} {{ customer.visits }}"}
"""
TOPICS = "rbm: 1\nbot: {id: shop, name: Boutique, topics: [garden]}\n"


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ({}, ["Bronze.", "Sans contrat.", "0 0"]),
        ({"tier": None, "score": None}, ["Bronze.", "Sans contrat.", "0 0"]),
        ({"tier": "diamond"}, ["Bronze.", "Sans contrat.", "0 0"]),
        ({"tier": "silver", "score": 12}, ["Sans contrat.", "12 0"]),
        ({"tier": "platinum", "orders": 3, "visits": 4}, ["Or.", "Fidèle.", "Sans contrat.", "0 4"]),
        (
            {"tier": "gold", "returning": True, "interests": ["garden"], "contract_end": "2026-12-31"},
            ["Or.", "Revenu.", "Jardin.", "0 0"],
        ),
    ],
)
async def test_what_is_not_known_of_a_customer_has_a_value_of_its_kind(customer, expected):
    play = play_with(CUSTOMER, head=TOPICS, facts=Facts(customer=customer))
    assert said(await play.say("a")) == expected


NOT_HERE = """
start: menu
paid_help: {team: experts, level: B, cap: 15.00, operators: [ORANGE], otherwise: other}
offers: {mower: {topic: garden, card: {title: Tondeuse}}}
flows:
  menu:
    hears: [menu]
    steps:
      - say: Menu.
        suggest: [{reply: Expert, goto: paid_help}, {reply: Aide, goto: expert}, {reply: Menu, goto: menu}]
  expert: {hears: [expert], steps: [{paid_help: {}}, {say: jamais}]}
  offer: {hears: [offre], steps: [{offer: best, none: other}, {say: jamais}]}
  offers: {hears: [offres], steps: [{offer: garden}, {say: Suite.}]}
  other: {steps: [{say: Autre chose.}]}
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [("expert", "Autre chose."), ("offre", "Autre chose."), ("offres", "Suite.")],
)
async def test_metered_help_and_offers_say_that_they_are_not_here_and_go_on(words, expected):
    play = play_with(NOT_HERE, head=TOPICS)
    assert said(await play.say(words)) == ["Ce n'est pas encore possible ici.", expected]
    assert len(noted(play, "not_here")) == 1


async def test_a_chip_to_metered_help_says_so_too():
    play = play_with(NOT_HERE, head=TOPICS)
    await play.say("menu")
    assert said(await play.tap("Expert")) == ["Ce n'est pas encore possible ici.", "Autre chose."]


@pytest.mark.parametrize(
    ("operator", "labels"),
    [(None, ["Expert", "Aide", "Menu"]), ("ORANGE", ["Expert", "Aide", "Menu"]), ("SFR", ["Menu"])],
)
async def test_people_of_other_operators_see_no_chip_to_metered_help(operator, labels):
    play = play_with(NOT_HERE, head=TOPICS, facts=Facts(operator=operator))
    assert shown(await play.say("menu"))[0][1] == labels


async def test_metered_help_that_leads_to_itself_ends():
    play = play_with(NOT_HERE.replace("otherwise: other", "otherwise: paid_help"), head=TOPICS)
    await play.say("menu")
    assert said(await play.tap("Expert")) == ["Ce n'est pas encore possible ici."]


async def test_words_that_an_async_check_refused_may_be_a_phrase():
    text = """
slots: {where: {type: location, check: town}}
start: a
flows:
  a: {hears: [a], steps: [{ask: where, say: Où ?, give_up: b}]}
  b: {hears: [autre], steps: [{say: B.}]}
faq: {hours: {hears: [horaires], say: Tôt.}}
"""
    play = Play(bot_of(text), now=NOW, mocks=Mocks({"check:town": {"raises": "unknown_town"}}))
    await play.say("a")
    assert said(await play.say("vos horaires ?")) == ["Tôt.", "Où ?"]
    assert said(await play.say("nulle part")) == ["Je n'ai pas trouvé ce lieu. Partagez votre position."]
    assert said(await play.say("autre")) == ["B."]


async def test_an_answer_in_a_list_is_cut_into_pieces():
    text = """
slots: {sizes: {type: list, of: choice, options: {s: Petit, m: Moyen, l: Grand}, max: 2}}
start: a
flows: {a: {hears: [a], steps: [{ask: sizes, say: Lesquels ?, give_up: a}, {say: "{{ sizes | count }}"}]}}
"""
    play = play_with(text)
    assert shown(await play.say("a")) == [("Lesquels ?", ["Petit", "Moyen", "Grand"])]
    assert said(await play.say("petit, 3")) == ["2"]
    await play.say("a")
    assert said(await play.tap("Moyen")) == ["1"]
    await play.say("a")
    assert said(await play.say("petit, moyen et grand")) != ["3"]


async def test_a_faq_may_answer_with_a_card():
    text = """
slots: {n: {type: number}}
start: a
flows: {a: {hears: [a], steps: [{ask: n, say: Combien ?, give_up: a}]}}
faq:
  hours:
    hears: [horaires]
    card: {title: Horaires, text: "8:30-18:30", suggest: [{open: "https://x.example", label: Plan}]}
    suggest: [{reply: Compter, goto: a}]
"""
    play = play_with(text)
    assert shown(await play.say("horaires")) == [("Horaires", ["Compter"])]
    await play.tap("Compter")
    assert shown(await play.say("horaires")) == [("Horaires", []), ("Combien ?", [])]
