"""Amounts: whole micro-euro, rounded once, half away from zero."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.money import CENT, EURO, round_to_cents, show_euro, vat_of


@pytest.mark.parametrize(
    ("micros", "rounded"),
    [(0, 0), (4_999, 0), (5_000, 10_000), (14_999, 10_000), (15_000, 20_000), (-5_000, -10_000), (-4_999, 0)],
)
def test_half_a_cent_goes_away_from_zero(micros: int, rounded: int) -> None:
    assert round_to_cents(micros) == rounded


@pytest.mark.parametrize(
    ("total", "vat"), [(4_460_000, 890_000), (0, 0), (20_000, 0), (30_000, 10_000), (-30_000, -10_000)]
)
def test_vat_is_twenty_percent_in_whole_cents(total: int, vat: int) -> None:
    assert vat_of(total) == vat


@pytest.mark.parametrize(("micros", "text"), [
    (95_000, "0.095"), (150 * EURO, "150.00"), (1, "0.000001"), (-60_500, "-0.0605"), (0, "0.00"), (100_000, "0.10"),
])  # fmt: skip
def test_an_amount_is_shown_in_euro(micros: int, text: str) -> None:
    assert show_euro(micros) == text


@given(st.integers(-(10**15), 10**15))
def test_what_is_shown_is_exact(micros: int) -> None:
    assert Decimal(show_euro(micros)) * EURO == micros


@given(st.integers(-(10**15), 10**15))
def test_a_rounded_total_is_near_and_symmetric(micros: int) -> None:
    rounded = round_to_cents(micros)
    assert rounded % CENT == 0
    assert abs(rounded - micros) <= CENT // 2
    assert round_to_cents(-micros) == -rounded
    assert vat_of(-rounded) == -vat_of(rounded)
