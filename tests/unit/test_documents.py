"""What the documents show works: bots load, settings are read, tables match the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest
from pydantic import BaseModel

from rbm_bots.accounts.billing import BillingSettings
from rbm_bots.botfile.load import check_bot
from rbm_bots.channels.maap.settings import MaapSettings
from rbm_bots.channels.sms.http.settings import (
    AnswerSettings,
    HttpTransportSettings,
    MessageSettings,
    ReportSettings,
    RequestSettings,
    WebhookSettings,
)
from rbm_bots.channels.sms.smpp import SmppTransportSettings
from rbm_bots.channels.sms.tls import TlsSettings
from rbm_bots.channels.sms.ucp.link_settings import UcpTransportSettings
from rbm_bots.cli.main import rbm
from rbm_bots.delivery.capability.settings import CapabilitySettings
from rbm_bots.emulator import EmulatorSettings
from rbm_bots.server.leg_settings import RulesTable, SmsCodeTable, WaitsTable
from rbm_bots.settings import Settings, load_settings
from rbm_bots.testing.suite import find_talk_files, run_files

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def blocks(language: str) -> list[tuple[str, str]]:
    pattern = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [(path.name, text) for path in DOCUMENTS for text in pattern.findall(path.read_text(encoding="utf-8"))]


def bots() -> list[tuple[str, dict[str, str]]]:
    """Each bot of a document as its files: after ``bot.yaml`` come blocks that begin with ``# the name of a file``."""
    found: list[tuple[str, dict[str, str]]] = []
    for path in DOCUMENTS:
        for text in re.findall(r"```(?:yaml|python)\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            named = re.match(r"# (\S+\.(?:yaml|py))\n", text)
            if text.startswith("rbm: 1"):
                found.append((path.name, {"bot.yaml": text}))
            elif named is not None and path.name != "tutorial.md":  # its bot grows: see test_tutorial
                found[-1][1][named[1]] = text
    return found


BOTS = bots()
WITH_TESTS = [(name, files) for name, files in BOTS if any(path.endswith(".test.yaml") for path in files)]
SETTINGS = blocks("toml")
COMMANDS = [line for _, text in blocks("sh") for line in text.splitlines() if line.startswith("rbm ")]


def test_there_are_examples_to_look_at() -> None:
    assert len(DOCUMENTS) >= 4
    assert len(BOTS) >= 12
    assert len(WITH_TESTS) >= 8
    assert SETTINGS
    assert len(COMMANDS) >= 4


def laid_out(files: dict[str, str], folder: Path) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("name", "files"), BOTS)
def test_a_bot_in_a_document_has_no_fault(name: str, files: dict[str, str], tmp_path: Path) -> None:
    laid_out(files, tmp_path)
    bot, faults = check_bot(tmp_path)
    assert bot is not None, name
    assert [fault.message for fault in faults] == []


@pytest.mark.parametrize(("name", "files"), WITH_TESTS)
async def test_conversations_in_a_document_pass(name: str, files: dict[str, str], tmp_path: Path) -> None:
    laid_out(files, tmp_path)
    results = await run_files(find_talk_files([tmp_path]))
    runs = [run for found in results for run in found.runs]
    assert runs, name
    assert [line for run in runs if run.result.failure is not None for line in run.result.failure.lines()] == []
    assert all(found.good for found in results)


@pytest.mark.parametrize(("name", "text"), SETTINGS)
def test_settings_in_a_document_are_read(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "rbm.toml"
    path.write_text(text, encoding="utf-8")
    assert load_settings(path).bots, name


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_in_a_document_exists(line: str) -> None:
    for command in re.findall(r"rbm ([a-z][a-z0-9]*)", line):
        assert command in rbm.list_commands(None), line  # type: ignore[arg-type]  # the group does not look at it


def table(model: type[BaseModel]) -> str:
    """The settings of a model as a table of the documents."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for name, field in model.model_fields.items():
        unset = field.default is None or str(field.default) == ""
        default = "required" if field.is_required() else "" if unset else f"`{field.default}`"
        rows.append(f"| `{name}` | {default} | {field.description or ''} |")
    return "\n".join(rows) + "\n"


def emulator_table() -> str:
    """The emulator's settings as a table: the default as ``--set`` takes it, the words, the meaning."""
    rows = ["| setting | default | takes | meaning |", "| --- | --- | --- | --- |"]
    for field in msgspec.inspect.type_info(EmulatorSettings).fields:  # type: ignore[attr-defined]  # a struct has them
        description = field.type.extra_json_schema["description"]
        kinds = getattr(field.type.type, "types", (field.type.type,))  # the members of a union, or the one type
        words = [word for kind in kinds for word in getattr(kind, "values", ())]
        value = getattr(EmulatorSettings(), field.name)
        plain = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        default = "" if plain in ("", "null") else f"`{plain}`"
        rows.append(f"| `{field.name}` | {default} | {', '.join(f'`{word}`' for word in words)} | {description} |")
    return "\n".join(rows) + "\n"


TABLES = [
    ("operations.md", "settings", table(Settings)),
    ("operations.md", "maap", table(MaapSettings)),
    ("emulator.md", "settings", emulator_table()),
    ("ledger.md", "billing", table(BillingSettings)),
    ("capability.md", "capability", table(CapabilitySettings)),
    ("delivery.md", "codes", table(SmsCodeTable)),
    ("delivery.md", "waits", table(WaitsTable)),
    ("delivery.md", "rules", table(RulesTable)),
    ("sms.md", "ucp", table(UcpTransportSettings)),
    ("sms.md", "http", table(HttpTransportSettings)),
    ("sms.md", "request", table(RequestSettings)),
    ("sms.md", "answer", table(AnswerSettings)),
    ("sms.md", "report", table(ReportSettings)),
    ("sms.md", "message", table(MessageSettings)),
    ("sms.md", "webhook", table(WebhookSettings)),
    ("sms.md", "smpp", table(SmppTransportSettings)),
    ("sms.md", "tls", table(TlsSettings)),
]


@pytest.mark.parametrize(("document", "name", "rows"), TABLES, ids=lambda value: value if len(value) < 20 else "")
def test_the_settings_table_is_the_codes(document: str, name: str, rows: str) -> None:
    """``python -m tests.unit.test_documents`` writes every table anew."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    written = re.search(rf"<!-- {name}: begin -->\n(.*?)<!-- {name}: end -->", text, re.DOTALL)
    assert written is not None
    assert written.group(1) == rows


def test_every_toml_block_is_toml() -> None:
    for _, text in SETTINGS:
        tomllib.loads(text)


if __name__ == "__main__":
    for document, name, rows in TABLES:
        path = ROOT / "docs" / document
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        head, rest = path.read_text(encoding="utf-8").split(begin)
        path.write_text(head + begin + rows + end + rest.split(end)[1], encoding="utf-8")
