"""``rbm campaign`` as its owner uses it: plan, run, look, pause, cancel, report; with a server and without."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from rbm_bots.cli.main import rbm
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import development_keys

SETTINGS = """
database = "sqlite:///{folder}/rbm.db"
key_file = "{folder}/keys.json"
[applications.APP1.settings]
auth_mode = "gsma_only"
gsma_token = "static"
api_base = "http://127.0.0.1:9"
quota_per_s = 30
[bots.contest]
path = "{bot}"
application = "APP1"
token = "token"
webhook_auth = {{kind = "header", name = "X-Secret", value = "token"}}
"""
CAMPAIGN = """
campaign: winter
bot: contest
audience: {csv: people.csv, number: mobile, reference: id}
columns: {first_name: {column: prenom, otherwise: vous}}
variants:
  - {name: a, share: 50, message: {text: "Bonjour {{ first_name }}"}}
  - {name: b, share: 50, scene: invite}
holdout: 10
testers: {me: "+33639980099"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment whose server does not run."""
    bot = Path(__file__).parents[3] / "bots" / "contest"
    (tmp_path / "rbm.toml").write_text(SETTINGS.format(folder=tmp_path, bot=bot))
    (tmp_path / "winter.yaml").write_text(CAMPAIGN)
    rows = [f"{n};063998{n:04d};P{n}" for n in range(1200)]
    (tmp_path / "people.csv").write_text("\n".join(["id;mobile;prenom", *rows, "x;12;A", "y;0639980001;B"]))
    development_keys(tmp_path / "keys.json")
    asyncio.run(upgrade(f"sqlite:///{tmp_path}/rbm.db"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(rbm, ["campaign", *words])


def said(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_plan_says_what_would_happen_and_shows_no_number(folder: Path) -> None:
    text = said("plan", "winter.yaml")
    for line in (
        "1,200 people in 1,202 rows",
        "  1 with no number, first in line 1202",
        "  1 with a number again, first in line 1203",
        "  unknown: 1,200 (100.0 %)",
        "about: holdout 120, a 540, b 540",
        "1080 messages",
        "36 s at 30 a second",
        "  sms only: 0 by RCS, 1,200 by SMS, 0 not at all: 36.00 €",
    ):
        assert line in text.replace("1,080", "1080"), text
    assert "6399" not in text
    found = json.loads(said("plan", "winter.yaml", "--json"))
    assert (found["people"], found["messages"], found["seconds"], found["fits"]) == (1200, 1080, 36, True)
    assert found["invalid"] == {"count": 1, "first_lines": [1202]}
    assert said("status").strip() == "there is no campaign yet", "nothing was stored"


def test_a_plan_needs_no_database(folder: Path) -> None:
    (folder / "rbm.db").unlink()
    assert "nobody was asked who can be reached: the database is at version none" in said("plan", "winter.yaml")


def test_one_that_does_not_fit_is_refused_with_the_arithmetic(folder: Path) -> None:
    ends = "schedule: {starts: 2026-11-24T09:00+01:00, ends: 2026-11-24T09:00:10+01:00}"
    (folder / "winter.yaml").write_text(CAMPAIGN + ends)
    planned = run("plan", "winter.yaml")
    assert planned.exit_code == 1
    assert "it does not fit: 1,080 messages take 36 s at 30 a second" in planned.stdout
    started = run("run", "winter.yaml")
    assert started.exit_code == 1
    assert "780 too many" in started.stderr
    assert said("status").strip() == "there is no campaign yet"


def test_an_sms_side_that_is_slower_is_said(folder: Path) -> None:
    settings = (folder / "rbm.toml").read_text()
    code = "[sms.codes.36123]\noperations_per_s = 10\n[sms.codes.36123.transport]\n"
    code += 'kind = "ucp"\nhosts = ["127.0.0.1:9"]\naccount = "36123"\npassword = "secret"\n'
    (folder / "rbm.toml").write_text(settings.replace('path = "', 'sms = "36123"\npath = "', 1) + code)
    text = run("plan", "winter.yaml", "--sms", "50")
    assert "the short code is the slower side: 54 s, where RCS alone takes 36 s" in text.output


def test_it_runs_is_looked_at_paused_resumed_and_ended(folder: Path) -> None:
    assert said("run", "winter.yaml").startswith("winter runs: 1,200 people")
    again = run("run", "winter.yaml")
    assert (again.exit_code, "there is a campaign winter already: running" in again.stderr) == (2, True)
    assert said("status") == "winter  running\n"
    text = said("status", "winter")
    assert "winter: running since" in text
    assert "1,200 people: held out" in text
    assert "left out: again 1, no number 1" in text
    assert said("pause", "winter") == "winter is paused; nothing more leaves\n"
    assert json.loads(said("status", "winter", "--json"))["why"] == "by hand"
    assert said("resume", "winter") == "winter goes on\n"
    assert said("cancel", "winter") == "winter is cancelled; 0 messages were taken back before they left\n"
    assert "cannot be resumed: it is cancelled (by hand)" in run("resume", "winter").stderr
    assert "cancelled" in said("status", "winter", "--follow")


def test_the_report_is_a_file_of_the_brands_own_keys(folder: Path) -> None:
    said("run", "winter.yaml")
    lines = list(csv.DictReader(io.StringIO(said("report", "winter"))))
    assert len(lines) == 1200
    assert {line["reference"] for line in lines} == {str(n) for n in range(1200)}
    assert {line["outcome"] for line in lines} == {"waiting", "held_out"}
    assert "+33" not in json.dumps(lines)
    assert said("report", "winter", "--with", "mobile", "--out", "r.csv") == "r.csv: 1,200 people\n"
    assert {line["mobile"] for line in csv.DictReader((folder / "r.csv").read_text().splitlines())} == {
        f"+3363998{n:04d}" for n in range(1200)
    }
    assert said("report", "winter", "--with", "first_name", "--out", "r.parquet") == "r.parquet: 1,200 people\n"
    with duckdb.connect() as connection:
        [count] = connection.execute("SELECT count(DISTINCT first_name) FROM 'r.parquet'").fetchone() or (0,)
    assert count == 1200
    assert "keeps no column «age»" in run("report", "winter", "--with", "age").stderr


def test_a_test_goes_to_a_tester(folder: Path) -> None:
    assert said("run", "winter.yaml", "--to", "me").startswith("a test is queued for contact ")
    assert said("run", "winter.yaml", "--to", "+33639980099", "--variant", "b").startswith("a test is queued")
    for to, says in (("+33639980001", "not among the testers"), ("nobody", "neither a number nor the name")):
        refused = run("run", "winter.yaml", "--to", to)
        assert (refused.exit_code, says in refused.stderr) == (2, True), refused.stderr


WRONG = [
    (("plan", "none.yaml"), 2, "cannot be read: No such file"),
    (("status", "none"), 2, "there is no campaign none"),
    (("pause", "none"), 2, "there is no campaign none"),
    (("report", "none"), 2, "there is no campaign none"),
    (("plan",), 2, "Missing argument 'FILE'"),
]


@pytest.mark.parametrize(("words", "status", "says"), WRONG, ids=[" ".join(one[0]) for one in WRONG])
def test_what_cannot_be_done_is_said_in_one_line(folder: Path, words: tuple[str, ...], status: int, says: str) -> None:
    result = run(*words)
    assert (result.exit_code, says in result.stderr) == (status, True), result.output
    assert "Traceback" not in result.output


def test_all_faults_of_a_file_are_shown_with_their_lines(folder: Path) -> None:
    (folder / "winter.yaml").write_text("campaign: W\nbot: contst\naudience: {csv: none.csv}\nholdout: 90\n")
    result = run("plan", "winter.yaml")
    assert result.exit_code == 1
    for line in (
        "winter.yaml:1:11: error:",
        "winter.yaml:2:6: error:",
        "winter.yaml:3:17: error:",
        "winter.yaml:4:10:",
    ):
        assert line in result.stderr
    assert "did you mean «contest»?" in result.stderr


def test_an_audience_without_the_columns_is_refused(folder: Path) -> None:
    (folder / "people.csv").write_text("id;phone;prenom\n1;0639980001;A\n")
    result = run("plan", "winter.yaml")
    assert (result.exit_code, "the audience has no column «mobile»" in result.stderr) == (2, True)


def test_an_audience_of_nobody_does_not_start(folder: Path) -> None:
    (folder / "people.csv").write_text("id;mobile;prenom\n1;12;A\n")
    assert "nobody in this audience can be reached" in run("run", "winter.yaml").stderr
