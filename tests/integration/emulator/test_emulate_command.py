"""``rbm emulate`` as a process: its ready line, its warning, its end, and one line for wrong use."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

PROGRAM = "from rbm_bots.cli.main import main; main()"
READY = "rbm emulate: listening on http://127.0.0.1:"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, "emulate", *arguments]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_listens_and_ends_when_told(sign: signal.Signals) -> None:
    arguments = command("--port", "0", "--clock", "2026-01-15T10:00:00Z", "--set", 'bots=["garage"]')
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline().strip()
            assert line.startswith(READY)
            with urllib.request.urlopen(f"{line.removeprefix('rbm emulate: listening on ')}/_emulator/state") as answer:
                state = json.load(answer)
            assert state["clock"]["now"].startswith("2026-01-15T10:00:")
            assert state["bots"] == ["garage"]
            process.send_signal(sign)
            out, err = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, out) == (0, "")
    assert err == "rbm emulate: warning: without --bot-key the signatures of the bots' tokens are not checked\n"


@pytest.mark.parametrize(
    "wrong",
    [
        ["--port", "x"],
        ["--auth", "none"],
        ["--app", "APP1"],
        ["--clock", "tomorrow"],
        ["--webhook", "localhost"],
        ["--set", "quota_per_s"],
        ["--set", "nothing=1"],
        ["--set", "profile=v9"],
        ["--bot-key", "/nowhere.pem"],
        ["--record", "/nowhere/record.jsonl"],
        ["--loud"],
        ["argument"],
    ],
)
def test_wrong_use_is_one_line_and_exit_2(wrong: list[str]) -> None:
    done = subprocess.run(command(*wrong), capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert done.stderr.startswith("rbm: ")


def test_a_key_that_is_none_is_one_line_too(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("no key", encoding="utf-8")
    done = subprocess.run(command("--bot-key", str(key)), capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stderr) == (2, "rbm: the bot's public key is not a PEM public key\n")


def test_a_port_that_is_taken_is_said(free_port: int) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port))
        holder.listen()
        arguments = command("--port", str(free_port), "--auth", "gsma")
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, str(free_port) in done.stderr) == (1, True)
