"""``rbm test`` as a person and a build server use it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from rbm_bots.cli.test import test as command
from tests.unit.testing.shop import shop, written


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return shop(tmp_path)


def run(*args: str) -> Result:
    result = CliRunner().invoke(command, args)
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_what_passes_and_what_fails(folder: Path) -> None:
    written(folder, "- user: menu\n- bot: any", "- user: menu\n- bot: {say: Bonjour}")
    result = run()
    assert result.exit_code == 1
    assert result.output == (
        "shop.test.yaml\n"
        "  ok    test 1\n"
        "  FAIL  test 2\n"
        "        shop.test.yaml:11:9: the bot said something else\n"
        "            expected  say: Bonjour\n"
        "            got       bot: {card: Bienvenue, suggest: [Commander, Le site]}\n"
        "1 passed, 1 failed\n"
    )


def test_words_choose(folder: Path) -> None:
    written(folder, "- user: menu\n- bot: any", "- user: menu\n- bot: {say: Bonjour}")
    result = run("-k", "not 2")
    assert (result.exit_code, "1 passed, 0 failed" in result.output) == (0, True)


def test_steps_that_nobody_reached(folder: Path) -> None:
    written(folder, "- user: menu\n- bot: any")
    result = run("--cov", ".")
    assert result.exit_code == 0
    assert "shop: 1 of 10 steps reached\n  never: bot.yaml:21  order/size\n" in result.output


def test_an_update_is_told_and_done(folder: Path) -> None:
    file = written(folder, "- user: menu\n- bot: {say: Bonjour}")
    result = run("--update", str(file))
    assert (result.exit_code, "  updated: 1 line\n  ok    test 1\n" in result.output) == (0, True)
    assert "- bot: {card: Bienvenue" in file.read_text("utf-8")
    assert "updated" not in run("--update", str(file)).output


def test_a_report_is_written(folder: Path) -> None:
    written(folder, "- user: menu\n- bot: {say: Bonjour}")
    assert run("--junit", "out.xml").exit_code == 1
    assert ET.fromstring((folder / "out.xml").read_bytes()).get("failures") == "1"


def test_faults_are_told_like_those_of_a_bot(folder: Path) -> None:
    written(folder, "- usr: menu")
    result = run()
    assert result.exit_code == 1
    assert result.output.startswith(
        "shop.test.yaml:6:9: error: «usr» is no line of a talk [extra]\n          - usr: menu\n"
    )


def test_no_test_is_a_failure(folder: Path) -> None:
    result = run()
    assert (result.exit_code, result.stderr) == (
        1,
        "rbm test: no test was found, and that is a failure (a test stands in a file *.test.yaml)\n",
    )
    written(folder, "- user: menu\n- bot: any")
    assert run("-k", "nothing").exit_code == 1


def test_wrong_use(folder: Path) -> None:
    for args in (["nowhere"], ["--junit"], ["--loud"]):
        assert run(*args).exit_code == 2
