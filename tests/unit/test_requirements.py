"""docs/requirements.md and what code, tests and bots cite are the same rows."""

from __future__ import annotations

import re
from pathlib import Path

from tests.project_files import ROOT, read, text_files

ROW = re.compile(r"\b(?:S2-\d+|RCC\.\d+(?: (?:\d+(?:\.\d+)+|R\d+(?:-\d+)+))?)")
PLACES = ("rbm_bots", "templates", "tests", "bots")
TABLE = re.compile(r"^\| `([^`]+)` \| (.+) \| (.+) \|$", re.MULTILINE)


def cited() -> dict[str, set[Path]]:
    """Each row and the files that cite it."""
    found: dict[str, set[Path]] = {}
    for place in PLACES:
        for path in text_files(ROOT / place):
            for row in ROW.findall(read(path)):
                found.setdefault(row, set()).add(path)
    return found


def told() -> dict[str, list[Path]]:
    """Each row of the page and the files it names."""
    rows = TABLE.findall(read(ROOT / "docs" / "requirements.md"))
    assert len({row for row, _, _ in rows}) == len(rows)
    return {row: [ROOT / path for path in re.findall(r"`([^`]+)`", where)] for row, _, where in rows}


def test_every_cited_row_is_told_and_every_told_row_is_cited() -> None:
    assert len(cited()) >= 12
    assert set(told()) == set(cited())


def test_each_row_is_kept_where_the_page_says() -> None:
    rows, citing = told(), cited()
    assert rows
    assert [str(path) for paths in rows.values() for path in paths if not path.exists()] == []
    assert [row for row, paths in rows.items() if not citing[row] & set(paths)] == []


def test_every_module_that_cites_a_row_is_named() -> None:
    rows = told()
    modules = [
        (row, path) for row, paths in cited().items() for path in paths if path.is_relative_to(ROOT / "rbm_bots")
    ]
    assert modules
    assert [f"{row}: {path}" for row, path in modules if path not in rows[row]] == []
