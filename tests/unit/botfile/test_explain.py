"""Every fault has a page; its wrong example has the fault, its right example has none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rbm_bots.botfile.codes import CODES
from rbm_bots.botfile.explain import explain, list_of_codes
from rbm_bots.botfile.load import inspect_bot
from rbm_bots.errors import UsageError
from tests.project_files import ROOT
from tests.unit.botfile.examples import completed, expanded, large_file

PAGES = Path(ROOT / "rbm_bots/botfile/lint/pages")
FENCE = re.compile(r"```(?:yaml|python)\n(?:# (\S+\.(?:py|yaml))\n)?(.*?)```", re.DOTALL)


def test_there_is_a_page_for_each_code_and_no_other() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(CODES)
    assert len(CODES) >= 52


@pytest.mark.parametrize("code", CODES)
def test_a_page_begins_as_the_table_says_and_explains(code: str) -> None:
    page = explain(code)
    assert page.startswith(f"# {code}\n\n{CODES[code].severity.capitalize()}: {CODES[code].says}.\n\n")
    assert page.index("## Wrong") < page.index("## Right")
    assert len(page) > 300


@pytest.mark.parametrize("code", CODES)
def test_the_examples_of_a_page_are_true(code: str, tmp_path: Path) -> None:
    wrong, right = explain(code).split("## Wrong")[1].split("## Right")
    assert {fault.code for fault in _faults(wrong, tmp_path / "wrong")} == {code}
    assert _faults(right, tmp_path / "right") == ()


def _faults(text: str, folder: Path):
    fences = FENCE.findall(text)
    assert fences
    for name, body in fences:
        path = folder / (name or "bot.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(expanded(body) if name else completed(body), "utf-8")
    large_file(folder)
    (folder / "media/small.jpg").write_bytes(b"x")
    return inspect_bot(folder).faults


def test_an_unknown_code_is_a_wrong_use() -> None:
    with pytest.raises(UsageError, match="lost-chip"):
        explain("lost-chip")


def test_the_list_names_every_code() -> None:
    assert all(f"| `{code}` |" in list_of_codes() for code in CODES)
