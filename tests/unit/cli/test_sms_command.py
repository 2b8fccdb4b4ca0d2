from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rbm_bots.cli.sms import sms

CASES = json.loads((Path(__file__).parents[2] / "cases" / "sms-segments.json").read_text(encoding="utf-8"))["cases"]


def run(*args: str) -> Result:
    return CliRunner().invoke(sms, ["inspect", *args], catch_exceptions=False)


def test_there_are_cases() -> None:
    assert len(CASES) >= 53


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_text_is_counted_and_rewritten(case: dict[str, Any]) -> None:
    result = run("--json", "--mode", "smart", "--", case["text"])
    found = json.loads(result.stdout_bytes)
    sent = found.pop("sent")
    assert result.exit_code == 0
    assert found == {
        "encoding": case["encoding"],
        "characters": case["characters"],
        "units": case["septets"] if case["encoding"] == "gsm7" else case["utf16_units"],
        "parts": case["parts"],
        "transliterated": case["transliterated"],
    }
    rewritten = case["smart"] == "transliterated"
    assert sent["part_units"] == (case["transliterated"]["part_units"] if rewritten else case["part_units"])
    assert not rewritten or sent["text"] == case["transliterated"]["text"]


def test_nothing_is_nothing() -> None:
    found = json.loads(run("", "--json").stdout)
    assert (found["characters"], found["units"], found["parts"]) == (0, 0, 0)
    assert found["transliterated"]["encoding"] is None


def test_names_may_be_kept_and_the_reference_be_longer() -> None:
    found = json.loads(run("Zoë, reçu", "--keep", "Zoë", "--json").stdout)
    assert found["transliterated"]["text"] == "Zoë, recu"
    assert json.loads(run("x" * 306, "--reference-bits", "16", "--json").stdout)["parts"] == 3


@pytest.mark.parametrize("args", [["Reçu", "--mode", "strict"], ["x" * 161, "--mode", "smart", "--most-parts", "1"]])
def test_a_refused_text_exits_1_without_being_repeated(args: list[str]) -> None:
    result = run(*args, "--json")
    assert (result.exit_code, set(json.loads(result.stdout))) == (1, {"error"})
    assert args[0] not in result.stdout


def test_for_a_person_there_is_one_line_per_member() -> None:
    assert "encoding        ucs2" in run("Reçu").stdout.splitlines()


@pytest.mark.parametrize("args", [[], ["a", "--mode", "utf8"], ["a", "--most-parts", "0"], ["a\udcff"], ["a", "b"]])
def test_wrong_use_exits_2(args: list[str]) -> None:
    assert run(*args).exit_code == 2
