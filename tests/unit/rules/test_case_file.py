"""How a file of questions is read: defaults, nulls, instants."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rbm_bots.rules.case_file import QuestionsUnreadable, read_cases
from rbm_bots.rules.question import Consent, Protected, Question


def read(case: dict[str, Any], **defaults: Any) -> Question:
    asked = {"id": "a", "now": "2026-11-24T10:00:00Z", "message": {"channel": "sms"}, **case}
    ((_, question),) = read_cases(json.dumps({"about": 1, "defaults": defaults, "cases": [asked]}).encode())
    return question


def test_a_member_replaces_the_default_as_a_whole() -> None:
    consent = {"at": "2026-01-01T00:00:00Z", "proof": True}
    defaults = {"facts": {"consent": consent, "zone": "Indian/Reunion"}, "message": {"brand": "garage", "text": "a"}}
    found = read({"facts": {"consent": {"at": "2026-02-01T00:00:00Z"}}}, **defaults)
    assert found.facts.consent == Consent(at=datetime(2026, 2, 1, tzinfo=UTC), proof=False)
    assert (found.facts.zone, found.leg.brand, found.leg.text) == ("Indian/Reunion", "garage", "a")
    assert read({"facts": {"consent": None}}, **defaults).facts.consent is None


def test_null_is_absent_everywhere() -> None:
    found = read(
        {"rule_set": None, "settings": None, "facts": {"protected": None, "window": {"offer": None, "mo": []}}}
    )
    assert found == read({"later": {"unknown": []}, "facts": {"unknown": 5}})


@pytest.mark.parametrize("text", ["2026-11-24T10:00Z", "2026-11-24T11:00:00.000000+01:00", "2026-11-24 05:30:00-04:30"])
def test_instants_are_iso_8601(text: str) -> None:
    found = read({"now": text, "facts": {"window": {"mo": [text]}}})
    assert (found.now, *found.facts.window.mo) == (datetime(2026, 11, 24, 10, tzinfo=UTC),) * 2


def test_authorisations_may_stand_beside_the_lists() -> None:
    lists = {"authorised_only": ["A"]}
    expected = Protected(authorised_only=("A",), authorisations=("B",))
    assert read({"facts": {"protected": {**lists, "authorisations": ["B"]}}}).facts.protected == expected
    assert read({"facts": {"protected": lists, "authorisations": ["B"]}}).facts.protected == expected


def test_the_sentence_says_which_case() -> None:
    good = {"id": "a", "now": "2026-11-24T10:00:00Z", "message": {"channel": "sms"}}
    with pytest.raises(QuestionsUnreadable, match=r"^case 2 cannot be read: .+\.$"):
        read_cases(json.dumps({"cases": [good, {**good, "message": {}}]}).encode())
