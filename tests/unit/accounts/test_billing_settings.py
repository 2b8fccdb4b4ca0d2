"""The table ``[billing]``: prices, switches, and what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rbm_bots.accounts.billing import Billing, Terms, load_billing, terms_of
from rbm_bots.errors import SettingsError
from rbm_bots.ledger.prices import Price, PriceBook

FILE = """
[[price]]
operator = "ORANGE"
product = "CONVERSATION"
valid_from = "2021-10-01T00:00:00+02:00"
micros = 90000

[[price]]
operator = "ORANGE"
product = "MU"
valid_from = "2026-01-01T00:00:00+01:00"
micros = 50000
"""
MARCH = 1_772_442_000_000


def test_a_contracts_row_stands_in_for_the_published_one(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(FILE, encoding="utf-8")
    billing = load_billing({"prices": ["own.toml"]}, folder=tmp_path)
    known = PriceBook(billing.prices).as_known(MARCH)
    rows = [known.row("ORANGE", product, MARCH) for product in ("CONVERSATION", "MU", "CONV_MO1ST")]
    assert [row and row.micros for row in rows] == [90_000, 50_000, 0]
    assert known.row("SFR", "MU", MARCH) is None


def test_switches_hold_for_all_bots_and_a_bots_own_win() -> None:
    changes = [{"from": datetime(2026, 3, 1, tzinfo=UTC), "value": False}]
    billing = load_billing({"switches": {"stop_opens": changes}, "bots": {"shop": {"category": "non_conversational"}}})
    common, shop = billing.switches.of("garage"), billing.switches.of("shop")
    assert [common.stop_opens.at(at_ms) for at_ms in (0, MARCH)] == [True, False]
    assert (common.category.at(0), shop.category.at(0)) == ("conversational", "non_conversational")
    assert shop.stop_opens == common.stop_opens


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"grace": 3}, "grace"),
        ({"grace_hours": -1}, "grace_hours"),
        ({"sms_unit": "page"}, "sms_unit"),
        ({"prices": ["missing.toml"]}, "cannot be read"),
        ({"switches": {"stop_open": True}}, "no switch is called stop_open"),
        ({"switches": {"basis": "sold"}}, "billing.switches"),
        ({"bots": {"shop": {"launched": [{"from": "yesterday", "value": True}]}}}, "billing.bots.shop"),
    ],
)
def test_what_is_wrong_is_said(raw: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load_billing(raw, folder=tmp_path)


def test_rows_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(FILE + FILE.replace("50000", "50001"), encoding="utf-8")
    with pytest.raises(SettingsError, match="contradict"):
        load_billing({"prices": ["own.toml"]}, folder=tmp_path)
    (tmp_path / "own.toml").write_text("price = 3", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"own\.toml"):
        load_billing({"prices": ["own.toml"]}, folder=tmp_path)


def test_terms_name_what_changed() -> None:
    rows = [Price(operator="A", product=product, from_ms=0, micros=1) for product in ("MU", "CONVERSATION")]
    more = Price(operator="A", product="MU", from_ms=0, micros=2, entered_ms=9)
    before = terms_of(PriceBook(rows), Billing(), as_of_ms=9)
    assert before.changed(terms_of(PriceBook([*rows, more]), Billing(), as_of_ms=8)) == set()
    after = terms_of(PriceBook([*rows, more]), Billing(), as_of_ms=9)
    assert before.changed(after) == {("A", "MU")}
    assert after.encoded != before.encoded
    assert before.decided != terms_of(PriceBook(rows), Billing(default_operator="B"), as_of_ms=9).decided
    assert before.changed(Terms(decided=before.decided)) == {("A", "MU"), ("A", "CONVERSATION")}
