"""``rbm dev``: what it prints, how it stops, what it refuses. The talk itself is tested in a browser."""

from __future__ import annotations

import re
import socket
import stat
from pathlib import Path

from aiohttp import ClientSession

from rbm_bots.paths import bots_dir
from tests.integration.cli.conftest import Command, Running

GARAGE = str(bots_dir() / "garage")


async def test_it_serves_bot_page_and_operator_on_one_port(running: Running, tmp_path: Path) -> None:
    async with running("dev", GARAGE, "--port", "0") as process:
        assert process.ready == "rbm dev: Garage des Lilas"
        page = await process.line()
        address = re.search(r"http://127\.0\.0\.1:[0-9]+", page)
        assert address is not None
        async with ClientSession(address[0]) as session:
            for path in ("/", "/ready", "/_emulator/state"):
                async with session.get(path) as answer:
                    assert answer.status == 200, path
        done = await process.stop()
    assert (done.code, done.err) == (0, "")
    assert stat.S_IMODE((tmp_path / ".rbm" / "keys.json").stat().st_mode) == 0o600


def test_a_port_that_is_taken_is_said(command: Command, free_port: int) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port))
        holder.listen()
        done = command("dev", GARAGE, "--port", str(free_port))
    assert (done.code, f"'127.0.0.1', {free_port}" in done.said) == (1, True)


def test_a_folder_that_cannot_be_made_is_named(command: Command) -> None:
    done = command("dev", GARAGE, "--port", "0", "--folder", "/proc/nowhere")
    assert (done.code, done.said) == (1, "rbm: /proc/nowhere: No such file or directory")


def test_a_faulty_bot_is_shown_and_not_run(command: Command, tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("rbm: 1\nbot: {id: x}\n", encoding="utf-8")
    done = command("dev", str(tmp_path), "--port", "0")
    assert done.code == 1
    assert "bot.yaml:" in done.err


def test_a_bot_that_is_not_there_is_wrong_use(command: Command) -> None:
    assert command("dev", "nowhere").code == 2
