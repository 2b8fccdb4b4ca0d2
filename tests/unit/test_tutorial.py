"""The tutorial, done as it says: its snippets put together in their order, its commands run, its output seen.

A snippet without ``rbm: 1`` is added to the bot: an entry of a section that is there already takes its place. A block
that begins with ``# a file's name`` is that file. A ``text`` block is what ``rbm check`` says of the fault described.
"""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from rbm_bots.botfile.load import check_bot, load_bot
from rbm_bots.cli.main import rbm
from rbm_bots.testing import Play
from rbm_bots.testing.suite import cover, find_talk_files, run_files

TUTORIAL = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TUTORIAL, re.DOTALL)
FOLDER = Path("pizzeria")
BOT = FOLDER / "bot.yaml"


def sections(text: str) -> dict[str, str]:
    """Each top-level key with its lines."""
    found = re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)
    return {part.partition(":")[0]: part for part in found if part}


def entries(section: str) -> dict[str, str]:
    """Each entry of a section with its lines."""
    found = re.split(r"^(?=  \w+:)", section, flags=re.MULTILINE)[1:]
    return {part.strip().partition(":")[0]: part for part in found}


def added(bot: str, snippet: str) -> str:
    """The bot with a snippet written into it, as a person does."""
    whole = sections(bot)
    for name, section in sections(snippet).items():
        if name in whole:
            together = entries(whole[name]) | entries(section)
            whole[name] = f"{name}:\n" + "".join(together.values())
        else:
            whole[name] = section
    return "".join(whole.values())


def told(arguments: list[str], words: str = "") -> str:
    done = CliRunner().invoke(rbm, arguments, input=words)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything is done in an empty folder; the commands that were run."""
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir()
    commands: list[str] = []
    for language, text in BLOCKS:
        if language == "yaml":
            write(text)
        elif language == "sh":
            commands += [command for command in text.splitlines() if ran(command)]
        elif language == "text":
            assert fault() == text
    return commands


def write(text: str) -> None:
    """A snippet; the bot has no fault after it."""
    named = re.match(r"# (\S+\.yaml)\n", text)
    if named is not None:
        (FOLDER / named[1]).write_text(text, encoding="utf-8")
        return
    before = BOT.read_text(encoding="utf-8") if BOT.is_file() else ""
    BOT.write_text(text if text.startswith("rbm: 1") else added(before, text), encoding="utf-8")
    _, faults = check_bot(FOLDER)
    assert [one.message for one in faults if one.code != "unreached"] == [], "after a snippet"


def ran(command: str) -> bool:
    _, name, *arguments = shlex.split(command)
    if name == "dev":
        return False  # it runs until it is stopped; the browser tests run it
    output = told([name, *arguments], "Hello!\n/quit\n" if name == "talk" else "")
    if name == "check":
        assert output == "pizzeria: fine\n"
    elif name == "talk":
        assert "What can I do for you?" in output
    elif name == "test":
        assert "0 failed" in output
    return True


def fault() -> str:
    """What ``rbm check`` says after the mistake that the page describes."""
    right = BOT.read_text(encoding="utf-8")
    BOT.write_text(
        right.replace("{reply: Order a pizza, goto: order}", "{reply: Order a pizza, goto: ordre}", 1), "utf-8"
    )
    output = CliRunner().invoke(rbm, ["check", "pizzeria"]).output
    BOT.write_text(right, encoding="utf-8")
    return output


def test_it_can_be_done_as_written(done: list[str]) -> None:
    assert [command.split()[1] for command in done] == ["check", "talk", "check", "test", "new", "test"]
    bot, faults = check_bot(FOLDER)
    assert faults == ()
    assert bot is not None
    assert len(bot.flows) >= 5


async def test_its_tests_are_about_its_flows(done: list[str]) -> None:
    results = await run_files(find_talk_files([FOLDER]))
    (covered,) = cover(results)
    passed = {step.name.partition("/")[0] for step in covered.bot.flows["order"].steps}
    assert passed == {"order"}
    assert len(covered.never) < covered.steps / 2


@pytest.mark.parametrize("words", ["the veggie one please", "2", "Reginna", "MARGHERITA!"])
async def test_answers_are_understood_as_it_says(done: list[str], words: str) -> None:
    play = Play(load_bot(FOLDER), now=datetime(2026, 11, 24, 11, tzinfo=UTC))
    await play.say("Order")
    await play.say(words)
    assert play.slot("pizza") in ("margherita", "regina", "veggie")
    await play.say("three")
    assert play.slot("count") == 3


def test_a_snippet_takes_the_place_of_what_it_names() -> None:
    whole = added("rbm: 1\nflows:\n  a:\n    x: 1\n  b: {}\n", "flows:\n  a:\n    x: 2\nfaq:\n  c: {}\n")
    assert yaml.load(whole, Loader=yaml.CBaseLoader) == {
        "rbm": "1", "flows": {"a": {"x": "2"}, "b": {}}, "faq": {"c": {}},
    }  # fmt: skip
