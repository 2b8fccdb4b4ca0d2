"""STOP and START, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.messages import Postback
from rbm_bots.rules.stop import STOP_STEP, is_stop_tap, mentions_stop, read_opt

STOPS = [
    "STOP", "stop", "Stop", "sToP", "STOP.", "STOP!", "STOP !!!",
    " stop ", "«stop»", '"STOP"', "(stop)", "-stop-", "stop…",
    "Stop merci", "stop svp",
    "STOP s'il vous plaît", "STOP S’IL VOUS PLAÎT", "bonjour stop", "Bonjour, STOP merci",
    "stop please", "hello stop thanks",
    "STOP 36123", "stop 36 111", "stop Garage Martin", "STOP SMS", "STOPSMS", "stop-sms",
    "stop pub", "stop la pub",
    "stop tout", "stop it", "arrêt", "ARRET", "Arrêt !", "arrêt sms", "arret 36123", "ARRÊT MERCI",
    "arrêter",
    "Arreter", "désabonner", "DESABONNER", "désinscrire", "Desinscrire.", "unsubscribe",
    "Unsubscribe please",
    "ＳＴＯＰ", "stop\u00a0merci", "STOP\n",
    "\u200bSTOP", "stop 🛑", "stop 👎", "'stop'", "stop'", "ne plus recevoir",
]  # fmt: skip
NOT_STOPS = [
    "Non stop", "non-stop",
    "stop à la pluie demain", "stop ou encore pour moi", "je veux arrêter", "ne stoppez pas",
    "stopper",
    "stops", "arrêtez", "l'arrêt", "au prochain arrêt", "désabonner ma fille",
    "unsubscribe me now please ok",
    "nonstop", "s t o p",
    "", "   ", "!!!", "pit stop", "don't stop", "start stop", "stop les messages du matin",
]  # fmt: skip
STARTS = ["START", "start", "Start.", "démarrer", "DEMARRER", "start merci", "bonjour, start"]
NOT_STARTS = ["restart", "start now", "starter", "redémarrer", "je veux démarrer"]
OWN = frozenset({"ne plus recevoir"})


@pytest.mark.parametrize("text", STOPS)
def test_it_is_a_stop(text):
    assert read_opt(text, OWN) == "stop"
    assert not (mentions_stop(text) and read_opt(text) == "stop")


@pytest.mark.parametrize("text", NOT_STOPS)
def test_it_is_no_stop(text):
    assert read_opt(text, OWN) is None


@pytest.mark.parametrize("text", STARTS)
def test_it_is_a_start(text):
    assert read_opt(text) == "start"


@pytest.mark.parametrize("text", NOT_STARTS)
def test_it_is_no_start(text):
    assert read_opt(text) is None


def test_the_table_has_sixty_forms():
    assert len({*STOPS, *NOT_STOPS, *STARTS, *NOT_STARTS}) >= 80


def test_a_bot_may_add_words_of_its_own():
    assert read_opt("reprendre", start_words=frozenset({"reprendre"})) == "start"
    assert read_opt("assez", frozenset({"assez"})) == "stop"
    assert read_opt("assez") is None


@pytest.mark.parametrize("text", ["Non stop", "stop à la pluie demain", "je veux arrêter", "pit stop"])
def test_a_sentence_may_mention_it(text):
    assert mentions_stop(text)


@pytest.mark.parametrize("text", ["STOP", "bonjour", "", "stopper le train"])
def test_others_do_not(text):
    assert not mentions_stop(text)


def test_the_tap_on_the_way_out_is_one():
    way_out = Postback(bot_version="abcd1234", talk=1, turn=2, step=STOP_STEP, option="stop").pack()
    other = Postback(bot_version="abcd1234", talk=1, turn=2, step="a/b", option="stop").pack()
    assert is_stop_tap(way_out)
    assert not is_stop_tap(other)
    assert not is_stop_tap(None)
    assert not is_stop_tap("stop")


@given(st.text(max_size=400))
def test_no_text_breaks_it(text):
    assert read_opt(text) in ("stop", "start", None)
    assert mentions_stop(text) in (True, False)


@given(st.text(max_size=40) | st.sampled_from(["Stop", "START", "ne plus recevoir", "Plus rien", "arreter !", "st.op"]))
def test_looking_for_the_letters_first_changes_nothing(text: str) -> None:
    own = frozenset({"ne plus recevoir", "plus rien"})
    slow = read_opt(text + "\u00a0", own)  # a blank outside ASCII: every word is folded
    assert read_opt(text, own) == slow
