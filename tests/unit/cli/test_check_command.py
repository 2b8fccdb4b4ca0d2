"""``rbm check`` as a person and a program use it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rbm_bots.botfile.codes import CODES
from rbm_bots.botfile.faults import Fault
from rbm_bots.cli.check import check, explain
from rbm_bots.cli.check_report import as_github, as_sarif
from rbm_bots.cli.schema import schema

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


def test_errors_stand_before_warnings_for_people() -> None:
    output = CliRunner().invoke(check, [str(GARAGE / "broken.yaml")]).output
    told = re.findall(r": (error|warning): ", output)
    assert told == ["error"] * 5 + ["warning"] * 5


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


def test_github_shows_each_fault_at_its_place() -> None:
    broken = str(GARAGE / "broken.yaml")
    lines = CliRunner().invoke(check, ["--format", "github", broken]).output.splitlines()
    assert len(lines) == 10
    assert lines[-1] == (
        f"::error file={broken},line=21,col=63,title=no-target::nothing is called «bookin» (did you mean «booking»?)"
    )
    assert sum(line.startswith("::warning ") for line in lines) == 5
    assert CliRunner().invoke(check, ["--format", "github", str(GARAGE)]).output == ""


def test_what_would_end_a_workflow_command_is_escaped() -> None:
    fault = Fault("a,b:c.yaml", 1, 2, "type", "error", "100 %\nmore", "yes")
    assert as_github([fault]) == "::error file=a%2Cb%3Ac.yaml,line=1,col=2,title=type::100 %25%0Amore (yes)"


def test_sarif_is_a_log_of_version_2_1_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GARAGE)
    result = CliRunner().invoke(check, ["--format", "sarif", "broken.yaml"])
    assert result.exit_code == 1
    log = json.loads(result.output)
    assert (log["version"], log["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    assert set(log) == {"version", "$schema", "runs"}
    (run,) = log["runs"]
    assert set(run) == {"tool", "columnKind", "results"}
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "rbm check"
    assert len(run["results"]) == 10
    for rule in rules:
        assert CODES[rule["id"]].says == rule["shortDescription"]["text"]
        assert rule["help"]["markdown"].startswith(f"# {rule['id']}\n")
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")
    for entry in run["results"]:
        assert rules[entry["ruleIndex"]]["id"] == entry["ruleId"]
        assert entry["level"] in ("error", "warning")
        assert entry["message"]["text"]
        (place,) = entry["locations"]
        assert place["physicalLocation"]["artifactLocation"] == {"uri": "broken.yaml"}
        assert place["physicalLocation"]["region"]["startLine"] >= 1
        assert place["physicalLocation"]["region"]["startColumn"] >= 1


def test_sarif_names_files_as_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    places = [Fault(file, 1, 1, "type", "error", "x") for file in (str(tmp_path / "a é.yaml"), "/elsewhere/b.yaml")]
    uris = re.findall(r'"uri": "([^"]*)"', as_sarif(places))
    assert uris == ["a%20%C3%A9.yaml", "file:///elsewhere/b.yaml"]
    assert json.loads(as_sarif([]))["runs"][0]["results"] == []


def test_explain_shows_a_page_and_lists_all_codes() -> None:
    page = CliRunner().invoke(explain, ["lost-chips"])
    assert (page.exit_code, page.output.startswith("# lost-chips\n")) == (0, True)
    listed = CliRunner().invoke(explain, [])
    assert [line.split()[0] for line in listed.output.splitlines()] == list(CODES)
    unknown = CliRunner().invoke(explain, ["lost-chip"])
    assert (unknown.exit_code, "did you mean «lost-chips»?" in unknown.output) == (2, True)


def test_the_schema_is_json_for_a_bot_or_a_part() -> None:
    for arguments, keys in ([], "bot"), (["--part"], "flows"):
        result = CliRunner().invoke(schema, arguments)
        found = json.loads(result.output)
        root = found["$ref"].removeprefix("#/definitions/")
        assert (result.exit_code, keys in found["definitions"][root]["properties"]) == (0, True)
