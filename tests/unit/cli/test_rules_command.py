from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rbm_bots.cli.rules import rules

FILE = Path(__file__).parents[2] / "cases" / "gate-cases.json"


def run(*args: str, body: bytes | None = None) -> Result:
    return CliRunner().invoke(rules, ["decide", *args], input=body, catch_exceptions=False)


def test_every_case_is_decided() -> None:
    wanted = {case["id"]: case["expect"] for case in json.loads(FILE.read_text(encoding="utf-8"))["cases"]}
    result = run(str(FILE), "--json")
    found = json.loads(result.stdout)["cases"]
    assert result.exit_code == 0
    assert [one["id"] for one in found] == list(wanted)
    for one in found:
        expect = wanted[one["id"]]
        assert (one["decision"], one["rule"]) == (expect["decision"], expect["rule"])
        assert instant(one["until"]) == instant(expect["until"])


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def test_the_input_is_read_for_a_dash_and_the_persons_clock_is_shown() -> None:
    body = json.dumps({
        "cases": [{
            "id": "é", "now": "2026-11-24T12:00:00+01:00",
            "message": {"class": "marketing", "channel": "rcs", "text": "STOP"},
            "facts": {"zone": "America/Guadeloupe", "consent": {"at": "2026-01-01T00:00:00Z", "proof": True}},
        }]
    }).encode()  # fmt: skip
    assert json.loads(run("-", "--json", body=body).stdout) == {
        "cases": [
            {"id": "é", "decision": "defer", "rule": "quiet_hours", "until": "2026-11-24T08:00:00-04:00"},
        ]
    }


def test_for_a_person_there_is_one_line_per_case_with_its_reason() -> None:
    lines = run(str(FILE)).stdout.splitlines()
    assert lines[0] == "G01: allow (af2m-2026)"
    assert lines[1].startswith("G02: defer quiet_hours until 2026-11-23T08:00:00+01:00 (af2m-2026: ")
    assert lines[41] == "G42: deny stop (af2m-2026: the person said STOP)"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff", b"[]", b"{}", b'{"cases": null}', b'{"cases": [{}]}', b'{"cases": [1]}', b'{"cases": [NaN]}',
        b'{"cases":' + b"[" * 100_000, b'{"x":' + b"[" * 100_000,
        b'{"cases": [{"id": "a", "now": "soon", "message": {"channel": "sms"}}]}',
        b'{"cases": [{"id": "a", "now": "2026-11-24T12:00:00", "message": {"channel": "sms"}}]}',
        b'{"cases": [{"id": "a", "now": "2026-11-24T12:00:00Z", "message": {"channel": "fax"}}]}',
        b'{"cases": [{"id": "a", "now": "2026-11-24T12:00:00Z", "rule_set": "x", "message": {"channel": "sms"}}]}',
        b'{"cases": [{"id": "a", "now": "2026-11-24T12:00:00Z", "message": {"channel": "sms", "text": 5}}]}',
    ],
)  # fmt: skip
def test_a_file_that_is_none_exits_1_with_one_sentence(body: bytes) -> None:
    result = run("-", "--json", body=body)
    found = json.loads(result.stdout)
    assert (result.exit_code, set(found)) == (1, {"error"})
    assert found["error"].endswith(".")
    assert run("-", body=body).stdout.startswith("error  ")


def test_no_cases_are_no_decisions() -> None:
    assert run("-", "--json", body=b'{"cases": []}').stdout == '{"cases": []}\n'


@pytest.mark.parametrize("args", [["nowhere.json", "--json"], [], ["-", "--yaml"], [str(FILE.parent)]])
def test_wrong_use_exits_2(args: list[str]) -> None:
    assert run(*args).exit_code == 2
