"""Talks that go as their test says, and talks that do not: what is told, and where."""

import pytest

from tests.unit.testing.shop import SOLD, ran, shop, told, written


@pytest.fixture
def folder(tmp_path):
    return shop(tmp_path)


def good(folder, *talks):
    written(folder, *talks)
    assert told(folder) == []
    return ran(folder)


def test_a_talk_of_every_kind_of_line_passes(folder):
    good(
        folder,
        f"""
actions: {{{SOLD}}}
talk:
  - event: start_chat
  - bot: {{card: Bien*, suggest: [Commander, Le site]}}
  - tap: Le site
  - expect: {{flow: ~}}
  - tap: {{card: Bienvenue, chip: Voir}}
  - bot: {{say: Quelle taille ?, suggest: [Petit, Grand], sms: "Quelle taille ?\\n1 Petit\\n2 Grand", parts: 1}}
  - expect: {{flow: order, step: size, with: bot, goals: [], opted_out: false}}
  - tap: Grand
  - bot: {{say: "Commande K-1 : 12,50*"}}
  - expect: {{flow: ~, step: ~, slots: {{order: {{ref: K-1, price: 12.5}}, size: ~}}}}
  - event: unsubscribe
  - bot: any
  - expect: {{opted_out: true}}
  - event: subscribe
  - bot: {{say: "*"}}
  - expect: {{opted_out: false}}
""",
        """
- user: dire
- bot: {say: Où ?}
- shares: "48.85,2.35"
- bot: {say: Une photo ?}
- sends: media/recu.jpg
- bot: {say: Combien ?}
- user: "12"
- bot: {say: Merci.}
- expect: {slots: {place: "48.85,2.35", proof: recu.jpg, count: 12}}
""",
        """
channel: sms
talk:
  - user: menu
  - bot: {sms: "Bienvenue\\n1 Voir\\n2 Commander\\nLe site: https://shop.example/", parts: 1}
  - user: "2"
  - bot: {sms: "Quelle taille ?*"}
""",
        """
- scene: {name: news, ref: Lyon}
- bot: {say: Nouvelle de Lyon.}
""",
    )


def test_timers_fire_while_time_goes_by(folder):
    good(
        folder,
        """
- user: commande
- bot: any
- silence: 9m
- expect: {flow: order}
- wait: 1m
- bot: {say: Une autre fois.}
- expect: {flow: ~}
""",
    )


def test_a_silence_that_is_broken_fails(folder):
    written(folder, "- user: commande\n- bot: any\n- silence: 10m")
    assert told(folder) == [
        "shop.test.yaml:8:9: a message that the test does not expect",
        "    expected  nothing",
        "    got       bot: {say: Une autre fois.}",
    ]


def test_what_was_there_before_is_there(folder):
    good(
        folder,
        """
slots: {day: 2026-12-24, count: 3}
language: en
talk:
  - expect: {slots: {day: 2026-12-24, count: 3, size: ~}}
  - user: menu
  - bot: any
""",
    )


def test_all_differences_of_an_answer_are_told_at_once(folder):
    written(folder, "- user: commande\n- bot: {say: Quelle couleur ?, suggest: [Petit, Moyen, Grand]}")
    assert told(folder) == [
        "shop.test.yaml:7:9: the bot said something else",
        "    expected  say: Quelle couleur ?",
        "    got       say: Quelle taille ?",
        "    expected  suggest: [Petit, Moyen, Grand]",
        "    got       suggest: [Petit, Grand]",
    ]


def test_another_kind_of_message_is_drawn_whole(folder):
    written(folder, "- user: menu\n- bot: {say: Bienvenue}")
    assert told(folder)[1:] == [
        "    expected  say: Bienvenue",
        "    got       bot: {card: Bienvenue, suggest: [Commander, Le site]}",
    ]


def test_a_message_less_or_more_is_told_as_that(folder):
    written(folder, "- user: menu\n- bot: {card: Bienvenue}\n- bot: {say: Encore}", "- user: menu\n- expect: {flow: ~}")
    assert told(folder) == [
        "shop.test.yaml:8:9: the bot said less than the test expects",
        "    expected  bot: {say: Encore}",
        "    got       nothing",
        "shop.test.yaml:11:9: a message that the test does not expect",
        "    expected  nothing",
        "    got       bot: {card: Bienvenue, suggest: [Commander, Le site]}",
    ]


def test_a_state_that_is_another_is_told_key_by_key(folder):
    written(
        folder, "- user: commande\n- bot: any\n- expect: {flow: menu, step: order/size, slots: {size: l}, with: human}"
    )
    assert told(folder) == [
        "shop.test.yaml:8:24: the state is another",
        "    expected  flow: menu",
        "    got       flow: order",
        "    expected  with: human",
        "    got       with: bot",
        "    expected  slots.size: l",
        "    got       slots.size: ~",
    ]


def test_goals_are_those_of_the_talk(folder):
    good(folder, f"actions: {{{SOLD}}}\ntalk:\n  - user: commande\n  - bot: any\n  - tap: Petit\n  - bot: any")
    written(folder, "- user: menu\n- bot: any\n- tap: Commander\n- bot: any\n- expect: {goals: [sized]}")
    assert told(folder)[1:] == ["    expected  goals: [sized]", "    got       goals: []"]


class TestTaps:
    def test_nothing_of_that_name(self, folder):
        written(folder, "- user: menu\n- bot: any\n- tap: Acheter")
        assert told(folder) == [
            "shop.test.yaml:8:9: nothing on the screen is called «Acheter»",
            "    hint: there is: Voir, Commander, Le site",
        ]

    def test_a_chip_of_an_older_screen_is_gone_but_a_card_stays(self, folder):
        written(
            folder,
            "- user: menu\n- bot: any\n- user: commande\n- bot: any\n- tap: Commander",
            "- user: menu\n- bot: any\n- user: commande\n- bot: any\n- tap: Voir\n- bot: {say: Quelle taille ?}",
        )
        assert told(folder) == [
            "shop.test.yaml:10:9: nothing on the screen is called «Commander»",
            "    hint: there is: Petit, Grand",
        ]

    def test_a_label_that_stands_twice_needs_its_card(self, folder):
        twice = "      - carousel: [{title: A, suggest: [&]}, {title: B, suggest: [&]}]"
        bot = "rbm: 1\nbot: {id: shop, name: S}\nstart: menu\nflows:\n  menu:\n    hears: [menu]\n    steps:\n"
        shop(folder, bot + twice.replace("&", "{reply: Oui, goto: menu}"))
        written(
            folder,
            "- user: menu\n- bot: any\n- tap: {card: B, chip: Oui}\n- bot: any",
            "- user: menu\n- bot: any\n- tap: Oui",
        )
        assert told(folder) == [
            "shop.test.yaml:14:9: «Oui» can be tapped in 2 places",
            '    hint: tap: {card: title, chip: "Oui"}',
        ]

    def test_a_phone_without_rcs_can_only_write(self, folder):
        written(folder, "channel: sms\ntalk:\n  - user: menu\n  - bot: any\n  - tap: Commander")
        assert told(folder)[0] == "shop.test.yaml:9:9: a phone without RCS can only write"


class TestMocks:
    def test_a_call_that_nobody_answers(self, folder):
        written(folder, "- user: commande\n- bot: any\n- tap: Petit")
        assert told(folder) == [
            "shop.test.yaml:8:9: nobody answers for the action «orders.make»",
            "    hint: add it: orders.make: {returns: …}",
        ]

    def test_an_answer_that_nobody_asks_for(self, folder):
        written(folder, f"actions: {{{SOLD}}}\ntalk:\n  - user: menu\n  - bot: any")
        assert told(folder) == ["shop.test.yaml:5:15: the action «orders.make» was never called"]

    def test_a_list_answers_once_each_and_afresh_in_each_test(self, folder):
        head = (
            "bot: bot.yaml\nnow: 2026-11-23T09:00+01:00\n"
            "actions: {orders.make: [{raises: sold_out}, {returns: {ref: K-2, price: 5}}]}\n"
        )
        once = "- user: commande\n- bot: any\n- tap: Petit\n- bot: {say: Une autre fois.}\n"
        again = "- user: commande\n- bot: any\n- tap: Petit\n- bot: {say: 'Commande K-2*'}\n"
        written(folder, once + again, once + again, head=head)
        assert told(folder) == []
        written(folder, once + again + again, once, head=head)
        assert (
            told(folder)[0] == "shop.test.yaml:17:9: the action «orders.make» is called once more than it has answers"
        )
        written(folder, once, head=head)
        assert told(folder) == [
            "shop.test.yaml:3:11: no test calls the action «orders.make», or not as often as it has answers"
        ]

    def test_a_list_that_is_too_long(self, folder):
        written(
            folder,
            "actions: {orders.make: [{raises: timeout}, {raises: error}]}\n"
            "talk:\n  - user: commande\n  - bot: any\n  - user: grand\n  - bot: any",
        )
        assert told(folder) == [
            "shop.test.yaml:5:15: the action «orders.make» was called fewer times than it has answers"
        ]


def test_the_steps_that_were_passed_are_told(folder):
    found = good(folder, "- user: commande\n- bot: any", "- user: menu\n- bot: any")
    assert [sorted(run.result.reached) for run in found.runs] == [["order/size"], ["menu/card1"]]


def test_a_button_leaves_the_chips_where_they_are(tmp_path):
    folder = shop(tmp_path)
    talk = """\
bot: bot.yaml
now: 2026-11-23T09:00+01:00
tests:
  - name: one
    talk:
      - user: menu
      - bot: {card: Bienvenue}
      - tap: Le site
      - tap: Commander
      - bot: {say: Quelle taille ?}
"""
    (folder / "x.test.yaml").write_text(talk, encoding="utf-8")
    assert [run.result.failure for run in ran(folder).runs] == [None]


def test_a_failed_talk_says_why_the_bot_went_another_way(folder):
    bot = "rbm: 1\nbot: {id: long, name: Long}\nstart: menu\nflows:\n  menu:\n    steps:\n" + "      - say: Ah\n" * 7
    shop(folder, bot)
    written(folder, "\n".join(["- user: menu", *["- bot: {say: Ah}"] * 7]))
    why = "why: the turn was stopped at menu/say7: more than 6 messages in a row"
    assert [line for line in told(folder) if why in line] != []
