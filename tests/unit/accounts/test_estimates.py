"""What a campaign will cost, and what a budget grants."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.accounts.budgets import BudgetUnpriced, WorstCase, committed, granted, worst_case
from rbm_bots.accounts.estimates import duration_s, estimate
from rbm_bots.ledger.prices import KNOWN_ALWAYS, KnownPrices, Price, PriceBook
from rbm_bots.store.budgets import Reserved, Spent

NOW = 1_772_445_600_000


def prices(**more: int) -> KnownPrices:
    """ORANGE at 0.06 and 0.095, SFR dearer for a single message, SMS at 0.03."""
    rows = {"ORANGE/MU": 60_000, "ORANGE/CONVERSATION": 95_000, "OPS/SMS_MT": 30_000, **more}
    made = [
        Price(operator=name.split("/")[0], product=name.split("/")[1], from_ms=0, micros=m) for name, m in rows.items()
    ]
    return PriceBook(made).as_known(KNOWN_ALWAYS)


SFR = {"SFR/MU": 100_000, "SFR/CONVERSATION": 80_000}


def estimated(audience: dict[str, int], rate: str = "0.2", **more: Any) -> Any:
    return estimate(audience, answer_rate=Decimal(rate), prices=more.pop("prices", prices(**SFR)), at_ms=NOW, **more)


def test_each_operator_has_its_prices_and_the_sum_is_theirs() -> None:
    found = estimated({"ORANGE": 1000, "SFR": 100})
    orange, sfr = found.operators
    assert (orange.low, orange.expected, orange.worst) == (60_000_000, 67_000_000, 95_000_000)
    assert (sfr.low, sfr.expected, sfr.worst) == (8_000_000, 9_600_000, 10_000_000)
    assert (found.low, found.expected, found.worst) == (68_000_000, 76_600_000, 105_000_000)
    assert (found.recipients, found.extra_messages, found.unpriced) == (1100, 0, ())


def test_messages_before_the_last_are_messages_uniques_in_every_case() -> None:
    found = estimated({"ORANGE": 1000}, messages=3)
    assert found.extra_messages == 120_000_000
    assert (found.low, found.expected, found.worst) == (180_000_000, 187_000_000, 215_000_000)
    assert found.duration_s == duration_s(3000)


def test_sms_are_expected_for_a_share_and_reserved_for_all() -> None:
    found = estimated({"ORANGE": 1000}, sms_share=Decimal("0.1"), sms_parts=2, sms_only=50)
    orange, sms = found.operators
    assert (orange.low, orange.expected, orange.worst) == (60_000_000, 73_000_000, 155_000_000)
    assert (sms.operator, sms.recipients, sms.low, sms.worst) == ("OPS", 50, 3_000_000, 3_000_000)


def test_a_missing_price_empties_the_amounts_and_is_named() -> None:
    found = estimated({"ORANGE": 1, "BOUYGUES": 1}, messages=2)
    assert (found.low, found.expected, found.worst, found.extra_messages) == (None, None, None, None)
    assert found.unpriced == (("BOUYGUES", "CONVERSATION"), ("BOUYGUES", "MU"))
    assert found.operators[1].worst == 155_000
    no_sms = prices()
    assert estimated({"ORANGE": 1}, prices=no_sms).worst == 95_000


@pytest.mark.parametrize(("messages", "seconds"), [(100_000, 3334), (30, 1), (31, 2), (0, 0)])
def test_a_hundred_thousand_messages_take_55_minutes_and_34_seconds(messages: int, seconds: int) -> None:
    assert duration_s(messages) == seconds
    assert duration_s(100_000) == 55 * 60 + 34
    assert duration_s(1800, per_minute=900) == 120


@pytest.mark.parametrize("rate", ["-0.1", "1.1"])
def test_a_share_lies_between_0_and_1(rate: str) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        estimated({"ORANGE": 1}, rate)


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(0, 3), st.decimals(0, 1, places=3))
def test_low_expected_and_worst_are_in_this_order(people: int, messages: int, parts: int, rate: Decimal) -> None:
    found = estimated({"ORANGE": people}, str(rate), messages=messages, sms_parts=parts, sms_share=rate)
    assert found.low <= found.expected <= found.worst


def test_the_worst_case_is_that_of_the_dearest_operator() -> None:
    book = prices(**SFR)
    assert worst_case(book, at_ms=NOW, operators=["ORANGE"]).micros == 95_000
    assert worst_case(book, at_ms=NOW, operators=["ORANGE", "SFR"]).micros == 100_000
    many = worst_case(book, at_ms=NOW, operators=["ORANGE"], messages=3, sms_parts=2)
    assert many == WorstCase(micros=2 * 60_000 + 95_000 + 60_000, dearest=95_000, messages=3, sms=60_000)


def test_a_budget_without_a_price_wants_a_ceiling() -> None:
    with pytest.raises(BudgetUnpriced, match="no price for BOUYGUES CONVERSATION, BOUYGUES MU"):
        worst_case(prices(), at_ms=NOW, operators=["BOUYGUES", "ORANGE"])
    assert worst_case(prices(), at_ms=NOW, operators=["BOUYGUES"], ceiling_micros=200_000).micros == 200_000


CAP = worst_case(prices(), at_ms=NOW, operators=["ORANGE"]).cap(1_000_000)


@pytest.mark.parametrize(("committed_micros", "asked", "fits"), [
    (0, 100, 10), (0, 5, 5), (950_000, 5, 0), (905_000, 5, 1), (2_000_000, 5, 0),
])  # fmt: skip
def test_what_fits_under_the_cap_is_granted(committed_micros: int, asked: int, fits: int) -> None:
    assert granted(CAP, committed_micros, asked) == fits


def test_what_is_posted_takes_the_place_of_its_worst_case() -> None:
    ten = Reserved(10, 950_000)
    assert committed(CAP, ten, Spent(0, 0, 0)) == 950_000
    assert committed(CAP, ten, Spent(10, 600_000, 0)) == 600_000
    assert committed(CAP, ten, Spent(4, 4 * 60_000, 0)) == 240_000 + 6 * 95_000


@given(st.lists(st.tuples(st.integers(1, 30), st.lists(st.booleans(), max_size=30)), max_size=12), st.integers(1, 3))
def test_whatever_people_do_the_cap_is_never_passed(rounds: list[tuple[int, list[bool]]], messages: int) -> None:
    """Sends are asked for and become charges at random, and each of the remaining could still cost its worst."""
    worst = worst_case(prices(), at_ms=NOW, operators=["ORANGE"], messages=messages)
    cap = worst.cap(2_000_000)
    sends = micros = rcs = spent = 0
    for asked, answers in rounds:
        fits = granted(cap, micros, asked)
        if fits < asked:
            fits = granted(cap, committed(cap, Reserved(sends, micros), Spent(rcs, spent, 0)), asked)
        sends, micros = sends + fits, micros + fits * cap.worst_micros
        for answered in answers[: sends - rcs // messages]:
            rcs += messages
            spent += (messages - 1) * 60_000 + (95_000 if answered else 60_000)
        still = sends - rcs // messages
        assert spent + still * worst.micros <= cap.cap_micros
