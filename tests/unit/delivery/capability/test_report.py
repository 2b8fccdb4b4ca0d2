"""The qualification report: where people stand, and what each plan reaches and costs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.delivery.capability.report import Standing, qualify, standing, tries_rcs
from rbm_bots.store.capability import Known

SERVED = ("orange",)
PRICES = {"rcs": 95_000, "sms": 50_000}
COUNTS: dict[Standing, int] = {"rcs": 600, "sms_only": 200, "other_operator": 100, "unknown": 60, "opted_out": 40}


@pytest.mark.parametrize(
    ("known", "opted_out", "expected"),
    [
        (Known(answer="rcs", operator="orange"), True, "opted_out"),
        (Known(answer="rcs", operator="sfr"), False, "other_operator"),
        (Known(answer="rcs"), False, "rcs"),
        (Known(answer="none", operator="orange"), False, "sms_only"),
        (Known(), False, "unknown"),
    ],
)
def test_where_a_person_stands(known: Known, opted_out: bool, expected: Standing) -> None:
    assert standing(known, opted_out=opted_out, served=SERVED) == expected


def test_somebody_never_tested_gets_rcs_only_where_it_is_said() -> None:
    assert not tries_rcs(Known(), served=SERVED, try_unknown=False)
    assert tries_rcs(Known(), served=SERVED, try_unknown=True)
    assert not tries_rcs(Known(operator="sfr"), served=SERVED, try_unknown=True)


def test_a_report() -> None:
    found = qualify(COUNTS, price=PRICES.__getitem__, try_unknown=False)
    assert found.total == 1000
    assert {name: group.share for name, group in found.groups.items()} == {
        "rcs": 6000, "sms_only": 2000, "other_operator": 1000, "unknown": 600, "opted_out": 400,
    }  # fmt: skip
    plans = {plan.name: (plan.rcs, plan.sms, plan.nobody, plan.cost) for plan in found.plans}
    assert plans == {
        "rcs_only": (600, 0, 400, 600 * 95_000),
        "sms_only": (0, 960, 40, 960 * 50_000),
        "rcs_then_sms": (600, 360, 40, 600 * 95_000 + 360 * 50_000),
    }
    assert found.as_json()["groups"]["rcs"] == {"count": 600, "share": 6000}


def test_a_missing_price_makes_a_cost_unknown_and_never_zero() -> None:
    without: Mapping[str, int | None] = {"rcs": None, "sms": 50_000}
    costs = {plan.name: plan.cost for plan in qualify(COUNTS, price=without.__getitem__, try_unknown=True).plans}
    assert costs == {"rcs_only": None, "sms_only": 960 * 50_000, "rcs_then_sms": None}


def test_an_empty_audience_costs_nothing_of_anything() -> None:
    found = qualify({}, price=lambda _channel: None, try_unknown=False)
    assert found.total == 0
    assert [plan.cost for plan in found.plans] == [0, 0, 0]


@given(counts=st.dictionaries(st.sampled_from(sorted(COUNTS)), st.integers(0, 10_000_000)), try_unknown=st.booleans())
def test_every_plan_accounts_for_everybody(counts: dict[Standing, int], try_unknown: bool) -> None:
    found = qualify(counts, price=PRICES.__getitem__, try_unknown=try_unknown)
    assert sum(group.count for group in found.groups.values()) == found.total
    for plan in found.plans:
        assert plan.rcs + plan.sms + plan.nobody == found.total
        assert plan.nobody >= found.groups["opted_out"].count
