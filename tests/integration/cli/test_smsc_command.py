"""``rbm smsc``: how it starts, what it says, and that a client can talk to it."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import pytest

from rbm_bots.channels.sms.ucp.frame import Frame, encode
from rbm_bots.channels.sms.ucp.operations import Login
from tests.integration.cli.conftest import Command, Running

READY = "rbm smsc: listening on 127.0.0.1:"


async def test_a_client_logs_in_and_the_record_is_kept(running: Running, tmp_path: Path) -> None:
    record = tmp_path / "frames.jsonl"
    async with running(
        "smsc", "--port", "0", "--login", "36124:lune7", "--rate", "20", "--record", str(record)
    ) as smsc:
        port = int(smsc.ready.removeprefix(READY))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        login = Login(account="36124", password="lune7")
        writer.write(encode(Frame(trn=0, kind="O", ot=60, fields=login.fields())))
        assert await reader.readuntil(b"\x03") == b"\x0200/00019/R/60/A//6D\x03"
        assert (await smsc.stop()).code == 0  # with a client still there
        writer.close()
    lines = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    assert [line["direction"] for line in lines] == ["in", "out"]
    assert b"lune7".hex().upper() not in record.read_text("utf-8")


@pytest.mark.parametrize("login", ["36123", "brand:x", "36123:", ":x"])
def test_a_login_is_refused_in_one_line(command: Command, login: str) -> None:
    ended = command("smsc", "--login", login)
    assert ended.code == 2
    assert "USER:PASS" in ended.said


def test_a_port_that_is_taken_ends_it_in_one_line(command: Command, free_port: int) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port))
        holder.listen()
        ended = command("smsc", "--port", str(free_port))
    assert ended.code == 1
    assert "port" in ended.said
