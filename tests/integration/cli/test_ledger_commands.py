"""``rbm ledger month`` and the others: over the database, and at a server that has it."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from rbm_bots.ledger.facts import Fact
from rbm_bots.store import NewEvent, open_store
from rbm_bots.store.schema import upgrade
from tests.acceptance.driver.operator import until
from tests.integration.accounts.playing import row_of
from tests.integration.cli.conftest import Command, Ended, Running

ROOT = Path(__file__).parents[3]
START = 1_772_442_000_000  # Monday 2 March 2026, 10:00 in Paris
MINUTE, HOUR = 60_000, 3_600_000
ANN, BEN = "7c41d0a9e2b35f8846d1", "0b9e6f2a47c81d3350ee"
PRICES = """
[[price]]
operator = "ORANGE"
product = "MU"
valid_from = "2026-01-01T00:00:00+01:00"
micros = 60000
source = "contract of 2026, annex 1"
"""
HEADER = "billing_event_id,type,agent_id,start_time,mt_messages,mo_messages\n"


def fact(kind: Any, msg: str, at: int, contact: str, what: Any = "text") -> NewEvent:
    made = Fact(id=f"{kind}-{msg}", type=kind, at_ms=START + at, msg=msg, bot="bakery", user=contact, kind=what)
    return row_of(made, campaign="galette")


def talks() -> list[NewEvent]:
    """Ann answers the second of two messages; Ben never answers."""
    return [
        fact("mt_delivered", "m1", 0, ANN),
        fact("mt_delivered", "m2", 25 * MINUTE, ANN),
        fact("mo", "u1", 2 * HOUR, ANN, "suggested_reply"),
        fact("mt_delivered", "m3", 2 * HOUR + 1000, ANN),
        fact("mo", "u2", 2 * HOUR + MINUTE, ANN),
        fact("mt_delivered", "m4", 0, BEN),
        fact("mo", "u3", 3 * HOUR, BEN, "action_tap"),
    ]


async def fill(url: str, rows: list[NewEvent]) -> None:
    await upgrade(url)
    store = await open_store(url)
    try:
        await store.append(rows)
    finally:
        await store.close()


def write_report(rows: str) -> None:
    Path("report.csv").write_text(HEADER + rows, encoding="utf-8")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database whose journal has two talks."""
    path = tmp_path_factory.mktemp("filled") / "rbm.db"
    asyncio.run(fill(f"sqlite:///{path}", talks()))
    return path


@pytest.fixture
def ledger(settings: Path, filled: Path) -> Path:
    """A deployment with that database, and a contract's price of a Message Unique."""
    Path("prices.toml").write_text(PRICES, encoding="utf-8")
    Path("data").mkdir()
    shutil.copyfile(filled, "data/rbm.db")
    with settings.open("a", encoding="utf-8") as file:
        file.write('[billing]\nprices = ["prices.toml"]\n')
    return settings


def test_a_month_is_printed(ledger: Path, command: Command) -> None:
    done = command("ledger", "month", "--month", "2026-03")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "2026-03  all  (provisional, grace; delivered messages; Europe/Paris; euro before VAT)"
    assert [line.split() for line in lines[1:3]] == [
        ["ORANGE", "CONVERSATION", "bakery", "1", "x", "0.095", "0.095"],
        ["ORANGE", "MU", "bakery", "2", "x", "0.06", "0.12"],
    ]
    assert lines[3] == "total HT 0.22, VAT 0.04, total TTC 0.26"


def test_a_month_is_written_in_every_format(ledger: Path, command: Command) -> None:
    names = ("csv", "parquet", "pdf", "html")
    options = [part for name in names for part in (f"--{name}", f"month.{name}")]
    done = command("ledger", "month", "--month", "2026-03", *options)
    assert (done.code, done.out) == (0, "".join(f"month.{name}: written\n" for name in names))
    assert all(Path(f"month.{name}").stat().st_size > 300 for name in names)
    with Path("month.csv").open(encoding="utf-8", newline="") as file:
        total = next(row for row in csv.DictReader(file) if row["section"] == "total_ht")
    said = json.loads(command("ledger", "month", "--month", "2026-03", "--json").out)
    assert (int(total["amount_micros"]), said["total_ht"]) == (220_000, 220_000)


def test_the_charges_behind_a_month_are_written(ledger: Path, command: Command) -> None:
    assert command("ledger", "month", "--month", "2026-03", "--charges", "c.csv").out == "c.csv: written\n"
    with Path("c.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(one["product"], one["contact"], one["amount_micros"]) for one in rows] == [
        ("MU", ANN, "60000"), ("MU", BEN, "60000"), ("CONVERSATION", ANN, "95000"),
    ]  # fmt: skip
    assert command("ledger", "explain", rows[2]["charge"]).code == 0


@pytest.mark.parametrize(("scope", "lines"), [("--bot=bakery", 2), ("--campaign=galette", 2), ("--operator=SFR", 0)])
def test_a_month_of_something(ledger: Path, command: Command, scope: str, lines: int) -> None:
    said = json.loads(command("ledger", "month", "--month", "2026-03", scope, "--json").out)
    assert len(said["lines"]) == lines


def test_closing_names_what_stands_in_the_way_and_then_closes(ledger: Path, command: Command) -> None:
    done = command("ledger", "close", "--month", "2026-03")
    assert (done.code, done.out) == (1, "cannot close: the reconciliation with ORANGE is not acknowledged\n")
    Path("report.csv").write_text(
        HEADER
        + "e1,a2p_conversation,bakery@x,2026-03-02T11:00:00Z,2,2\ne2,single_message,bakery@x,2026-03-02T09:00:00Z,1,0\n"
        "e3,single_message,bakery@x,2026-03-09T09:00:00Z,1,0\n",
        encoding="utf-8",
    )
    compared = command("ledger", "reconcile", "report.csv", "--month", "2026-03")
    assert compared.code == 1
    assert compared.out.splitlines()[0] == "2026-03  ORANGE"
    assert compared.out.splitlines()[-1] == "2 the same, 2 different"
    assert re.search(r"^only_ours .* the report does not have it$", compared.out, re.MULTILINE)
    accepted = command("ledger", "acknowledge", "--month", "2026-03", "--operator", "ORANGE", "--why", "one lost")
    assert accepted.out == "2026-03: the reconciliation with ORANGE is acknowledged, with 2 differences\n"
    assert command("ledger", "close", "--month", "2026-03", "--check").out == (
        "2026-03: nothing stands in the way of closing\n"
    )
    assert command("ledger", "close", "--month", "2026-03").out.startswith("2026-03: closed;")
    assert "closed;" in command("ledger", "month", "--month", "2026-03").out.splitlines()[0]
    assert command("ledger", "close", "--month", "2026-03").code == 1


def test_reconcile_prints_the_whole_object(ledger: Path, command: Command) -> None:
    write_report("e1,a2p_conversation,bakery@x,2026-03-02T11:00:00Z,2,2\n")
    done = command("ledger", "reconcile", "report.csv", "--month", "2026-03", "--json")
    said = json.loads(done.out)
    assert (done.code, set(said)) == (1, {"month", "operator", "totals", "lines", "counts"})
    assert said["totals"] == [
        {"product": "CONVERSATION", "ours": [1, 95_000], "theirs": [1, None], "difference": [0, None]},
        {"product": "MU", "ours": [2, 120_000], "theirs": [0, None], "difference": [2, None]},
    ]
    assert said["counts"] == {"same": 1, "amount_differs": 0, "type_differs": 0, "only_theirs": 0, "only_ours": 2}
    same = next(one for one in said["lines"] if one["outcome"] == "same")
    assert set(same) == {"outcome", "theirs", "ours"}
    assert (same["theirs"]["id"], same["ours"]["contact"], same["ours"]["micros"]) == ("e1", ANN, 95_000)


@pytest.mark.parametrize(("args", "code", "said"), [
    (("month", "--month", "march"), 2, "a month is written 2026-03"),
    (("explain", "bakery/nobody"), 2, "The ledger knows no such charge"),
    (("rerate", "--from", "soon"), 2, "a date is written 2026-01-31"),
    (("prices", "add", "ORANGE", "MU", "much", "--from", "2026-01-01", "--source", "x"), 2, "a price is euro"),
    (("prices", "add", "orange", "MU", "1", "--from", "2026-01-01", "--source", "x"), 2, "written in capitals"),
    (("reconcile", "rbm.toml", "--month", "2026-03"), 2, "no column type, start_time"),
    (("acknowledge", "--month", "2026-03", "--operator", "ORANGE", "--why", " "), 2, "says why"),
])  # fmt: skip
def test_what_a_person_did_wrong_is_one_line(
    ledger: Path, command: Command, args: tuple[str, ...], code: int, said: str
) -> None:
    done = command("ledger", *args)
    assert done.code == code
    assert said in done.said


def test_a_price_is_tried_then_entered(ledger: Path, command: Command) -> None:
    row = ("prices", "add", "ORANGE", "MU", "0.07", "--from", "2026-01-01", "--source", "annex 2")
    tried = command("ledger", *row, "--dry-run")
    assert tried.out.splitlines()[-1] == "2 conversations differ: 2 posted, 2 taken back, +0.02 euro"
    assert "annex 2" not in command("ledger", "prices", "list").out
    entered = command("ledger", *row)
    assert entered.out.splitlines()[-1] == "entered: ORANGE MU 0.07 from 2026-01-01"
    assert "annex 2" in command("ledger", "prices", "list", "--operator", "ORANGE").out
    assert "0.14" in command("ledger", "month", "--month", "2026-03").out


def test_rerating_says_what_would_change_and_orders_it(ledger: Path, command: Command) -> None:
    assert command("ledger", "rerate", "--from", "2026-01-01", "--dry-run").out == (
        "0 conversations differ: 0 posted, 0 taken back, 0.00 euro\n"
    )
    assert "ordered as run " in command("ledger", "rerate", "--from", "2026-01-01", "--why", "audit").out


def documented() -> list[tuple[str, str]]:
    """Each «rbm ledger explain» that README shows, and what it shows below."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```text\n\$ rbm (ledger explain [^\n]+)\n(.*?)```", text, re.DOTALL)


def test_the_readme_shows_what_explain_says(ledger: Path, command: Command) -> None:
    shown = documented()
    assert len(shown) == 2
    for line, said in shown:
        assert command(*line.split()).out == said


def test_explain_gives_json(ledger: Path, command: Command) -> None:
    said = json.loads(command("ledger", "explain", f"bakery/{ANN}", "--json").out)
    assert [one["product"] for one in said["bills"]] == ["MU", "CONVERSATION"]
    assert said["moments"][0]["kind"] == "held"


async def test_a_running_server_is_asked(
    ledger: Path, running: Running, command: Command, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.setenv("RBM_ADMIN_PORT", str(free_port))
    monkeypatch.setenv("RBM_ADMIN_TOKEN", "a-token-of-the-tests")
    write_report("e1,a2p_conversation,bakery@x,2026-03-02T11:00:00Z,2,2\n")

    async def ask(*args: str) -> Ended:
        return await asyncio.to_thread(command, "ledger", *args, "--month", "2026-03")

    async def rated() -> bool:
        return bool(json.loads((await ask("month", "--json")).out)["total_ht"] == 220_000)

    async with running("serve") as server:
        await until(rated, within_s=20)
        compared = await ask("reconcile", "report.csv", "--json")
        assert (compared.code, json.loads(compared.out)["counts"]["same"]) == (1, 1)
        assert (await ask("close")).out == "cannot close: the reconciliation with ORANGE is not acknowledged\n"
        missing = await asyncio.to_thread(command, "ledger", "explain", "bakery/nobody")
        assert (missing.code, "knows no such charge" in missing.said) == (2, True)
        monkeypatch.setenv("RBM_ADMIN_TOKEN", "another")
        assert "another admin token" in (await ask("month")).said
        monkeypatch.delenv("RBM_ADMIN_TOKEN")
        assert "set RBM_ADMIN_TOKEN for both" in (await ask("month")).said
        await server.stop()
