"""``rbm ledger``: the stable interface of rating and fees, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rbm_bots.cli.ledger import ledger

CASES = Path(__file__).parents[2] / "cases"
SCENARIOS = CASES / "billing-scenarios.json"
FEES = CASES / "fees-cases.json"


def run(*args: object) -> Result:
    return CliRunner().invoke(ledger, [str(arg) for arg in args], catch_exceptions=False)


def test_rate_gives_the_whole_object() -> None:
    result = run("rate", SCENARIOS, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"], len(found["scenarios"])) == (0, True, 50)
    one = next(one for one in found["scenarios"] if one["id"] == "B03")
    charge = one["charges"][0]
    assert {"product": "CONVERSATION", "operator": "ORANGE", "micros": 95_000, "at": "2026-03-02T11:00:00.000+00:00",
            "bot": "bot", "user": "u", "msg": "a", "period": "2026-03"}.items() <= charge.items()  # fmt: skip
    assert {key: one[key] for key in one if key != "charges"} == {
        "id": "B03", "lines": [["CONVERSATION", "ORANGE", 95_000]], "pending": 0, "total": 95_000, "unpriced": 0,
        "periods": ["2026-03"], "posted": [["CONVERSATION", "ORANGE", 95_000]], "reversed": [], "checkpoints": [],
        "ok": True, "differences": [],
    }  # fmt: skip


def test_rate_shows_its_checkpoints() -> None:
    found = json.loads(run("rate", SCENARIOS, "--json").stdout)
    one = next(one for one in found["scenarios"] if one["id"] == "P02")
    held, posted = one["checkpoints"]
    assert (held["pending"], held["lines"], posted["posted"]) == (1, [], [["MU", "ORANGE", 60_000]])
    assert set(held) == set(one) - {"id"}
    assert one["reversed"] == [["MU", "ORANGE", -60_000]]


def test_fees_give_the_whole_object() -> None:
    result = run("fees", FEES, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"], len(found["cases"])) == (0, True, 16)
    assert found["cases"][1] == {
        "id": "F02", "lines": [["NC_MONTH_1_20", 20, 150_000_000, 3_000_000_000]], "total_ht": 3_000_000_000,
        "vat": 600_000_000, "total_ttc": 3_600_000_000, "ok": True, "differences": [],
    }  # fmt: skip


def test_a_person_sees_a_table() -> None:
    lines = run("rate", SCENARIOS).stdout.splitlines()
    assert lines[0].startswith("ok    B01  0.06  One message, no answer")
    assert lines[1].split() == ["MU", "ORANGE", "0.06", "2026-03-02T09:00:00.000+00:00"]
    assert lines[-1] == "50 as expected, 0 different"
    assert any("UNPRICED" in line for line in lines)
    assert "  NC_MONTH_21                  5  x     500.00       2500.00" in run("fees", FEES).stdout.splitlines()


@pytest.mark.parametrize(("command", "file", "old", "new"), [
    ("rate", SCENARIOS, '"total":60000,', '"total":60001,'), ("fees", FEES, '"total_ht":730000000', '"total_ht":1'),
])  # fmt: skip
def test_a_difference_ends_with_1(command: str, file: Path, old: str, new: str, tmp_path: Path) -> None:
    changed = tmp_path / "changed.json"
    text = file.read_text(encoding="utf-8")
    assert old in text
    changed.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = run(command, changed, "--json")
    found = json.loads(result.stdout)
    first = (found.get("scenarios") or found["cases"])[0]
    assert (result.exit_code, found["ok"], first["ok"], len(first["differences"])) == (1, False, False, 1)
    shown = run(command, changed)
    assert (shown.exit_code, shown.stdout.startswith("FAIL")) == (1, True)
    assert f"expected {first['differences'][0]['expected']}, got" in shown.stdout


@pytest.mark.parametrize("command", ["rate", "fees"])
@pytest.mark.parametrize("body", [None, b"{", b"\xff", b"[]", b'{"other": 1}'])
def test_a_file_that_cannot_be_read_ends_with_2(command: str, body: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    if body is not None:
        file.write_bytes(body)
    result = run(command, file, "--json")
    assert (result.exit_code, list(json.loads(result.stdout))) == (2, ["error"])
    shown = run(command, file)
    assert (shown.exit_code, shown.stdout, shown.stderr.count("\n")) == (2, "", 1)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert run("rate", tmp_path).exit_code == 2
