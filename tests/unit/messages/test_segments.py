"""SMS parts, on texts whose sizes were computed by other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # 8 units
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"  # 14 units


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("x" * 63 + FAMILY + "y" * 10, [63, 18]),  # kept whole: it costs nothing
        ("x" * 63 + SCOTLAND + "y" * 10, [63, 24]),
        ("x" * 62 + FAMILY + "y" * 64, [67, 67]),  # whole, it would cost a third part
        ("x" * 63 + FAMILY + "y" * 54 + FAMILY + "z" * 64, [63, 67, 67]),  # the first is kept, the second is cut
    ],
)
def test_each_emoji_is_kept_whole_where_that_costs_no_part(text: str, sizes: list[int]) -> None:
    assert list(segments(text).sizes) == sizes


@given(
    st.lists(
        st.sampled_from(
            ["a", "é", "ç", "\U0001f600", FAMILY, SCOTLAND, "1\ufe0f\u20e3", "\U0001f1eb\U0001f1f7"]
        ).flatmap(lambda piece: st.integers(1, 40).map(lambda times: piece * times)),
        max_size=12,
    )
)
def test_whole_emoji_never_cost_a_part(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = segments(text)
    if found.encoding == "ucs2" and found.parts > 1:
        plain = [0]
        for char in text:
            units = len(char.encode("utf-16-le")) // 2
            plain = [*plain, units] if plain[-1] + units > 67 else [*plain[:-1], plain[-1] + units]
        assert found.parts == len(plain)
        assert max(found.sizes) <= 67


def test_nothing_fills_nothing() -> None:
    assert segments("").parts == 0


def test_the_extension_table_belongs_to_the_alphabet() -> None:
    assert [char for char in "é€ç«" if is_seven_bit(char)] == ["é", "€"]
