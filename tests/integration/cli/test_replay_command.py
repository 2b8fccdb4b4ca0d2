"""``rbm replay``: a conversation with a real server, played again by the same bot and by a changed one."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from aiohttp import ClientSession

from rbm_bots.paths import bots_dir
from tests.integration.cli.conftest import Command, Running

BOT = """
rbm: 1
bot: {id: shop, name: Boutique}
slots:
  size:  {type: choice, options: {s: Petit, l: Grand}}
  plate: {type: text, private: true}
  order: {type: record, fields: {ref: text}}
start: order
flows:
  order:
    hears: [commande]
    steps:
      - {ask: size, say: Quelle taille ?, give_up: end}
      - {ask: plate, say: Votre plaque ?, give_up: end}
      - do: orders.make
        with: {size: "{{ size }}"}
        save: order
        on_error: {any: {goto: end}}
      - say: "Commande {{ order.ref }} pour {{ plate }}."
"""
CODE = """
from rbm_bots import Actions

actions = Actions()

@actions.action("orders.make")
async def make(ctx, size: str):
    return {"ref": "K-" + size}
"""
EVENTS = ("commande", "grand", "AB-123-CD")
WAITS = "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM call), (SELECT count(*) FROM turn)"


@pytest.fixture
def shop(settings: Path, tmp_path: Path) -> Path:
    """The shop under the name «shop» of ``rbm.toml``."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "bot.yaml").write_text(BOT, "utf-8")
    (folder / "actions.py").write_text(CODE, "utf-8")
    written = settings.read_text().replace(str(bots_dir() / "garage"), str(folder)).replace("bots.garage", "bots.shop")
    settings.write_text(written)
    return folder


def body(number: int, text: str) -> dict[str, object]:
    return {
        "RCSMessage": {"msgId": f"in-{number}", "textMessage": text, "timestamp": f"2026-01-15T10:00:0{number}.000Z"},
        "messageContact": {"userContact": "+33639980001"},
        "event": "message",
    }


async def talk(running: Running) -> str:
    """Talk to the shop through its webhook; the contact of the conversation."""
    async with running("serve", "--log-level", "error") as process, ClientSession() as session:
        at = process.ready.rpartition(" ")[2]
        for handled, text in enumerate(EVENTS, start=1):
            async with session.post(f"{at}/webhooks/maap/shop", json=body(handled, text)) as answer:
                assert answer.status == 200
            await settled(handled + (text == EVENTS[-1]))  # the last word brings a call, and its result
        await process.stop()
    with sqlite3.connect("data/rbm.db") as database:
        return str(database.execute("SELECT contact_id FROM conversation").fetchone()[0])


async def settled(turns: int) -> None:
    for _ in range(400):
        database = sqlite3.connect("file:data/rbm.db?mode=ro", uri=True)
        waiting, handled = database.execute(WAITS).fetchone()
        database.close()
        if not waiting and handled >= turns:
            return
        await asyncio.sleep(0.025)
    raise AssertionError("the conversation did not come to rest")


async def test_what_was_said_is_said_again(shop: Path, command: Command, running: Running) -> None:
    await asyncio.to_thread(command, "db", "upgrade")
    contact = await talk(running)
    done = await asyncio.to_thread(command, "replay", f"shop/{contact}")
    lines = [line[18:] if line[:1] == "2" else line for line in done.out.splitlines()]
    assert done.code == 0
    assert lines == [
        lines[0],
        "user: commande",
        "  bot   {say: Quelle taille ?, suggest: [Petit, Grand]}",
        "user: grand",
        "  bot   {say: Votre plaque ?}",
        "user: •••",
        "action returned",
        "  bot   {say: Commande K-l pour •••.}",
        "0 differences: the same as then",
    ]
    assert lines[0].startswith(f"shop/{contact}: 4 events, played by version ")

    (shop / "bot.yaml").write_text(BOT.replace("Votre plaque ?", "Votre immatriculation ?"), "utf-8")
    changed = await asyncio.to_thread(command, "replay", f"shop/{contact}")
    assert changed.code == 1
    assert "user: grand\n  then  {say: Votre plaque ?}\n  now   {say: Votre immatriculation ?}\n" in changed.out, (
        changed.out
    )
    assert changed.out.endswith("1 answered differently now\n")

    read = await asyncio.to_thread(command, "replay", f"shop/{contact}", "--json")
    told = json.loads(read.out)
    assert [one["same"] for one in told] == [True, False, True, True]
    assert told[1]["then"][0]["say"] == "Votre plaque ?"
    assert told[2]["words"] == "•••"
    assert "AB-123-CD" not in done.out + changed.out + read.out


def test_what_is_not_recorded_is_wrong_use(shop: Path, command: Command) -> None:
    command("db", "upgrade")
    for name in ("shop/nobody", "other/nobody", "shop"):
        done = command("replay", name)
        assert (done.code, f"no conversation «{name}» is recorded" in done.said) == (2, True)


def test_a_database_of_no_version_is_said(shop: Path, command: Command) -> None:
    assert command("replay", "shop/x").said.endswith("(run «rbm db upgrade»)")


async def test_a_conversation_is_replayed_while_a_server_writes_it(
    shop: Path, command: Command, running: Running
) -> None:
    await asyncio.to_thread(command, "db", "upgrade")
    async with running("serve", "--log-level", "error") as process, ClientSession() as session:
        at = process.ready.rpartition(" ")[2]
        async with session.post(f"{at}/webhooks/maap/shop", json=body(1, "commande")) as answer:
            assert answer.status == 200
        await settled(1)
        with sqlite3.connect("file:data/rbm.db?mode=ro", uri=True) as database:
            contact = str(database.execute("SELECT contact_id FROM conversation").fetchone()[0])
        done = await asyncio.to_thread(command, "replay", f"shop/{contact}")
        assert (done.code, "{say: Quelle taille ?, suggest: [Petit, Grand]}" in done.out) == (0, True)
        async with session.post(f"{at}/webhooks/maap/shop", json=body(2, "grand")) as answer:
            assert answer.status == 200
        await settled(2)
        again = await asyncio.to_thread(command, "replay", f"shop/{contact}")
        assert (again.code, again.out.count("user: ")) == (0, 2)
        assert (await process.stop()).code == 0
