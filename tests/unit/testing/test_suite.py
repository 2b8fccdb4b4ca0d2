"""Many files: finding them, choosing among them, what no test reached, and the report for build servers."""

import asyncio
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from rbm_bots.testing.junit import junit_xml
from rbm_bots.testing.suite import cover, find_talk_files, run_files, selects
from tests.unit.testing.shop import SOLD, shop, written

CASES = Path(__file__).parents[2] / "cases" / "bots"


def test_the_conversations_of_the_language_pass():
    results = asyncio.run(run_files(find_talk_files([CASES])))
    runs = [run for found in results for run in found.runs]
    assert len(runs) >= 6
    assert [run.result.failure for run in runs if run.result.failure is not None] == []
    assert all(found.good for found in results)


def test_files_are_found_once_and_hidden_folders_left_alone(tmp_path):
    for name in ("b/x.test.yaml", "a.test.yaml", ".venv/c.test.yaml", "d.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = find_talk_files([tmp_path, tmp_path / "b" / "x.test.yaml", tmp_path / "d.yaml"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a.test.yaml", "b/x.test.yaml", "d.yaml"]
    assert find_talk_files([tmp_path / "nothing"]) == [tmp_path / "nothing"]


@pytest.mark.parametrize(
    ("words", "name", "chosen"),
    [
        ("", "anything", True),
        ("menu", "x::The MENU opens", True),
        ("menu and sms", "x::menu by sms", True),
        ("menu and not sms", "x::menu by sms", False),
        ("not sms", "x::menu", True),
        ("sms or menu", "x::menu", True),
        ("menu or sms and chip", "x::sms", False),
    ],
)
def test_tests_are_chosen_by_words(words, name, chosen):
    assert selects(words)(name) is chosen


def test_steps_that_no_test_of_a_bot_reached(tmp_path):
    written(shop(tmp_path), "- user: menu\n- bot: any", name="a")
    written(
        tmp_path,
        f"actions: {{{SOLD}}}\ntalk:\n  - user: commande\n  - bot: any\n  - user: petit\n  - bot: any",
        name="b",
    )
    results = asyncio.run(run_files(find_talk_files([tmp_path])))
    (covered,) = cover(results)
    assert (covered.bot.id, covered.steps) == ("shop", 10)
    never = [(step.name, step.mark.line) for step in covered.never]
    assert never == [
        ("late/say1", 32), ("tell/place", 36), ("tell/proof", 37), ("tell/count", 38), ("tell/say1", 39),
        ("news/say1", 44),
    ]  # fmt: skip


def test_a_report_for_build_servers(tmp_path):
    written(shop(tmp_path), "- user: menu\n- bot: any", '- user: "menu\\e"\n- bot: {say: <&>}', name="a")
    written(tmp_path, "- usr: menu", name="b")
    head = f"bot: bot.yaml\nnow: 2026-11-23T09:00+01:00\nactions: {{{SOLD}}}\n"
    written(tmp_path, "- user: menu\n- bot: any", name="c", head=head)
    root = ET.fromstring(junit_xml(asyncio.run(run_files(find_talk_files([tmp_path])))))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "2", "1")
    suites = {Path(suite.get("name")).name: suite for suite in root}
    good, bad = suites["a.test.yaml"]
    assert (good.get("name"), good.get("line"), len(good)) == ("test 1", "4", 0)
    assert float(good.get("time")) >= 0
    assert "the bot sent" not in bad[0].get("message")
    assert 'expected  say: "<&>"' in bad[0].text
    (unread,) = suites["b.test.yaml"]
    assert (unread[0].tag, "«usr» is no line of a talk" in unread[0].text) == ("error", True)
    assert [case.get("name") for case in suites["c.test.yaml"]] == ["test 1", "actions"]


def test_what_xml_cannot_hold_is_a_question_mark(tmp_path):
    written(shop(tmp_path), '- user: menu\n- bot: {say: "\\x01"}')
    root = ET.fromstring(junit_xml(asyncio.run(run_files(find_talk_files([tmp_path])))))
    assert root.get("failures") == "1"
