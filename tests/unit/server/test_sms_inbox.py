"""An SMS to a short code: whose it is when several bots share the code."""

from __future__ import annotations

import pytest

from rbm_bots.botfile.load import read_bot
from rbm_bots.channels.maap.settings import MaapBot
from rbm_bots.server.deployment import DeployedBot
from rbm_bots.server.sms_inbox import meant

BOT = (
    "rbm: 1\nbot: {{id: {id}, name: B, languages: [fr]}}\nstart: hello\nflows: {{hello: {{steps: [{{say: Oui.}}]}}}}\n"
)


def deployed(name: str, brand: str) -> DeployedBot:
    account = {"id": name, "platform_id": name, "application": "A", "webhook_auth": {"kind": "none"}}
    bot = read_bot(BOT.format(id=name))
    return DeployedBot(bot=bot, account=MaapBot.model_validate(account), brand=brand, sms_code="36123")


BOTS = [deployed("one", "a"), deployed("two", "b"), deployed("three", "b")]


@pytest.mark.parametrize(
    ("wrote", "text", "names"),
    [
        ([], "bonjour", ["one"]),
        (["two"], "bonjour", ["two"]),
        (["two", "one"], "oui", ["two"]),
        (["two"], "STOP", ["two"]),
        (["two", "one"], "STOP", ["two", "one"]),
        (["three", "two", "one"], "STOP 36123", ["three", "one"]),
        ([], "STOP", ["one", "two"]),
        (["gone"], "bonjour", ["one"]),
        (["two", "one"], "non stop", ["two"]),
    ],
)
def test_whose_it_is(wrote: list[str], text: str, names: list[str]) -> None:
    assert [bot.id for bot in meant(BOTS, wrote, text)] == names


def test_nobody_s_code_is_nobody_s() -> None:
    assert meant([], [], "STOP") == []
