"""Each rule has a good file that it leaves alone and a bad one where it finds its fault, there and nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import rbm_bots.botfile
from rbm_bots.botfile.codes import CODES
from rbm_bots.botfile.load import inspect_bot
from tests.unit.botfile.examples import copy_cases

CASES = Path(__file__).parents[2] / "cases" / "lint"
EXPECT = re.compile(r"# expect: (?:nothing|(?:(\S+) )?(\d+):(\d+) (error|warning) ([a-z0-9-]+))$")
NAMES = sorted(path.name for path in [*CASES.glob("*.yaml"), *CASES.glob("*.good"), *CASES.glob("*.bad")])


@pytest.fixture(scope="module")
def cases(tmp_path_factory) -> Path:
    return copy_cases(CASES, tmp_path_factory.mktemp("cases") / "lint")


def rank(name: str) -> str:
    return next(kind for kind in ("good", "bad") if f".{kind}" in name)


def test_every_code_has_a_good_and_a_bad_file() -> None:
    bad = {name.split(".")[0] for name in NAMES if rank(name) == "bad"}
    good = {name.split(".")[0] for name in NAMES if rank(name) == "good"}
    assert bad == good == set(CODES)
    assert len(NAMES) >= 2 * 52


def test_the_table_has_exactly_the_codes_that_are_told() -> None:
    told = set()
    for file in Path(rbm_bots.botfile.__file__).parent.rglob("*.py"):
        if file.name != "codes.py":
            words = (
                node.value for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Constant)
            )
            told |= {word for word in words if isinstance(word, str) and word in CODES}
    assert told == set(CODES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_gives_the_fault_it_names_and_no_other(name: str, cases: Path) -> None:
    path = cases / name
    main = path / "bot.yaml" if path.is_dir() else path
    match = EXPECT.match(main.read_text("utf-8").split("\n", 1)[0])
    assert match is not None
    where = str(path / match[1]) if match[1] else str(main)
    expected = [(where, int(match[2]), int(match[3]), match[4], match[5])] if match[2] else []
    checked = inspect_bot(path)
    found = [(fault.file, fault.line, fault.column, fault.severity, fault.code) for fault in checked.faults]
    assert found == expected
    assert (match[5] is not None) == (rank(name) == "bad")
    assert match[5] in (None, name.split(".", maxsplit=1)[0])
    assert all(fault.advice for fault in checked.faults)
    assert (checked.bot is None) == any(fault.severity == "error" for fault in checked.faults)
