"""The seven-bit form of French texts, on forms that two other programs agreed on, and its small print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.messages.segments import is_seven_bit, segments
from rbm_bots.messages.transliteration import transliterate

CASES = json.loads((Path(__file__).parents[2] / "cases" / "sms-segments.json").read_text(encoding="utf-8"))["cases"]


def test_there_are_cases() -> None:
    assert len(CASES) >= 53


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_text_becomes_what_was_agreed(case: dict[str, Any]) -> None:
    wanted = case["transliterated"]
    found = transliterate(case["text"])
    assert (found.text, found.changed, list(found.unmapped)) == (wanted["text"], wanted["changed"], wanted["unmapped"])
    assert list(segments(found.text).sizes) == wanted["part_units"]


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("‘a’ ʼb‛ ′c` ´d‹e›", "'a' 'b' 'c' 'd'e'"),
        ("“a” „b« »″", '"a" "b" ""'),
        ("a–b—c‐d‑e−f•g·h", "a-b-c-d-e-f-g-h"),
        ("a\u00a0b\u202fc\u2009d\u2007e\tf", "a b c d e f"),
        ("ÀÈÊËÂÎÏÔÛÙ ÇÉ", "AEEEAIIOUU ÇÉ"),
        ("3⁄4 ¾ x² ①", "3/4 3/4 x2 1"),
        ("a\u200bb\u00adc\ufeffd\u2060e", "abcde"),
        ("ok → là", "ok là"),
        ("🎉 🎉 ok 🎉 🎉", "ok"),
        ("a 🎉\u200d🎉 b", "a b"),
        ("a 🎉, b", "a , b"),
        ("a🎉b", "ab"),
        ("a\n🎉 b", "a\n b"),
        ("🎉", ""),
        ("a ° b", "a  b"),
        ("x\u0302y", "xy"),
        ("", ""),
    ],
)
def test_the_table(text: str, becomes: str) -> None:
    assert transliterate(text).text == becomes


def test_what_has_no_form_is_kept_and_listed_once() -> None:
    found = transliterate("да да ç")
    assert (found.text, found.unmapped, found.changed) == ("да да c", ("д", "а"), 1)


def test_codes_and_names_stay_as_they_are() -> None:
    found = transliterate("Zoë a reçu le code Ê1, Zoë.", kept=["Zoë", "Ê1"])
    assert (found.text, found.unmapped) == ("Zoë a recu le code Ê1, Zoë.", ("ë", "Ê"))
    assert transliterate("reçu", kept=[""]).text == "recu"


def test_an_emoji_may_have_words_of_its_own() -> None:
    assert transliterate("Un 🎁 pour vous 🎉", alternatives={"🎁": "cadeau"}).text == "Un cadeau pour vous"


@given(st.text(max_size=60))
def test_what_is_not_listed_is_in_the_alphabet(text: str) -> None:
    found = transliterate(text)
    assert all(is_seven_bit(char) or char in found.unmapped for char in found.text)
    assert bool(found.unmapped) or segments(found.text).encoding == "gsm7"


@given(st.text(alphabet=st.sampled_from("ab éèàÉç’🎉 ")))
def test_a_second_time_changes_nothing(text: str) -> None:
    once = transliterate(text)
    again = transliterate(once.text)
    assert (again.text, again.changed) == (once.text, 0)
