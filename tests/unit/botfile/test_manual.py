"""The manual: its tables are those of the language, its examples work, and it leaves nothing out."""

from __future__ import annotations

import re

import pytest

from rbm_bots.botfile.filters import FILTERS
from rbm_bots.botfile.language import CHIPS, SHAPES, SLOTS, VERBS
from rbm_bots.botfile.load import inspect_bot
from rbm_bots.botfile.manual import filled, main
from tests.project_files import ROOT
from tests.unit.botfile.examples import completed

MANUAL = ROOT / "docs/bot-language.md"
PAGES = [MANUAL, ROOT / "docs/lint.md"]
TEXT = MANUAL.read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
TABLES = re.findall(r"<!-- table: ([a-z_ ]+) -->", TEXT)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_up_to_date(page) -> None:
    """When this fails: python -m rbm_bots.botfile.manual docs/bot-language.md docs/lint.md."""
    text = page.read_text("utf-8")
    assert filled(text) == text


def test_every_map_of_the_language_has_its_table() -> None:
    told = {"part", "handover_step", "paid_help_step", "query"}
    assert set(SHAPES) - told <= set(TABLES)
    assert {f"step {verb}" for verb in VERBS} <= set(TABLES)
    assert {f"suggestion {kind}" for kind in CHIPS} <= set(TABLES)
    own = {f"slot {name}" for name in SLOTS if name not in ("email", "location", "datetime")}
    assert own <= set(TABLES)
    assert len(TABLES) == len(set(TABLES)) > 50


def test_every_filter_is_explained() -> None:
    explained = TEXT[TEXT.index("| filter | gives |") :].split("\n\n")[0]
    assert all(f"`{name}" in explained for name in FILTERS)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_good_bot(example: str, tmp_path) -> None:
    assert len(EXAMPLES) >= 4
    (tmp_path / "bot.yaml").write_text(completed(example), "utf-8")
    assert inspect_bot(tmp_path).faults == ()


def test_a_table_is_written_anew_in_its_page(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Before\n<!-- table: step goto -->\nold\n<!-- end of table -->\nAfter\n", "utf-8")
    main([str(page)])
    text = page.read_text("utf-8")
    assert "old" not in text
    assert "| `goto` | target | **required** | where the talk goes on |" in text
    assert text.startswith("Before\n")
    assert text.endswith("\nAfter\n")
    with pytest.raises(KeyError):
        filled("<!-- table: nothing -->\n<!-- end of table -->")
