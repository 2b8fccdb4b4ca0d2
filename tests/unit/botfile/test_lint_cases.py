"""Each rule has a good file that it leaves alone and a bad one where it finds its fault, there and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rbm_bots.botfile.load import inspect_bot

CASES = Path(__file__).parents[2] / "cases" / "lint"
EXPECT = re.compile(r"# expect: (?:nothing|(\d+):(\d+) (error|warning) ([a-z0-9-]+))$")
FILES = sorted(CASES.glob("*.yaml"))


def test_every_rule_has_a_good_and_a_bad_file() -> None:
    bad = {file.name.removesuffix(".bad.yaml") for file in FILES if file.name.endswith(".bad.yaml")}
    good = {file.name.removesuffix(".good.yaml") for file in FILES if file.name.endswith(".good.yaml")}
    assert bad == good
    assert len(bad) >= 48


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_gives_the_fault_it_names_and_no_other(file: Path) -> None:
    match = EXPECT.match(file.read_text("utf-8").split("\n", 1)[0])
    assert match is not None
    expected = [(int(match[1]), int(match[2]), match[3], match[4])] if match[1] else []
    found = [(fault.line, fault.column, fault.severity, fault.code) for fault in inspect_bot(file).faults]
    assert found == expected
    assert match[4] is None or file.name == f"{match[4]}.bad.yaml"


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.name.endswith(".bad.yaml")], ids=lambda file: file.name
)
def test_a_bad_file_loads_only_when_it_has_warnings_alone(file: Path) -> None:
    checked = inspect_bot(file)
    assert (checked.bot is None) == any(fault.severity == "error" for fault in checked.faults)
