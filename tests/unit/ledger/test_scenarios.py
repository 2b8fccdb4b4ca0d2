"""Every scenario costs what it should: as written, shuffled, repeated, and received one by one."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import msgspec
import pytest

from rbm_bots.ledger.charges import difference
from rbm_bots.ledger.facts import Fact, unique_facts
from rbm_bots.ledger.files import LedgerFileUnreadable
from rbm_bots.ledger.rating import Ledger, Rated, Rating, rate_in_key_order
from rbm_bots.ledger.scenario_files import Run, Scenario, read_scenarios
from rbm_bots.ledger.scenarios import play
from tests.unit.ledger.made import CASES, at, book, mo, mt, receipt, scenario
from tests.unit.ledger.more_cases import MORE

SHIPPED = read_scenarios((CASES / "billing-scenarios.json").read_bytes())
ALL = [*SHIPPED, *book(*MORE)]


def with_facts(one: Scenario, facts: list[Fact]) -> Scenario:
    """The scenario with other facts at its end, and no checkpoints: what was posted before is another question."""
    last = one.runs[-1]
    runs = [Run(facts=facts, as_of_ms=last.as_of_ms, expect=None)]
    return msgspec.structs.replace(one, runs=runs)


def rating(one: Scenario, as_of_ms: int | None = None) -> Rating:
    instant = one.runs[-1].as_of_ms if as_of_ms is None else as_of_ms
    return Rating(as_of_ms=instant, prices=one.prices, switches=one.switches, default_operator=one.operator)


def costs(result: dict[str, Any]) -> dict[str, Any]:
    return {key: result[key] for key in ("lines", "pending", "total", "unpriced", "periods", "charges")}


def test_there_are_scenarios() -> None:
    assert len(SHIPPED) == 50
    assert len(ALL) > 80
    assert all(one.runs[-1].expect is not None for one in ALL)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
class TestEachScenario:
    def test_costs_what_it_should(self, one: Scenario) -> None:
        result = play(one)
        assert (result["differences"], result["ok"]) == ([], True)

    def test_order_changes_nothing(self, one: Scenario) -> None:
        right = costs(play(one))
        facts = list(one.runs[-1].facts)
        for seed in range(5):
            Random(seed).shuffle(facts)
            assert costs(play(with_facts(one, facts))) == right
        assert costs(play(with_facts(one, facts[::-1]))) == right

    def test_repetition_changes_nothing(self, one: Scenario) -> None:
        right = costs(play(one))
        facts = one.runs[-1].facts
        later = [msgspec.structs.replace(fact, id=f"{fact.id}-again", at_ms=fact.at_ms + 7_000) for fact in facts]
        assert costs(play(with_facts(one, unique_facts([*facts, *facts])))) == right
        assert costs(play(with_facts(one, [*later, *facts, *facts]))) == right

    def test_what_comes_late_is_reversed_and_posted_again(self, one: Scenario) -> None:
        """Rated after each fact, in a wrong order: what was posted less what was reversed is the right result."""
        right = Ledger(one.runs[-1].facts).rate(rating(one))
        facts = list(one.runs[-1].facts)
        for seed in range(3):
            Random(seed).shuffle(facts)
            ledger, before, balance = Ledger(), Rated((), ()), Counter[Any]()
            for fact in facts:
                ledger.add(fact)
                after = ledger.rate(rating(one))
                changed = difference(before.charges, after.charges)
                balance.update(charge.same for charge in changed.posted)
                balance.subtract(charge.same for charge in changed.reversed)
                before = after
            assert +balance == Counter(charge.same for charge in right.charges)
            assert min(balance.values(), default=0) >= 0
            assert after.holds == right.holds if facts else True

    def test_in_key_order_gives_the_same(self, one: Scenario) -> None:
        facts = sorted(one.runs[-1].facts, key=lambda fact: (fact.bot, fact.user))
        right = Ledger(facts).rate(rating(one))
        found = list(rate_in_key_order(facts, rating(one)))
        assert Counter(charge for charges, _ in found for charge in charges) == Counter(right.charges)
        assert [hold for _, hold in found if hold is not None] == list(right.holds)


def test_a_charge_tells_its_date_its_anchor_and_its_messages() -> None:
    cases = [
        scenario("paid", mt("a", 0), mo("b", 1), mt("c", 2), mo("d", 3)),
        scenario("answer", mo("a", 0), mo("b", 1), mt("c", 2)),
        scenario("last", mo("a", 0), mo("b", 1), mt("c", 2), policy={"mo_anchor": "last"}),
        scenario("first", mo("a", 0), mo("b", 1), mt("c", 2), policy={"mo_anchor": "first"}),
    ]
    keys = ("product", "msg", "at", "mt_messages", "mo_messages")
    found = {one.id: [tuple(charge[key] for key in keys) for charge in play(one)["charges"]] for one in book(*cases)}
    assert found == {
        "paid": [("CONVERSATION", "a", at(1), 2, 2)],
        "answer": [("CONV_MO1ST", "b", at(2), 1, 1)],
        "last": [("CONV_MO1ST", "b", at(1), 1, 1)],
        "first": [("CONV_MO1ST", "a", at(0), 1, 2)],
    }


def test_a_hold_shows_what_it_would_cost_and_until_when() -> None:
    (one,) = book(scenario("held", mt("a", 0), as_of=1))
    (hold,) = Ledger(one.runs[-1].facts).rate(rating(one)).holds
    assert (hold.anchor, hold.micros, hold.until_ms - hold.at_ms, hold.month) == ("a", 60_000, 86_400_000, "2026-03")


def test_an_expectation_that_is_wrong_is_told() -> None:
    late = {"received": 1, "as_of": at(1), "expect": {"pending": 3}}
    wrong = {"lines": [["MU", "ORANGE", 1]], "total": 60_000, "periods": []}
    (one,) = book(scenario("x", mt("a", 0), checkpoints=[late], expect=wrong))
    result = msgspec.json.decode(msgspec.json.encode(play(one)))
    assert not result["ok"]
    assert result["differences"] == [
        {"key": "pending", "expected": 3, "got": 0, "checkpoint": 0},
        {"key": "lines", "expected": [["MU", "ORANGE", 1]], "got": [["MU", "ORANGE", 60_000]]},
        {"key": "periods", "expected": [], "got": ["2026-03"]},
    ]
    assert [one["ok"] for one in result["checkpoints"]] == [False]


def test_a_kind_belongs_to_user_events_alone() -> None:
    (one,) = book(scenario("x", mt("a", 0), [receipt("typing", "t", 1, kind="active", in_reply_to="z")]))
    assert [line[0] for line in play(one)["lines"]] == ["MU"]


def test_one_event_id_counts_once() -> None:
    twice = [*mt("a", 0), {**mt("b", 50)[1], "id": mt("a", 0)[1]["id"]}]
    (one,) = book(scenario("x", twice[::-1]))
    assert [line[0] for line in play(one)["lines"]] == ["MU"]


WRONG = {
    "not a list": {"scenarios": {}},
    "no list": {},
    "another zone": {"scenarios": [], "time_zone": "UTC"},
    "no as_of": {"scenarios": [{"id": "x", "events": []}]},
    "no offset": {"scenarios": [{"id": "x", "events": [], "as_of": "2026-03-02T09:00:00"}]},
    "far": {"scenarios": [{"id": "x", "events": [], "as_of": "9999-03-02T09:00:00Z"}]},
    "type": {"scenarios": [scenario("x", [{**mt("a", 0)[0], "type": "mt_lost"}])]},
    "kind": {"scenarios": [scenario("x", mo("a", 0, kind="shrug"))]},
    "micros": {"prices": [{"operator": "A", "product": "MU", "from": at(0), "micros": 0.5}], "scenarios": []},
    "less than nothing": {"prices": [{"operator": "A", "product": "MU", "from": at(0), "micros": -1}], "scenarios": []},
    "switch": {"scenarios": [scenario("x", policy={"basis": "sent"})]},
    "dated switch": {"scenarios": [scenario("x", policy={"basis": [{"from": at(0), "value": "sent"}]})]},
    "received": {"scenarios": [scenario("x", checkpoints=[{"received": -1, "as_of": at(0)}])]},
    "dated with two kinds of values": {
        "scenarios": [scenario("x", policy={"basis": [{"from": at(0), "value": v} for v in (True, "accepted")]})]
    },
    "two values at once": {
        "scenarios": [scenario("x", policy={"launched": [{"from": at(0), "value": v} for v in (True, False)]})]
    },
    "two prices": {
        "prices": [{"operator": "A", "product": "MU", "from": at(0), "micros": micros} for micros in (1, 2)],
        "scenarios": [scenario("x")],
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused(name: str) -> None:
    with pytest.raises(LedgerFileUnreadable):
        read_scenarios(msgspec.json.encode(WRONG[name]))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"scenarios": [], "about": NaN}', b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(LedgerFileUnreadable):
        read_scenarios(body)
