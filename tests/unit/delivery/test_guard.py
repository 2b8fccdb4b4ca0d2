"""The error ratio: what counts as a miss, and from where on it is amber or over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.channels.maap.settings import MaapSettings
from rbm_bots.delivery.guard import GuardSettings, guard_settings, is_miss, level
from rbm_bots.rules.question import ErrorRatio

SETTINGS = GuardSettings()


@pytest.mark.parametrize(
    ("errors", "attempts", "expected"),
    [
        (99, 99, "clear"),
        (9, 100, "clear"),
        (10, 100, "amber"),
        (15, 100, "amber"),
        (16, 100, "over"),
        (150, 1000, "amber"),
        (151, 1000, "over"),
        (0, 0, "clear"),
    ],
)
def test_levels(errors: int, attempts: int, expected: str) -> None:
    assert level(ErrorRatio(errors=errors, attempts=attempts), SETTINGS) == expected


@given(twenties=st.integers(5, 100_000))
def test_exactly_fifteen_percent_goes_on_and_one_more_does_not(twenties: int) -> None:
    ratio = ErrorRatio(errors=3 * twenties, attempts=20 * twenties)
    assert level(ratio, SETTINGS) == "amber"
    assert level(ErrorRatio(errors=3 * twenties + 1, attempts=20 * twenties), SETTINGS) == "over"


@pytest.mark.parametrize("reason", ["41110", "41200", "41201", "41210", "41212", "not_on_rcs", "unreachable"])
def test_an_unknown_number_is_a_miss(reason: str) -> None:
    assert is_miss(reason)


@pytest.mark.parametrize(
    "reason", [None, "41211", "42002", "41001", "41110 ", "60", "malformed", "token_refused", "53"]
)
def test_other_refusals_are_not(reason: str | None) -> None:
    assert not is_miss(reason)


def test_the_platform_settles_limit_and_window() -> None:
    platform = MaapSettings(
        wrong_number_limit=0.05, wrong_number_window=50, wrong_number_least=50, wrong_number_action="warn"
    )
    assert guard_settings(platform) == GuardSettings(limit=0.05, window=50, least=50, stops=False)
    assert guard_settings(MaapSettings()) == SETTINGS


def test_a_window_that_could_never_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="wrong_number_least"):
        MaapSettings(wrong_number_window=99)
    MaapSettings(wrong_number_window=100)


@given(errors=st.integers(0, 300), attempts=st.integers(0, 300), percent=st.integers(1, 100), least=st.integers(1, 200))
def test_the_gate_and_the_guard_judge_alike(errors: int, attempts: int, percent: int, least: int) -> None:
    settings = GuardSettings(limit=percent / 100, least=least)
    ratio = ErrorRatio(errors=errors, attempts=attempts)
    by_hand = attempts >= least and 100 * errors > percent * attempts
    assert settings.judge(ratio).over == (level(ratio, settings) == "over") == by_hand
