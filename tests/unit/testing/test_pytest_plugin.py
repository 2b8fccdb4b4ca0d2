"""The plugin: a run of pytest over a folder that holds a bot and its tests."""

import importlib.metadata
import os
import subprocess
import sys
import tomllib
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from rbm_bots.cli.main import rbm
from tests.project_files import ROOT, read
from tests.unit.testing.shop import shop, written


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    return shop(tmp_path)


def run(folder, *args):
    command = (sys.executable, "-m", "pytest", "-p", "no:rbm_bots", "-p", "rbm_bots.testing.pytest_plugin")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ended = subprocess.run(
        (*command, "-p", "no:cacheprovider", "-v", *args),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_each_test_of_a_bot_is_an_item(folder):
    written(folder, "- user: menu\n- bot: any", "- user: menu\n- bot: {say: Bonjour}")
    (folder / "test_other.py").write_text("def test_other():\n    pass\n")
    code, out = run(folder)
    assert code == 1
    assert "shop.test.yaml::test 1 PASSED" in out
    assert "shop.test.yaml::test 2 FAILED" in out
    assert "test_other.py::test_other PASSED" in out
    assert "shop.test.yaml:11:9: the bot said something else" in out
    assert "got       bot: {card: Bienvenue, suggest: [Commander, Le site]}" in out
    assert "Traceback" not in out
    assert "rbm_bots/testing/run.py" not in out


def test_a_choice_by_words(folder):
    written(folder, "- user: menu\n- bot: any", "- user: menu\n- bot: {say: Bonjour}")
    code, out = run(folder, "-k", "shop and 1")
    assert (code, "1 deselected" in out) == (0, True)


def test_faults_are_told_as_lint_tells_them(folder):
    written(folder, "- usr: menu")
    code, out = run(folder)
    assert code == 2
    assert "shop.test.yaml:6:9: error: «usr» is no line of a talk [extra]" in out
    assert "hint: did you mean «user»?" in out
    assert "Traceback" not in out


def test_a_faulty_bot_fails_its_tests(folder):
    shop(folder, "rbm: 1\nbot: {id: x, name: X}\nstart: nowhere\nflows: {a: {steps: [{say: A}]}}\n")
    written(folder, "- user: menu\n- bot: any")
    code, out = run(folder)
    assert code == 1
    assert "bot.yaml:3:8: error: no flow is called «nowhere» [no-target]" in out


def test_the_option_writes_the_lines(folder):
    file = written(folder, "- user: menu", "- user: commande\n- bot: {say: x}", "- user: menu\n- bot: {say: y}")
    code, out = run(folder, "--rbm-update")
    assert (code, "3 passed" in out) == (0, True)
    assert file.read_text("utf-8").count("- bot: {card: Bienvenue, suggest: [Commander, Le site]}") == 2
    assert run(folder)[0] == 0


def test_answers_that_no_test_asks_for_fail_as_in_the_command(folder):
    file = written(folder, "- user: menu\n- bot: any", "- user: commande\n- bot: any")
    text = file.read_text("utf-8")
    answers = "actions:\n  orders.make: {returns: {}}\n  orders.drop: {returns: {}}\n"
    file.write_text(text.replace("tests:", f"{answers}tests:", 1))
    code, out = run(folder, "--junitxml", "pytest.xml")
    assert (code, "shop.test.yaml::actions FAILED" in out) == (1, True)
    assert "no test calls the action «orders.make», or not as often as it has answers" in out
    assert "no test calls the action «orders.drop»" in out
    assert "Traceback" not in out
    CliRunner().invoke(rbm, ["test", str(folder), "--junit", str(folder / "rbm.xml")])
    cases = [
        [(case.get("name"), len(case.findall("failure"))) for case in ET.parse(folder / file).iter("testcase")]
        for file in ("pytest.xml", "rbm.xml")
    ]
    assert cases[0] == cases[1] == [("test 1", 0), ("test 2", 0), ("actions", 1)]
    assert "1 passed" in run(folder, "-k", "test and 1")[1]


def test_answers_that_are_asked_for_pass_also_alone(folder):
    file = written(folder, "- user: commande\n- bot: any\n- user: petit\n- bot: any")
    text = file.read_text("utf-8")
    answer = "{returns: {ref: A, price: 3}}"
    file.write_text(text.replace("tests:", f"actions:\n  orders.make: {answer}\ntests:", 1))
    code, out = run(folder, "-k", "actions")
    assert (code, "shop.test.yaml::actions PASSED" in out) == (0, True)


def test_the_package_tells_pytest_of_its_plugin():
    written_in = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["entry-points"]["pytest11"]
    assert written_in == {"rbm_bots": "rbm_bots.testing.pytest_plugin"}
    known = {entry.name: entry.value for entry in importlib.metadata.entry_points(group="pytest11")}
    assert known.get("rbm_bots") == written_in["rbm_bots"]


def test_loading_it_loads_nothing_else():
    code = (
        "import sys, rbm_bots.testing.pytest_plugin; print(sorted(n for n in sys.modules if n.startswith('rbm_bots')))"
    )
    out = subprocess.run((sys.executable, "-c", code), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out.strip() == "['rbm_bots', 'rbm_bots.testing', 'rbm_bots.testing.pytest_plugin']"
