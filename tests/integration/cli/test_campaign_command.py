"""``rbm campaign`` as its owner uses it: plan, run, look, pause, cancel, report; with a server and without."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from functools import partial
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, insert

from rbm_bots.cli.campaign_planning import spread
from rbm_bots.cli.main import rbm
from rbm_bots.clock import SystemClock, to_ms
from rbm_bots.store import capability, contacts, open_store, retention
from rbm_bots.store.base import table
from rbm_bots.store.capability import Learned
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Seal, development_keys
from rbm_bots.store.tables import ChargeRow

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
NOW = to_ms(SystemClock().now())
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
        "what is known of them:",
        "it takes 36 s at 30 a second",
        "by RCS alone",
        "5 % are expected to answer, a guess: --answers says it better",
        "the cost is not known: prices are missing",
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
    assert said("run", "winter.yaml").startswith("winter has its 1,200 people; a running server sends.")
    again = run("run", "winter.yaml")
    assert (again.exit_code, "there is a campaign winter already: running" in again.stderr) == (2, True)
    assert said("status") == "winter  running\n"
    text = said("status", "winter")
    assert "winter: running; since" in text
    assert "1,200 people: held out" in text
    assert "left out: again 1, no number 1" in text
    assert said("pause", "winter") == "winter is paused; nothing more leaves\n"
    assert json.loads(said("status", "winter", "--json"))["why"] == "by hand"
    assert "winter: paused, by hand; since " in said("status", "winter")
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
    refused = run("report", "winter", "--with", "age", "--out", "age.csv")
    assert "keeps no column «age»" in refused.stderr
    assert not (folder / "age.csv").exists()


def test_a_report_says_that_the_columns_are_gone(folder: Path) -> None:
    said("run", "winter.yaml")
    said("cancel", "winter")
    asyncio.run(_forget(f"sqlite:///{folder}/rbm.db"))
    result = run("report", "winter", "--with", "first_name", "--with", "mobile")
    assert result.exit_code == 0
    assert "references and columns of its audience are gone" in result.stderr
    lines = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {(line["reference"], line["first_name"]) for line in lines} == {("", "")}
    assert len({line["mobile"] for line in lines}) == 1200


async def _forget(database: str) -> None:
    store = await open_store(database)
    await store.write(partial(retention.prune_cells, campaign="winter", after="", most=2000))
    await store.close()


def priced(folder: Path, *rows: tuple[str, str, int]) -> None:
    """The contract's prices, in the settings; the bot has a short code."""
    start = 'valid_from = "2026-01-01T00:00:00+01:00"'
    texts = [
        f'[[price]]\noperator = "{operator}"\nproduct = "{product}"\n{start}\nmicros = {micros}\nsource = "contract"\n'
        for operator, product, micros in rows
    ]
    (folder / "prices.toml").write_text("\n".join(texts))
    settings, billing = (folder / "rbm.toml").read_text(), '[billing]\nprices = ["prices.toml"]\n'
    settings = settings.replace("[applications", f"{billing}[applications", 1)
    (folder / "rbm.toml").write_text(settings)


async def _known(database: str, keys: Path) -> None:
    """Of the audience 600 have RCS at Orange and 300 at SFR; the bot's last campaigns were answered by one in eight."""
    store = await open_store(database)
    seal = Seal(development_keys(keys))

    def work(connection: Connection) -> None:
        found = contacts.ensure_contacts(connection, seal, [f"+3363998{n:04d}" for n in range(900)], now_ms=NOW)
        who = list(found.values())
        rows = [Learned(contact_id=one, bot="contest", answer="rcs", source="bulk", at=NOW) for one in who]
        capability.learned(connection, rows)
        capability.note_operators(connection, dict.fromkeys(who[:600], "orange"), now_ms=NOW)
        capability.note_operators(connection, dict.fromkeys(who[600:], "sfr"), now_ms=NOW)
        for number in range(200):
            product = "MU" if number % 8 else "CONVERSATION"
            row = ChargeRow(
                charge_id=str(number), product=product, bot="contest", contact_id="c", brand="contest",
                campaign="autumn", operator="ORANGE", anchor="a", at=NOW, until=NOW, month="2026-01",
                booked_in="2026-01", state="posted", micros=1, written_at=NOW, changed_at=NOW,
            )  # fmt: skip
            connection.execute(insert(table(ChargeRow)), row.model_dump())

    await store.write(work)
    await store.close()


def test_a_plan_prices_people_by_their_operator_and_answers_as_observed(folder: Path) -> None:
    priced(folder, ("ORANGE", "MU", 60_000), ("SFR", "MU", 50_000), ("SFR", "CONVERSATION", 80_000))
    served = '[capability]\nserved = ["orange", "sfr"]\ntry_unknown = true\n'
    (folder / "rbm.toml").write_text((folder / "rbm.toml").read_text() + served)
    asyncio.run(_known(f"sqlite:///{folder}/rbm.db", folder / "keys.json"))
    text = said("plan", "winter.yaml")
    for line in (
        "12.5 % are expected to answer, as in this bot's last campaigns: 25 of 200 messages",
        "  ORANGE: 810 people, 52.14375 €",  # 600 and the 300 unknown ones of 1,200, less the hold-out
        "  SFR: 270 people, 14.5125 €",
    ):
        assert line in text, text
    assert "20 % are expected to answer, as --answers says" in said("plan", "winter.yaml", "--answers", "20")
    found = json.loads(said("plan", "winter.yaml", "--json"))
    assert found["answers"] == {"share": 0.125, "source": "observed", "answered": 25, "rated": 200}
    assert {one["operator"]: one["recipients"] for one in found["cost"]["operators"]} == {"ORANGE": 810, "SFR": 270}


def test_an_operator_without_a_price_is_named(folder: Path) -> None:
    priced(folder, ("ORANGE", "MU", 60_000))
    (folder / "rbm.toml").write_text((folder / "rbm.toml").read_text() + '[capability]\nserved = ["orange", "sfr"]\n')
    asyncio.run(_known(f"sqlite:///{folder}/rbm.db", folder / "keys.json"))
    text = said("plan", "winter.yaml")
    assert "the cost is not known: prices are missing" in text
    assert "no price for MU of SFR" in text


@pytest.mark.parametrize(
    ("budget", "says"),
    [("10", "budget: 10.00 € a month, the worst case of 105 people; then it pauses"),
     ("500", "budget: 500.00 € a month, enough if everybody answers")],
)  # fmt: skip
def test_a_plan_says_whether_the_budget_is_enough(folder: Path, budget: str, says: str) -> None:
    priced(folder, ("ORANGE", "MU", 60_000))
    (folder / "winter.yaml").write_text(f"{CAMPAIGN}budget: {budget}\n")
    assert says in said("plan", "winter.yaml")


def test_a_budget_without_prices_is_told_before_it_is_refused(folder: Path) -> None:
    (folder / "winter.yaml").write_text(f"{CAMPAIGN}budget: 10\n")
    assert "budget: it does not start without all prices" in said("plan", "winter.yaml")
    assert "no price for ORANGE MU" in run("run", "winter.yaml").stderr


def test_a_budget_may_be_given_when_it_goes_on(folder: Path) -> None:
    priced(folder, ("ORANGE", "MU", 60_000))
    said("run", "winter.yaml")
    said("pause", "winter")
    assert "the budget of winter is spent" in run("resume", "winter", "--budget", "0.01").stderr
    assert said("resume", "winter", "--budget", "12.50") == "winter goes on\n"
    text = said("status", "winter")
    assert "budget of the month: 12.50 €; 0.00 € spent or reserved, of which 0.00 € are posted" in text


@pytest.mark.parametrize("people", [0, 1, 7, 1080])
def test_people_are_spread_in_proportion_and_nobody_is_lost(people: int) -> None:
    found = spread(people, {"ORANGE": 600, "SFR": 300, "BOUYGUES": 1})
    assert sum(found.values()) == people
    assert 0 not in found.values()


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


def test_an_audience_in_the_place_of_the_campaign_is_not_shown(folder: Path) -> None:
    (folder / "bare.csv").write_text("0639980001;A\n0639980002;B\n")
    for file in ("people.csv", "bare.csv"):
        result = run("plan", file)
        assert result.exit_code == 1
        assert "this is no campaign file" in result.stderr
        assert "063998" not in result.output


def test_an_audience_without_the_columns_is_refused(folder: Path) -> None:
    (folder / "people.csv").write_text("id;phone;prenom\n1;0639980001;A\n")
    result = run("plan", "winter.yaml")
    assert (result.exit_code, "the audience has no column «mobile»" in result.stderr) == (2, True)


def test_an_audience_of_nobody_does_not_start(folder: Path) -> None:
    (folder / "people.csv").write_text("id;mobile;prenom\n1;12;A\n")
    assert "nobody in this audience can be reached" in run("run", "winter.yaml").stderr
