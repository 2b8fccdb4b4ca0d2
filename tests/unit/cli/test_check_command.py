"""``rbm check`` as a person and a program use it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from rbm_bots.cli.check import check

GARAGE = Path(__file__).parents[2] / "cases" / "bots" / "garage"


def test_a_good_bot_is_fine() -> None:
    result = CliRunner().invoke(check, [str(GARAGE)])
    assert (result.exit_code, result.output) == (0, f"{GARAGE}: fine\n")


def test_a_bad_bot_shows_every_fault_and_fails() -> None:
    result = CliRunner().invoke(check, [str(GARAGE / "broken.yaml"), str(GARAGE)])
    assert result.exit_code == 1
    assert f"{GARAGE}/broken.yaml:21:63: error: nothing is called «bookin» [no-target]" in result.output
    assert f"{GARAGE}/broken.yaml: 5 errors, 5 warnings" in result.output
    assert "Traceback" not in result.output


def test_json_is_one_sorted_list() -> None:
    result = CliRunner().invoke(check, ["--format", "json", str(GARAGE / "broken.yaml")])
    faults = json.loads(result.output)
    assert result.exit_code == 1
    assert len(faults) == 10
    assert set(faults[0]) == {"file", "line", "column", "severity", "code", "message", "hint"}
    assert [(fault["line"], fault["column"]) for fault in faults] == sorted(
        (fault["line"], fault["column"]) for fault in faults
    )
    assert json.loads(CliRunner().invoke(check, ["--format", "json", str(GARAGE)]).output) == []


def test_warnings_alone_do_not_fail(tmp_path: Path) -> None:
    file = tmp_path / "bot.yaml"
    file.write_text(
        "rbm: 1\nbot: {id: x, name: X}\nstart: a\nflows: {a: {steps: [{say: A}]}, b: {steps: [{say: B}]}}\n"
    )
    result = CliRunner().invoke(check, [str(file)])
    assert result.exit_code == 0
    assert result.output.endswith(f"{file}: 1 warning\n")


def test_no_bot_is_wrong_use(tmp_path: Path) -> None:
    for arguments in ([], [str(tmp_path / "nothing")], [str(tmp_path)], ["--format", "xml", str(GARAGE)]):
        result = CliRunner().invoke(check, arguments)
        assert result.exit_code == 2
        assert "Traceback" not in result.output
