"""A server restarted with changed files.

Open talks go on in the version they began with; new ones take the newest.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from rbm_bots.botfile.load import load_bot
from rbm_bots.botfile.model import Bot
from rbm_bots.store import open_store
from rbm_bots.store.base import table
from rbm_bots.store.tables import BotVersionRow
from rbm_bots.testing.replay import Replayed, replay
from rbm_bots.versions import KeptVersions
from tests.acceptance.driver.deployment import BOT, BOT_FOLDER, Deployment, deploy, free_ports
from tests.acceptance.driver.operator import Operator, numbers, operating, until
from tests.acceptance.driver.process import Process

ANNA, BRUNO, CHLOE = numbers(3)
NEWER = {"Thé ou café ?": "Un thé ou un café ?", "Combien de tasses ?": "Combien de mugs ?", "Commande ": "Voici "}


class Counter:
    """A server, the folder of its bot, and people who talk to it."""

    def __init__(self, deployment: Deployment, operator: Operator, folder: Path) -> None:
        self.deployment = deployment
        self.operator = operator
        self.folder = folder
        self.server = Process(deployment)

    async def restart(self, change: Callable[[Path], None]) -> None:
        """Stop, change the bot's folder, start again."""
        assert await self.server.terminate() == 0
        change(self.folder)
        await self.server.start()

    async def say(self, number: str, words: str) -> str:
        """The text that answers."""
        seen = len(self.operator.received(number))
        await self.operator.say(number, words)
        await until(lambda: len(self.operator.received(number)) > seen, within_s=10)
        return str(self.operator.received(number)[-1].content["textMessage"])

    async def replayed(self) -> list[Replayed]:
        """Every conversation played again, each turn by the version that played it."""
        newest = load_bot(self.folder)
        store = await open_store(self.deployment.database)
        kept = KeptVersions(self.deployment.seal)

        def all_versions(connection: Connection) -> dict[str, Bot]:
            versions = connection.execute(select(table(BotVersionRow).c.version)).scalars()
            found = {version: kept.find(connection, name=BOT, newest=newest, version=version) for version in versions}
            return {version: one.bot for version, one in found.items() if one is not None}

        try:
            bots = await store.read(all_versions)
            return await replay(
                store, self.deployment.seal, {BOT: newest}, earlier=lambda _name, version: bots.get(version)
            )
        finally:
            await store.close()


@asynccontextmanager
async def counter(tmp_path: Path, database: str) -> AsyncIterator[Counter]:
    folder = tmp_path / "bot"
    shutil.copytree(BOT_FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    ports = free_ports(2)
    async with operating(webhook=f"http://127.0.0.1:{ports[0]}/webhooks/maap/{BOT}") as operator:
        deployment = await deploy(tmp_path, database=database, operator=operator.base, ports=(ports[0], ports[1]))
        written = deployment.config.read_text(encoding="utf-8").replace(str(BOT_FOLDER), str(folder))
        deployment.config.write_text(written, encoding="utf-8")
        shop = Counter(deployment, operator, folder)
        try:
            await shop.server.start()
            yield shop
        finally:
            await shop.server.close()


def rewrite(folder: Path, words: dict[str, str]) -> None:
    file = folder / "bot.yaml"
    text = file.read_text(encoding="utf-8")
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def rename_the_action(folder: Path) -> None:
    rewrite(folder, {"orders.place": "orders.take"})
    code = folder / "actions.py"
    code.write_text(code.read_text(encoding="utf-8").replace("orders.place", "orders.take"), encoding="utf-8")


class PinnedContract:
    """Each engine's test class gives the fixture ``database``."""

    async def test_open_talks_keep_their_version_and_new_ones_take_the_newest(
        self, database: str, tmp_path: Path
    ) -> None:
        async with counter(tmp_path, database) as shop:
            assert await shop.say(ANNA, "Bonjour") == "Thé ou café ?"
            await shop.restart(partial(rewrite, words=NEWER))
            assert await shop.say(ANNA, "thé") == "Combien de tasses ?"
            assert await shop.say(BRUNO, "Bonjour") == "Un thé ou un café ?"
            assert await shop.say(BRUNO, "café") == "Combien de mugs ?"
            await shop.restart(partial(rewrite, words={"Désolé.": "Pardon."}))
            assert await shop.say(ANNA, "2") == "2 Thé ?"
            assert (await shop.say(ANNA, "oui")).startswith("Commande tea-2-")
            assert await shop.say(ANNA, "Bonjour") == "Un thé ou un café ?"
            assert await shop.say(BRUNO, "3") == "3 Café ?"
            assert (await shop.say(BRUNO, "oui")).startswith("Voici coffee-3-")
            assert await shop.server.terminate() == 0
            replayed = await shop.replayed()
            assert [(talk.same, talk.other_versions) for talk in replayed] == [(True, frozenset())] * 2

    async def test_a_talk_whose_action_is_gone_ends_and_starts_again(self, database: str, tmp_path: Path) -> None:
        async with counter(tmp_path, database) as shop:
            for words in ("Bonjour", "thé", "2"):
                await shop.say(CHLOE, words)
            await shop.restart(rename_the_action)
            assert await shop.say(CHLOE, "oui") == "Thé ou café ?"
            for words in ("thé", "4"):
                await shop.say(CHLOE, words)
            assert (await shop.say(CHLOE, "oui")).startswith("Commande tea-4-")
            log = shop.server.log.read_text(encoding="utf-8")
            assert '"what": "version_lost"' in log
            assert '"name": "action_gone"' in log
            assert await shop.server.terminate() == 0
            assert [talk.same for talk in await shop.replayed()] == [True]


class TestSqlite(PinnedContract):
    @pytest.fixture
    def database(self, sqlite_path: Path) -> str:
        return f"sqlite:///{sqlite_path}"


class TestPostgres(PinnedContract):
    @pytest.fixture
    def database(self, postgres_database: str) -> str:
        return postgres_database
