"""Hours, bounds, patterns, the SMS alphabet: small readers with tables."""

from __future__ import annotations

import time
from datetime import date, datetime

import pytest

from rbm_bots.botfile.alphabet import outside, parts, rewritten
from rbm_bots.botfile.hours import HoursRefused, parse_hours
from rbm_bots.botfile.patterns import PatternRefused, compile_pattern
from rbm_bots.botfile.sentences import SENTENCES, built_in_sentences
from rbm_bots.botfile.slots import DateBound


@pytest.mark.parametrize(
    ("hours", "at", "is_open"),
    [
        ("mon-fri 08:30-12:00 14:00-18:30, sat 09:00-12:00", "2026-11-23T08:30", True),
        ("mon-fri 08:30-12:00 14:00-18:30, sat 09:00-12:00", "2026-11-23T12:00", False),
        ("Mo-Fr 08:30-12:00, SA 09:00-12:00", "2026-11-28T11:59", True),
        ("mon-sat 09:00-19:00", "2026-11-29T10:00", False),
        ("sat-mon 00:00-24:00", "2026-11-29T23:59", True),
        ("always", "2026-12-25T03:00", True),
    ],
)
def test_opening_hours(hours: str, at: str, is_open: bool) -> None:
    assert parse_hours(hours).is_open(datetime.fromisoformat(at)) is is_open


def test_holidays_are_closed_unless_always() -> None:
    at = datetime(2026, 5, 1, 10, 0)  # noqa: DTZ001 - already local
    assert not parse_hours("mon-fri 08:00-18:00").is_open(at, holiday=True)
    assert parse_hours("always").is_open(at, holiday=True)


@pytest.mark.parametrize(
    "hours",
    ["", "mon", "lundi 08:00-12:00", "mon 8h-12h", "mon 12:00-08:00", "mon 08:00-25:00", "mon 08:60-09:00",
     "mon 08:00-12:00 11:00-13:00", "mon 08:00-12:00, mo-tu 09:00-10:00", "mon-xyz 08:00-09:00", ",", "x" * 600],
)  # fmt: skip
def test_not_opening_hours(hours: str) -> None:
    with pytest.raises(HoursRefused):
        parse_hours(hours)


def test_date_bounds_move_with_today() -> None:
    today = date(2028, 2, 29)
    assert DateBound().on(today) == today
    assert DateBound(days=1).on(today) == date(2028, 3, 1)
    assert DateBound(years=-18).on(today) == date(2010, 2, 28)
    assert DateBound(fixed=date(2026, 1, 1)).on(today) == date(2026, 1, 1)
    assert DateBound(days=99999999 // 30).on(date(9999, 1, 1)) == date.max
    assert DateBound(days=-99999).on(date(1, 1, 2)) == date.min


@pytest.mark.parametrize("source", ["(a+)+", "(a?){3}", "(a|b*)*", "(", r"(a)\1", "x" * 201, "[z-a]"])
def test_a_pattern_is_refused(source: str) -> None:
    with pytest.raises(PatternRefused):
        compile_pattern(source)


def test_a_pattern_is_taken() -> None:
    assert compile_pattern("[A-Z]{2} ?[0-9]{9}").fullmatch("ab 123456789")


SLOW = ["a*a*a*b", "a?" * 60 + "a" * 60, "(a|a)" * 20 + "b", "(a|aa){0,40}b", "(?:a|a?a){20}", ".*x.*y.*z", "x*" * 99]


@pytest.mark.parametrize("source", SLOW)
def test_a_pattern_that_may_take_long_is_refused(source: str) -> None:
    with pytest.raises(PatternRefused):
        compile_pattern(source)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("[a-z]+ [a-z]+ [a-z]+ [a-z]+", "a " * 250),
        (r"[^@ ]+@[^@ ]+\.[a-z]+", "a@" + "b." * 249),
        (".*garage.*", "garag" * 100),
        ("a*a*b", "a" * 500),
        (r"[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}", "AB-123-C"),
        ("(rue|rues|r) .+", "rues" + " x" * 240),
        (r"(?=.*\d)(?=.*[a-z]).{8,20}", "1" * 500),
    ],
)
def test_any_other_reads_an_answer_at_once(source: str, answer: str) -> None:
    pattern = compile_pattern(source)
    start = time.process_time()
    pattern.fullmatch(answer)
    assert time.process_time() - start < 0.05


def test_the_seven_bit_alphabet() -> None:
    assert outside("Ça coûte 3 € ça") == ("û", "ç")
    assert rewritten("ça coûte… «œuf» 😀") == 'ca coute... "oeuf"'  # a sign without a likeness goes
    assert [parts("x" * 160), parts("x" * 161), parts("x" * 306), parts("x" * 307)] == [1, 2, 2, 3]
    assert [parts("😀" * 35), parts("😀" * 36), parts("€" * 80), parts("€" * 81)] == [1, 2, 1, 2]


def test_every_sentence_exists_in_french_and_english() -> None:
    assert len(SENTENCES) > 30
    assert all({"fr", "en"} <= set(words) and all(words.values()) for words in SENTENCES.values())
    assert next(iter(built_in_sentences("en")["rbm.yes"].templates)) == "en"
    assert next(iter(built_in_sentences("de")["rbm.yes"].templates)) == "fr"
