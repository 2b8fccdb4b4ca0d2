"""A deployment in a folder of its own, and commands that run in it: in this process, or in one of their own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from rbm_bots.cli.main import rbm
from rbm_bots.cli.run import run
from rbm_bots.paths import bots_dir

PROGRAM = "from rbm_bots.cli.main import main; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """The one line of a refusal."""
        assert self.out == ""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("rbm: ")
        return self.err.strip()


Command = Callable[..., Ended]
Running = Callable[..., AbstractAsyncContextManager["Process"]]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``rbm.toml`` of the garage in the working folder: SQLite, generated keys, any free port, delivery to nowhere."""
    for name in [name for name in os.environ if name.startswith("RBM_") and name != "RBM_TEST_DATABASE_URL"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "rbm.toml"
    path.write_text(
        f"""
port = 0
database = "sqlite:///data/rbm.db"
key_file = "data/keys.json"
drain_s = 1
[applications.APP1.settings]
auth_mode = "gsma_only"
api_base = "http://127.0.0.1:9/gsma"
[bots.garage]
path = {str(bots_dir() / "garage")!r}
application = "APP1"
token = "t"
webhook_auth = {{kind = "none"}}
""",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def command(settings: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Run ``rbm`` to its end, here, beside ``rbm.toml``."""

    def call(*args: str) -> Ended:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            run(rbm, list(args))
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert isinstance(end.value.code, int)
        return Ended(code=end.value.code, out=out, err=err)

    yield call
    structlog.reset_defaults()


class Process:
    """A command that runs until it is told to stop."""

    def __init__(self, process: asyncio.subprocess.Process, ready: str) -> None:
        self._process = process
        self.ready = ready

    async def line(self) -> str:
        """The next line it says."""
        assert self._process.stdout is not None
        return (await asyncio.wait_for(self._process.stdout.readline(), 30)).decode()

    async def stop(self, sign: signal.Signals = signal.SIGTERM) -> Ended:
        """Tell it to stop and wait for its end."""
        self._process.send_signal(sign)
        out, err = await asyncio.wait_for(self._process.communicate(), 20)
        assert self._process.returncode is not None
        return Ended(code=self._process.returncode, out=out.decode(), err=err.decode())


@pytest.fixture
def running(settings: Path) -> Running:
    """Start ``rbm`` in a process of its own and wait for the first line it says; killed if the test did not stop it."""

    @asynccontextmanager
    async def start(*args: str) -> AsyncIterator[Process]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, *args, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            yield Process(process, (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip())
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    return start
