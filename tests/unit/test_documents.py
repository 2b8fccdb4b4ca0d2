"""What the documents show works: bots load, settings are read, tables match the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from rbm_bots.botfile.load import check_bot
from rbm_bots.channels.maap.settings import MaapSettings
from rbm_bots.cli.main import rbm
from rbm_bots.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def blocks(language: str) -> list[tuple[str, str]]:
    pattern = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [(path.name, text) for path in DOCUMENTS for text in pattern.findall(path.read_text(encoding="utf-8"))]


BOTS = [(name, text) for name, text in blocks("yaml") if text.startswith("rbm: 1")]
SETTINGS = blocks("toml")
COMMANDS = [line for _, text in blocks("sh") for line in text.splitlines() if line.startswith("rbm ")]


def test_there_are_examples_to_look_at() -> None:
    assert len(DOCUMENTS) >= 4
    assert BOTS
    assert SETTINGS
    assert len(COMMANDS) >= 4


@pytest.mark.parametrize(("name", "text"), BOTS)
def test_a_bot_in_a_document_has_no_fault(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "bot.yaml"
    path.write_text(text, encoding="utf-8")
    bot, faults = check_bot(path)
    assert bot is not None, name
    assert [fault.message for fault in faults] == []


@pytest.mark.parametrize(("name", "text"), SETTINGS)
def test_settings_in_a_document_are_read(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "rbm.toml"
    path.write_text(text, encoding="utf-8")
    assert load_settings(path).bots, name


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_in_a_document_exists(line: str) -> None:
    for command in re.findall(r"rbm ([a-z]+)", line):
        assert command in rbm.list_commands(None), line  # type: ignore[arg-type]  # the group does not look at it


def table(model: type[BaseModel]) -> str:
    """The settings of a model as a table of the documents."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for name, field in model.model_fields.items():
        default = "" if field.default in (None, "") else f"`{field.default}`"
        rows.append(f"| `{name}` | {default} | {field.description or ''} |")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(("name", "model"), [("settings", Settings), ("maap", MaapSettings)])
def test_the_settings_table_is_the_codes(name: str, model: type[BaseModel]) -> None:
    """``python -m tests.unit.test_documents`` writes both tables anew."""
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    written = re.search(rf"<!-- {name}: begin -->\n(.*?)<!-- {name}: end -->", text, re.DOTALL)
    assert written is not None
    assert written.group(1) == table(model)


def test_every_toml_block_is_toml() -> None:
    for _, text in SETTINGS:
        tomllib.loads(text)


if __name__ == "__main__":
    operations = ROOT / "docs/operations.md"
    text = operations.read_text(encoding="utf-8")
    for name, model in (("settings", Settings), ("maap", MaapSettings)):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        head, rest = text.split(begin)
        text = head + begin + table(model) + end + rest.split(end)[1]
    operations.write_text(text, encoding="utf-8")
