"""The tutorial, done as it says: its snippets pasted where they say, its commands run, its output seen.

The first snippet is the whole file. Each further one begins with a comment that says where it goes, and is pasted there
as it is, comment and all. A block that begins with ``# a file's name`` is that file. A ``text`` block is what
``rbm check`` says of the fault described. The last block with ``rbm: 1`` is what has come of it all.
"""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from rbm_bots.botfile.language import SLOTS
from rbm_bots.botfile.lint.turns import MESSAGES_MAX
from rbm_bots.botfile.load import check_bot, load_bot
from rbm_bots.cli.main import rbm
from rbm_bots.dialogue.limits import LIMITS
from rbm_bots.messages import V10, Text
from rbm_bots.testing import Play
from rbm_bots.testing.suite import cover, find_talk_files, run_files

TUTORIAL = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TUTORIAL, re.DOTALL)
WHOLE = [text for _, text in BLOCKS if text.startswith("rbm: 1")][-1]
FOLDER = Path("pizzeria")
BOT = FOLDER / "bot.yaml"


def pasted(bot: str, snippet: str) -> str:
    """The bot with a snippet in its place, as a person pastes it."""
    where = snippet.partition("\n")[0]
    if where == "# at the end of the file":
        return bot + snippet
    lines = bot.splitlines(keepends=True)
    if where == "# above «flows:»":
        at = lines.index("flows:\n")
        return "".join([*lines[:at], snippet, *lines[at:]])
    below = re.fullmatch(r"# in «(\w+):», below «(\w+)»", where)
    if below is not None:
        at = next(rank for rank, line in enumerate(lines) if line.startswith(f"  {below[2]}:"))
        return "".join([*lines[: at + 1], snippet, *lines[at + 1 :]])
    name = re.fullmatch(r"# in place of «(\w+)»", where)
    assert name is not None, f"no place: {where}"
    first = lines.index(f"  {name[1]}:\n")
    rest = lines[first + 1 :]
    after = next((rank for rank, line in enumerate(rest) if not line.startswith("    ")), len(rest))
    return "".join([*lines[:first], snippet, *rest[after:]])


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
            commands += [line for line in text.splitlines() if line.startswith("rbm ") and ran(line)]
        elif language == "text":
            assert fault() == text
    return commands


def write(text: str) -> None:
    """A snippet; the bot has no fault after it."""
    named = re.match(r"# (\S+\.yaml)\n", text)
    if named is not None:
        (FOLDER / named[1]).write_text(text, encoding="utf-8")
        return
    if text == WHOLE:
        return
    whole = text if text.startswith("rbm: 1") else pasted(BOT.read_text(encoding="utf-8"), text)
    BOT.write_text(whole, encoding="utf-8")
    _, faults = check_bot(FOLDER)
    assert [one.message for one in faults] == [], "after a snippet"


def ran(command: str) -> bool:
    _, name, *arguments = shlex.split(command.partition(">")[0], comments=True)
    if name == "dev":
        return False  # it runs until it is stopped; the browser tests run it
    output = told([name, *arguments], "Hello!\n/quit\n" if name == "talk" else "")
    if name == "check":
        assert output == "pizzeria: fine\n"
    elif name == "talk":
        assert "What can I do for you?" in output
    elif name == "test":
        assert "0 failed" in output
    elif name == "graph":
        assert output.startswith("<svg")
    return True


def fault() -> str:
    """What ``rbm check`` says after the mistake that the page describes."""
    right = BOT.read_text(encoding="utf-8")
    BOT.write_text(
        right.replace("- {reply: Order a pizza, goto: order}", "- {reply: Order a pizza, goto: ordre}"), "utf-8"
    )
    output = CliRunner().invoke(rbm, ["check", "pizzeria"]).output
    BOT.write_text(right, encoding="utf-8")
    return output


def test_it_can_be_done_as_written(done: list[str]) -> None:
    names = [command.split()[1] for command in done]
    assert names == ["check", "talk", "check", "test", "test", "preview", "graph", "new", "test"]
    bot, faults = check_bot(FOLDER)
    assert faults == ()
    assert bot is not None
    assert len(bot.flows) >= 5
    assert "How many?" in Path("pizzeria.html").read_text("utf-8")


def test_the_whole_file_at_the_end_is_what_was_pasted(done: list[str]) -> None:
    built = yaml.load(BOT.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    assert yaml.load(WHOLE, Loader=yaml.CBaseLoader) == built


def test_it_names_every_type_and_limit() -> None:
    limits = TUTORIAL.partition("## What fits where")[2].partition("## The whole file")[0]
    assert set(SLOTS) <= set(re.findall(r"`(\w+)`", limits))
    assert f"| messages in a row, before the bot waits | {LIMITS.messages} |" in limits
    assert LIMITS.messages == MESSAGES_MAX
    assert f"| {V10.label} characters |" in limits
    assert f"| {V10.chips} under a message, {V10.card_suggestions} in a card |" in limits


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


async def test_a_text_question_takes_any_words_and_there_is_a_way_out(done: list[str]) -> None:
    play = Play(load_bot(FOLDER), now=datetime(2026, 11, 24, 11, tzinfo=UTC))
    for words in ("Order", "regina", "2", "yes"):
        await play.say(words)
    (sent,) = await play.say("menu")
    assert sent.message.content == Text(text="Hello! What can I do for you?")
    for words in ("Order", "regina", "2", "yes", "are you open"):
        await play.say(words)
    assert play.slot("address") == "are you open"


def test_a_snippet_goes_where_it_says() -> None:
    bot = "rbm: 1\nslots:\n  x: {}\nflows:\n  a:\n    x: 1\n  b: {}\n"
    for snippet in (
        "# at the end of the file\n  c: {}\n",
        "# in place of «a»\n  a:\n    x: 2\n",
        "# above «flows:»\nfaq:\n  d: {}\n",
        "# in «slots:», below «x»\n  y: {}\n",
    ):
        bot = pasted(bot, snippet)
    assert yaml.load(bot, Loader=yaml.CBaseLoader) == {
        "rbm": "1", "slots": {"x": {}, "y": {}}, "faq": {"d": {}}, "flows": {"a": {"x": "2"}, "b": {}, "c": {}},
    }  # fmt: skip
