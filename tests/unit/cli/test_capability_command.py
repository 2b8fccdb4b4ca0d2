"""``rbm capability``: what a person reads, and what is wrong in one line."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection

from rbm_bots.cli.main import rbm
from rbm_bots.clock import SystemClock, to_ms
from rbm_bots.store import capability, contacts, guard, open_store
from rbm_bots.store.capability import Learned
from rbm_bots.store.guard import Attempt
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Seal, development_keys

BOT = """rbm: 1
bot: {id: shop, name: La Boutique, languages: [fr]}
start: hello
flows:
  hello:
    steps: [{say: Bonjour.}]
"""
SETTINGS = """
database = "sqlite:///{folder}/rbm.db"
key_file = "{folder}/keys.json"
[applications.APP1.settings]
auth_mode = "gsma_only"
[bots.shop]
path = "{folder}/shop"
application = "APP1"
webhook_auth = {{kind = "none"}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A deployment with three people: one with RCS, one without, one nobody tested."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "bot.yaml").write_text(BOT, encoding="utf-8")
    path = tmp_path / "rbm.toml"
    path.write_text(SETTINGS.format(folder=tmp_path), encoding="utf-8")
    seal = Seal(development_keys(tmp_path / "keys.json"))

    def fill(connection: Connection) -> None:
        now_ms = to_ms(SystemClock().now())
        people = [
            contacts.ensure_contact(connection, seal, kind="msisdn", address=f"+336399800{n:02}", now_ms=now_ms)
            for n in range(3)
        ]
        capability.want(connection, "shop", people)
        answers = zip(people, ("rcs", "none"), strict=False)
        rows = [Learned(contact_id=one, bot="shop", answer=word, source="bulk", at=now_ms) for one, word in answers]
        capability.learned(connection, rows)
        sends = [Attempt(message_id=f"m{n}", campaign="spring", missed=n < 16) for n in range(100)]
        guard.add(connection, "APP1", sends)
        guard.mark_held(connection, "campaign", "spring", now_ms=to_ms(datetime(2026, 1, 15, tzinfo=UTC)))

    async def prepare() -> None:
        url = f"sqlite:///{tmp_path}/rbm.db"
        await upgrade(url)
        store = await open_store(url)
        await store.write(partial(fill))
        await store.close()

    asyncio.run(prepare())
    return path


def said(*args: str) -> Result:
    return CliRunner().invoke(rbm, ["capability", *args])


def test_a_report_for_people(config: Path) -> None:
    found = said("report", "--config", str(config), "--rcs", "0.095", "shop")
    assert found.exit_code == 0, found.output
    assert [line.split() for line in found.output.splitlines()[:2]] == [
        ["rcs", "1", "33.33", "%"],
        ["sms_only", "1", "33.33", "%"],
    ]
    assert "plan rcs_only: 1 by RCS, 0 by SMS, 2 not reached; 0.095 €" in found.output
    assert "plan sms_only: 0 by RCS, 3 by SMS, 0 not reached; price unknown" in found.output


def test_a_report_for_programs(config: Path) -> None:
    found = json.loads(said("report", "--config", str(config), "--json", "shop").output)
    assert found["total"] == 3


def test_ratios_and_their_end(config: Path) -> None:
    assert said("ratios", "--config", str(config)).output.splitlines() == [
        "application APP1: 16.00 % (16 of 100), over",
        "campaign spring: 16.00 % (16 of 100), held",
    ]
    assert said("resume", "--config", str(config), "campaign", "spring").output == (
        "counted anew; campaigns that go on: none\n"
    )
    assert said("resume", "--config", str(config), "application", "APP1").exit_code == 0
    assert said("ratios", "--config", str(config)).output.splitlines() == [
        "application APP1: 0.00 % (0 of 0), clear",
        "campaign spring: 0.00 % (0 of 0), clear",
    ]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("report", "--rcs", "cheap", "shop"), "an amount in euro"),
        (("report", "--rcs", "0.0000001", "shop"), "an amount in euro"),
        (("report", "nobody"), "no bot is called nobody"),
        (("check", "shop", "+33639980001"), "RBM_ADMIN_TOKEN"),
        (("resume", "campaign", "winter"), "no campaign called winter has sent anything"),
        (("resume", "brand", "x"), "brand"),
    ],
)
def test_what_is_wrong_is_one_line(config: Path, args: tuple[str, ...], sentence: str) -> None:
    found = said(args[0], "--config", str(config), *args[1:])
    assert found.exit_code in (1, 2)
    assert sentence in found.output
    assert "Traceback" not in found.output
