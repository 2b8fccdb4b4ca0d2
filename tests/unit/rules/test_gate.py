"""The whole gate: decisions that were agreed on beforehand, and what holds for any question."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.rules.case_file import QuestionsUnreadable, read_cases
from rbm_bots.rules.decision import REASONS
from rbm_bots.rules.gate import ask_gate
from rbm_bots.rules.question import Question
from tests.unit.rules.asking import LEG, RCS, question

FILE = Path(__file__).parents[2] / "cases" / "gate-cases.json"
EXPECTED = {case["id"]: case["expect"] for case in json.loads(FILE.read_text(encoding="utf-8"))["cases"]}
CASES = read_cases(FILE.read_bytes())


def test_there_are_cases() -> None:
    assert len(CASES) == len(EXPECTED) >= 87
    assert {expect["decision"] for expect in EXPECTED.values()} == {"allow", "defer", "deny"}


@pytest.mark.parametrize(("case", "asked"), CASES, ids=[case for case, _ in CASES])
def test_a_case_is_decided_as_agreed(case: str, asked: Question) -> None:
    expect = EXPECTED[case]
    until = datetime.fromisoformat(expect["until"]) if expect["until"] else None
    found = ask_gate(asked)
    assert (found.verdict, found.rule, found.until) == (expect["decision"], expect["rule"], until)
    assert found.rule_set is not None
    assert found.allowed is (not found.reason)


def test_almost_every_rule_decides_some_case() -> None:
    seen = {expect["rule"] for expect in EXPECTED.values()} - {None}
    assert seen <= set(REASONS)
    assert set(REASONS) - seen == {"sender_status", "sender_identity"}  # these two stand with the rules


def test_what_leaves_in_spite_of_a_stop_is_flagged() -> None:
    stop = {"opt": [{"at": "2026-11-20T10:00:00+01:00", "do": "stop"}]}
    reminder = ask_gate(question(kind="service", text="À demain.", facts=stop))
    assert (reminder.allowed, reminder.flags) == (True, ("stop",))
    assert ask_gate(question(kind="service", text="À demain.")).flags == ()
    assert ask_gate(question(facts=stop)).flags == ()


def test_the_decision_names_the_set_in_force() -> None:
    assert ask_gate(question(now="2016-10-07T21:45:00+02:00")).rule_set == "ops-2016"
    assert ask_gate(question(now="2025-10-07T21:45:00+02:00")).rule_set == "af2m-2024"
    assert ask_gate(question(rule_set="ops-2016")).rule_set == "ops-2016"


INSTANTS = st.datetimes(datetime(1901, 1, 2), datetime(2998, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
YEARS_OF_CHANGE = st.datetimes(datetime(2024, 8, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
ZONES = st.sampled_from(
    ["Europe/Paris", "America/Guadeloupe", "Indian/Reunion", "Pacific/Apia", "Asia/Tokyo", "Australia/Lord_Howe", "UTC"]
)
SETS = st.sampled_from(["auto", "ops-2016", "af2m-2024", "af2m-2026"])
CALENDAR = st.fixed_dictionaries({
    "now": INSTANTS | YEARS_OF_CHANGE,
    "channel": st.sampled_from(["sms", "rcs"]),
    "rule_set": SETS,
    "settings": st.fixed_dictionaries({"avoid_days": st.sampled_from(["defer", "allow"])}),
    "facts": st.fixed_dictionaries({
        "zone": ZONES,
        "region": st.sampled_from([None, "alsace-moselle"]),
        "consent": st.just({"at": "1900-06-01T00:00:00Z", "proof": True}),
    }),
})  # fmt: skip


@given(CALENDAR)
def test_a_deferral_by_the_hours_is_over_at_its_instant(asked: dict[str, Any]) -> None:
    found = ask_gate(question(**asked))
    assert found.rule in (None, "quiet_hours")
    if found.until is None:
        return
    assert asked["now"] < found.until <= asked["now"] + timedelta(days=7)
    assert ask_gate(question(**{**asked, "now": found.until})).allowed
    assert not ask_gate(question(**{**asked, "now": found.until - timedelta(seconds=1)})).allowed


@given(CALENDAR)
def test_a_deferral_by_the_cap_is_over_at_its_instant(asked: dict[str, Any]) -> None:
    asked["facts"] = {**asked["facts"], "marketing": [{"at": asked["now"], "message": "m0"}]}
    found = ask_gate(question(**asked))
    assert found.rule in ("quiet_hours", "one_a_day")
    assert found.until is not None
    if found.rule == "one_a_day":
        assert found.until > asked["now"]
        assert ask_gate(question(**{**asked, "now": found.until})).allowed


WORDS = st.sampled_from(["garage", "florist", "STOP", "non stop", "36123", "34123", "37123", "38123", "é'"])
NEAR = st.datetimes(datetime(2026, 9, 1), datetime(2027, 1, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
STAMPS = NEAR.map(datetime.isoformat)
CHANNELS = st.sampled_from(["sms", "rcs"])
CLASSES = st.sampled_from(["marketing", "service", "otp", "conversation", "web2sms", "m2m", "else"])
FLAGS = st.booleans()
OFFERS = st.sampled_from(["premium_express", "premium_push", "gallery"])
LISTED = st.fixed_dictionaries({"at": STAMPS, "brand": WORDS, "code": WORDS}, optional={
    "do": st.sampled_from(["stop", "start"]), "text": WORDS, "message": WORDS, "channels": st.lists(CHANNELS),
})  # fmt: skip
MESSAGE = st.fixed_dictionaries({"channel": CHANNELS, "class": CLASSES}, optional={
    "code": WORDS, "sender": WORDS, "text": WORDS, "address_kind": st.sampled_from(["alias", "msisdn"]),
    "promotes": st.lists(st.just({"paid": True}), max_size=2), "geo": FLAGS, "stop_chip": FLAGS, "brand": WORDS,
})  # fmt: skip
KNOWN = st.fixed_dictionaries({"consent": st.fixed_dictionaries({"at": STAMPS, "proof": st.just(True)})}, optional={
    "zone": ZONES, "opt": st.lists(LISTED, max_size=3), "sent": st.lists(LISTED, max_size=2), "oadc_option": FLAGS,
    "marketing": st.lists(LISTED, max_size=2), "last_inbound_at": STAMPS, "quota_free_at": STAMPS,
    "window": st.fixed_dictionaries({"offer": OFFERS}, optional={
        "mo": st.lists(STAMPS, max_size=3), "unsubscribed_at": STAMPS, "subscribed_from": STAMPS,
    }),
    "error_ratio": st.fixed_dictionaries({"errors": st.integers(-9, 99), "attempts": st.integers(-9, 200)}),
})  # fmt: skip
SETTINGS = st.fixed_dictionaries({}, optional={
    "one_a_day": FLAGS, "anchor": st.sampled_from(["first_mo", "last_mo", "last_paid"]), "days_in": st.just("hours"),
})  # fmt: skip
CASE = st.fixed_dictionaries(
    {"id": st.just("a"), "now": STAMPS, "message": MESSAGE, "facts": KNOWN, "rule_set": SETS, "settings": SETTINGS}
)


@given(CASE)
def test_every_question_is_decided(case: dict[str, Any]) -> None:
    ((_, asked),) = read_cases(json.dumps({"defaults": {"message": LEG}, "cases": [case]}).encode())
    found = ask_gate(asked)
    assert (found.verdict == "allow") == (found.rule is None)
    assert found.rule is None or found.reason
    if found.verdict == "defer":
        assert found.until is not None
        assert found.until > asked.now
    else:
        assert found.until is None or found.until <= asked.now


SCALARS = st.none() | st.booleans() | st.integers() | WORDS | st.text(max_size=5) | st.floats()
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner), max_leaves=9)


@given(CASE, ANYTHING, st.data())
def test_what_is_wrong_is_refused_in_one_sentence(case: dict[str, Any], wrong: Any, data: st.DataObject) -> None:
    part = data.draw(st.sampled_from([case, case["message"], case["facts"], case["settings"]]))
    if part:
        part[data.draw(st.sampled_from(sorted(part)))] = wrong
    try:
        cases = read_cases(json.dumps({"cases": [case]}).encode())
    except QuestionsUnreadable as refused:
        assert refused.message.endswith(".")  # noqa: PT017 - some wrong values are read as absent
        return
    assert [ask_gate(asked).verdict for _, asked in cases]


@given(ANYTHING)
def test_any_json_is_read_or_refused(file: Any) -> None:
    with pytest.raises(QuestionsUnreadable):
        read_cases(json.dumps({"cases": [file]}).encode())


def test_rcs_before_its_hours_were_ruled_still_has_one_a_day() -> None:
    marketing = [{"at": "2026-01-24T09:00:00+01:00", "message": "m0"}]
    found = ask_gate(question(now="2026-01-24T23:00:00+01:00", facts={"marketing": marketing}, **RCS))
    assert (found.rule, found.until) == ("one_a_day", datetime(2026, 1, 26, 7, tzinfo=UTC))
