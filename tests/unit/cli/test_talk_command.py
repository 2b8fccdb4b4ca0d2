"""``rbm talk``: what a stranger sees in the terminal."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from rbm_bots.cli.talk import talk

GARAGE = Path(__file__).parents[2] / "cases" / "bots" / "garage"
BOT = """
rbm: 1
bot: {id: shop, name: Boutique}
slots: {size: {type: choice, options: {s: Petit, l: Grand}}}
start: menu
flows:
  menu:
    hears: [menu]
    steps:
      - card: {title: Bienvenue, text: "Que voulez-vous ?", image: "https://shop.example/a.png"}
        suggest: [{reply: Commander, goto: order}, {open: "https://shop.example/", label: Le site}]
  order:
    hears: [commande]
    steps:
      - {ask: size, say: Taille ?, timeout: 10m, give_up: menu}
      - {file: "https://shop.example/a.pdf", name: Tarif}
      - {location: "48.85,2.35"}
      - carousel: [{title: Un}, {title: Deux, suggest: [{dial: "+33199000010", label: Appeler}]}]
"""


@pytest.fixture
def bot(tmp_path):
    (tmp_path / "bot.yaml").write_text(BOT, "utf-8")
    return tmp_path


def talked(bot, *lines):
    result = CliRunner().invoke(talk, [str(bot)], input="\n".join(lines), standalone_mode=False)
    assert result.exception is None
    assert result.exit_code == 0
    return result.output


def test_a_talk_is_shown_with_numbers_to_tap(bot):
    shown = talked(bot, "menu", "/tap 1", "/tap 2", "/quit", "never read")
    assert "Boutique. Write as a person would" in shown
    assert "  ┌ Bienvenue\n  │ Que voulez-vous ?\n  │ (Bienvenue: https://shop.example/a.png)\n  └\n" in shown
    assert "    [1] Commander\n    [2] Le site → https://shop.example/\n" in shown
    assert "> /tap 1\n  Taille ?\n    [1] Petit\n    [2] Grand\n" in shown
    assert "(Tarif: https://shop.example/a.pdf)" in shown
    assert "(place: 48.85, 2.35)" in shown
    assert "│   [1] Appeler → +33199000010" in shown
    assert "never read" not in shown


def test_commands_change_the_phone_the_time_and_the_person(bot):
    lines = ["/sms", "menu", "1", "/wait 11m", "/sms", "/restart", "/help", "", "/wait long", "/tap 7", "/fly"]
    shown = talked(bot, *lines)
    assert "(a phone without RCS: SMS texts)" in shown
    assert "  Bienvenue\n  Que voulez-vous ?\n  1 Commander\n  Le site: https://shop.example/\n" in shown
    assert "> 1\n  Taille ?\n  1 Petit\n  2 Grand\n" in shown
    assert shown.count("Bienvenue\n") == 2  # the time limit gave up
    assert "(a new person)" in shown
    assert "/wait 24h    let time go by" in shown
    assert "(a time to wait is written" in shown
    assert "(nothing on the screen is «7»" in shown
    assert "(/fly is no command; /help lists them)" in shown


def test_a_button_only_moves_the_phone(bot):
    assert "(the phone opens «Le site»)" in talked(bot, "menu", "/tap Le site")


def test_the_end_of_the_input_is_a_good_end(bot):
    assert talked(bot).startswith("Boutique.")


def test_a_faulty_bot_shows_its_faults(bot):
    result = CliRunner().invoke(talk, [str(GARAGE / "broken.yaml")])
    assert result.exit_code == 1
    assert "error: no slot is called «servise» [no-slot]" in result.output
    assert "Traceback" not in result.output


def test_a_resource_that_does_not_open_is_told_and_the_talk_goes_on():
    shown = talked(GARAGE, "horaires")
    assert "(a resource of actions.py does not open: ModuleNotFoundError" in shown
    assert "Du lundi au vendredi" in shown


LONG = """
rbm: 1
bot: {id: long, name: Long, languages: [fr, en]}
start: menu
flows:
  menu:
    hears: [menu]
    steps:
      - {say: {fr: Un, en: One}}
      - {say: Deux}
      - {say: Trois}
      - {say: Quatre}
      - {say: Cinq}
      - {say: Six}
      - {say: Sept}
"""


def test_the_author_is_told_why_the_person_is_told_sorry(bot):
    (bot / "bot.yaml").write_text(LONG, "utf-8")
    shown = talked(bot, "menu")
    assert "  Six\n  Désolé" in shown
    assert "(the turn was stopped at menu/say7: more than 6 messages in a row; the person was told sorry" in shown


def test_the_phone_may_have_any_language_of_the_bot(bot):
    (bot / "bot.yaml").write_text(LONG, "utf-8")
    shown = CliRunner().invoke(talk, [str(bot), "--language", "en"], input="menu\n").output
    assert "  One\n" in shown
    result = CliRunner().invoke(talk, [str(bot), "--language", "de"])
    assert result.exit_code == 2
    assert "this bot does not speak «de»; its languages: fr, en" in result.output
