"""A server as a real process, started by its command, ended by a signal; what it says of itself over its admin API."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any, Literal

from aiohttp import ClientSession

from tests.acceptance.driver.deployment import TOKEN, Deployment
from tests.acceptance.driver.operator import Operator, until

__all__ = ["Process", "rest"]

_PROGRAM = "from rbm_bots.cli.main import main; main()"
_START_S = 120
_SETTLED = frozenset({"delivered", "displayed", "failed", "unknown", "rejected", "refused"})


class Process:
    """``rbm serve`` or ``rbm work``."""

    def __init__(self, deployment: Deployment, *, command: Literal["serve", "work"] = "serve") -> None:
        self.deployment = deployment
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> Path:
        """What it wrote to stderr, of all its lives."""
        return self.deployment.config.with_suffix(".log")

    async def start(self) -> None:
        """Start, and return when it says that it is ready."""
        arguments = (self._command, "--config", str(self.deployment.config), "--log-level", "info")
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", _PROGRAM, *arguments, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(_START_S):
            line = await self._process.stdout.readline()
        assert line.startswith(b"rbm "), self.log.read_text()[-2000:]

    async def kill(self) -> None:
        """``kill -9``."""
        await self._end(signal.SIGKILL)

    async def terminate(self) -> int:
        """SIGTERM; the exit code."""
        return await self._end(signal.SIGTERM)

    async def close(self) -> None:
        """End it however it stands: the last thing a test does."""
        if self._process is not None:
            await self._end(signal.SIGKILL)

    async def _end(self, sign: signal.Signals) -> int:
        process, self._process = self._process, None
        assert process is not None, "it does not run"
        if process.returncode is None:
            process.send_signal(sign)
        await process.communicate()
        assert process.returncode is not None
        return process.returncode

    @property
    def running(self) -> bool:
        """Whether it was started and not ended."""
        return self._process is not None

    async def owns(self, http: ClientSession) -> bool:
        """Whether this process paces the application."""
        assert self._process is not None
        pid = f":{self._process.pid}:"
        return any(pid in (one["owner"] or "") for one in (await self.state(http))["applications"])

    async def state(self, http: ClientSession) -> dict[str, Any]:
        """``GET /admin/state``."""
        url = f"http://127.0.0.1:{self.deployment.admin_port}/admin/state"
        async with http.get(url, headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
            assert answer.status == 200
            found: dict[str, Any] = await answer.json()
            return found

    async def at_rest(self, http: ClientSession) -> bool:
        """Whether nothing waits, runs or is on its way; any process of a deployment can tell."""
        state = await self.state(http)
        states = {name for states in state["outbox"].values() for name in states}
        return not state["inbox"] and not state["calls"] and states <= _SETTLED


async def rest(server: Process, operator: Operator, *, within_s: float = 60) -> None:
    """Return when the operator has told everything and the servers have done all of it."""

    async def resting() -> bool:
        return operator.told() >= operator.owed() and await server.at_rest(operator.http)

    await until(resting, within_s=within_s, strict=False)
    owed = len(operator.owed() - operator.told())
    assert await resting(), f"no rest: {owed} events owed, {await server.state(operator.http)}"
