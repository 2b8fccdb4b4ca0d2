"""Earlier versions of a bot out of the database, and what runs for the talks that began with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection

from rbm_bots.actions import Actions, Context
from rbm_bots.botfile.load import load_bot, read_bot
from rbm_bots.botfile.model import Bot
from rbm_bots.channels.maap.settings import MaapBot
from rbm_bots.errors import SealBroken
from rbm_bots.server.deployment import DeployedBot
from rbm_bots.server.runners import Runners
from rbm_bots.store import Store, open_store
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.versions import Kept, KeptVersions

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
FILE = """
rbm: 1
bot: {id: shop, name: Shop, languages: [fr, en]}
slots: {code: {type: text}}
start: hello
actions:
  ask.it: {http: GET https://a.example/old}
flows:
  hello:
    steps:
      - {do: code.make, save: code, on_error: {any: {goto: end}}}
      - {do: ask.it, on_error: {any: {goto: end}}}
      - {say: "Voici {{ code }}"}
"""


def actions(*names: str) -> Actions:
    register = Actions()
    for name in names:

        @register.action(name)
        async def run(ctx: Context) -> str:
            return "K"

    return register


OLD = read_bot(FILE, actions=actions("code.make"))
NEW = read_bot(FILE.replace("code.make", "code.take").replace("/old", "/new"), actions=actions("code.take"))
BOTH = read_bot(FILE.replace("Voici", "Prenez"), actions=actions("code.take", "code.make"))


@pytest.fixture
async def store(sqlite_path: Path) -> AsyncIterator[Store]:
    await upgrade(f"sqlite:///{sqlite_path}")
    store = await open_store(f"sqlite:///{sqlite_path}")
    yield store
    await store.close()


async def keep(store: Store, bot: Bot, *, kept: KeptVersions | None = None) -> KeptVersions:
    versions = kept or KeptVersions(SEAL)
    await store.write(partial(versions.keep, name="main", bot=bot, now_ms=1))
    return versions


async def find(store: Store, versions: KeptVersions, version: str, *, newest: Bot = NEW) -> Kept | None:
    return await store.read(partial(versions.find, name="main", newest=newest, version=version))


async def test_a_version_comes_back_and_says_what_is_gone(store: Store) -> None:
    await keep(store, OLD)
    versions = KeptVersions(SEAL)  # another process
    kept = await find(store, versions, OLD.version)
    assert kept is not None
    assert (kept.bot.version, kept.gone) == (OLD.version, {"code.make"})
    assert await find(store, versions, OLD.version) is kept
    other = await find(store, versions, OLD.version, newest=BOTH)
    assert other is not None
    assert other.gone == frozenset()


async def test_all_files_of_a_folder_are_kept(store: Store, tmp_path: Path) -> None:
    main = "rbm: 1\nbot: {id: shop, name: Shop, languages: [fr, en]}\nstart: hello\n"
    main += "flows: {hello: {steps: [{goto: more}]}}\n"
    files = {
        "bot.yaml": main,
        "flows/more.yaml": "flows: {more: {hears: [plus], steps: [{say: Voilà}]}}\n",
        "i18n/en.yaml": "more.say1.say: {text: There}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    loaded = load_bot(tmp_path)
    kept = await find(store, await keep(store, loaded), loaded.version)
    assert kept is not None
    assert {name: content.decode() for name, content in kept.bot.files.items()} == files
    assert (kept.bot.version, list(kept.bot.flows)) == (loaded.version, list(loaded.flows))


async def test_what_cannot_go_on_is_said_once(store: Store) -> None:
    versions = await keep(store, OLD)

    def spoil(connection: Connection) -> None:
        faulty = read_bot(FILE, actions=actions("code.make"))
        object.__setattr__(faulty, "version", "0badbad0")
        object.__setattr__(faulty, "files", {"bot.yaml": b"rbm: 2\n"})
        versions.keep(connection, name="main", bot=faulty, now_ms=1)

    await store.write(spoil)
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            assert await find(store, versions, "0badbad0") is None
            assert await find(store, versions, "ffffffff") is None
    assert [(line["event"], line["version"]) for line in logs] == [
        ("version.faulty", "0badbad0"),
        ("version.missing", "ffffffff"),
    ]


async def test_files_sealed_with_other_keys_are_not_played(store: Store) -> None:
    await keep(store, OLD)
    with pytest.raises(SealBroken):
        await find(store, KeptVersions(Seal(Keys(seal=b"x" * 32, index=b"i" * 32))), OLD.version)


async def test_a_talk_of_an_earlier_version_calls_its_own_http_action(store: Store) -> None:
    kept = await keep(store, OLD)
    runners = Runners(store=store, seal=SEAL, kept=kept, environment={})
    account = MaapBot.model_validate(
        {"id": "main", "platform_id": "main", "application": "APP1", "webhook_auth": {"kind": "none"}}
    )
    await runners.start([DeployedBot(bot=NEW, account=account, brand="shop")])
    try:
        assert await runners.pinned("main", NEW.version) is None
        with structlog.testing.capture_logs() as logs:
            assert await runners.pinned("main", "ffffffff") is None
        assert [line["event"] for line in logs] == ["version.missing"]
        pinned = await runners.pinned("main", OLD.version)
        assert pinned is not None
        assert pinned.get("ask.it") is not None
        assert pinned.get("code.make") is None
    finally:
        await runners.close()
