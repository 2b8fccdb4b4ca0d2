"""SMS parts, on texts whose sizes were computed by other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rbm_bots.messages.segments import is_seven_bit, segments

CASES = json.loads((Path(__file__).parents[2] / "cases" / "sms-segments.json").read_text(encoding="utf-8"))["cases"]


def test_there_are_cases() -> None:
    assert len(CASES) >= 50
    assert {case["encoding"] for case in CASES} == {"gsm7", "ucs2"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_text_fills_the_parts_that_networks_count(case: dict[str, Any]) -> None:
    found = segments(case["text"])
    assert (found.encoding, found.parts, list(found.sizes)) == (case["encoding"], case["parts"], case["part_units"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_its_rewritten_form_too(case: dict[str, Any]) -> None:
    wanted = case["transliterated"]
    found = segments(wanted["text"])
    assert (found.parts, list(found.sizes)) == (wanted["parts"], wanted["part_units"])


def test_an_emoji_longer_than_a_part_is_cut_between_its_characters() -> None:
    family = "\u200d".join(["\U0001f469"] * 40)
    found = segments(family)
    assert sum(found.sizes) == 119
    assert all(size <= 67 for size in found.sizes)


def test_nothing_fills_nothing() -> None:
    assert segments("").parts == 0


def test_the_extension_table_belongs_to_the_alphabet() -> None:
    assert [char for char in "é€ç«" if is_seven_bit(char)] == ["é", "€"]
