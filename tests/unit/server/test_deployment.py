"""Settings become bots with accounts, or one sentence that names the wrong table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rbm_bots.botfile.faults import BotFileFaulty
from rbm_bots.errors import SettingsError
from rbm_bots.events import Said, Started, Tapped
from rbm_bots.messages.postback import Postback
from rbm_bots.paths import bots_dir
from rbm_bots.rules.stop import STOP_STEP
from rbm_bots.server.deployment import load_deployment
from rbm_bots.settings import Settings

APPLICATION = {"client_id": "APP1", "client_secret": "s3cr3t"}
BOT = {"path": str(bots_dir() / "garage"), "application": "APP1", "webhook_auth": {"kind": "none"}}


def settings(bots: dict[str, Any], **application: Any) -> Settings:
    return Settings(applications={"APP1": {**APPLICATION, **application}}, bots=bots)


def test_a_bot_has_its_account_its_brand_and_its_source() -> None:
    deployment = load_deployment(settings({"main": {**BOT, "platform_id": "garage@bots.example", "brand": "lilas"}}))
    bot = deployment.bots["main"]
    assert (bot.id, bot.bot.id, bot.account.platform_id, bot.brand) == (
        "main",
        "garage",
        "garage@bots.example",
        "lilas",
    )
    assert bot.source == "maap:APP1:main"
    assert list(deployment.applications) == ["APP1"]


def test_without_a_brand_the_bot_is_its_own() -> None:
    bot = load_deployment(settings({"main": BOT})).bots["main"]
    assert (bot.brand, bot.account.platform_id) == ("garage", "main")


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in BOT.items() if key != name}


WRONG: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "no bot is configured"),
    ({"main": without("path")}, {}, r"bots\.main: path is missing"),
    ({"main": without("webhook_auth")}, {}, r"bots\.main: webhook_auth: Field required"),
    ({"main": {**BOT, "application": "APP2"}}, {}, r"bots\.main: there is no application APP2"),
    ({"main": {**BOT, "colour": "red"}}, {}, r"bots\.main: colour"),
    ({"main": BOT}, {"channel": "pigeon"}, r"applications\.APP1: no channel is called pigeon"),
    ({"main": BOT}, {"settings": {"quota_per_s": 0}}, r"applications\.APP1: settings\.quota_per_s"),
    ({"main": BOT}, {"client_secret": ""}, r"applications\.APP1: this table: .*needs client_id and client_secret"),
]


@pytest.mark.parametrize(("bots", "application", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_table(bots: dict[str, Any], application: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as fault:
        load_deployment(settings(bots, **application))
    assert "s3cr3t" not in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_faulty_bot_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("rbm: 1\nbot: {id: x}\n", encoding="utf-8")
    with pytest.raises(BotFileFaulty):
        load_deployment(settings({"main": {**BOT, "path": str(tmp_path)}}))


def test_stop_is_read_from_words_and_from_the_built_in_chip_alone() -> None:
    bot = load_deployment(settings({"main": BOT})).bots["main"]
    chip = Postback(bot_version="1", talk=1, turn=1, step=STOP_STEP, option="stop").pack()
    assert bot.read_opt(Said(text="Stop merci")) == "stop"
    assert bot.read_opt(Said(text="START")) == "start"
    assert bot.read_opt(Said(text="Bonjour")) is None
    assert bot.read_opt(Tapped(tap="reply", label="x", postback=chip)) == "stop"
    assert bot.read_opt(Tapped(tap="reply", label="stop", postback="stop")) is None
    assert bot.read_opt(Started()) is None
