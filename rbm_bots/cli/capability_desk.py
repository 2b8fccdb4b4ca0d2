"""Where the capability commands find their desk: over the database, or at the server that has it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from rbm_bots.cli.running_server import Refusal, RunningServer, asked_server, database_or_server
from rbm_bots.clock import SystemClock
from rbm_bots.delivery.capability.settings import read_capability_settings
from rbm_bots.errors import RbmError, UsageError
from rbm_bots.server.capability_desk import CapabilityDesk, CheckAsked, ReportAsked, ResumeAsked
from rbm_bots.server.deployment import load_deployment
from rbm_bots.server.keys import open_seal
from rbm_bots.settings import load_settings

__all__ = ["Desk", "open_desk"]

_TIMEOUT_S: Final = 120


class Desk(Protocol):
    """The operations; see :class:`~rbm_bots.server.capability_desk.CapabilityDesk`."""

    async def report(self, asked: ReportAsked) -> dict[str, Any]:
        """The qualification of a bot's people."""
        ...

    async def check(self, asked: CheckAsked) -> dict[str, Any]:
        """Ask the platform about one number."""
        ...

    async def ratios(self) -> dict[str, Any]:
        """Every ratio."""
        ...

    async def resume(self, asked: ResumeAsked) -> dict[str, Any]:
        """Let something go on."""
        ...


@asynccontextmanager
async def open_desk(config: Path | None, *, ask_server: bool = False) -> AsyncIterator[Desk]:
    """The desk of a deployment; ``ask_server``: only a running server can do it.

    Raises ``NotTheWriter`` when a server has the database and cannot be asked.
    """
    settings = load_settings(config)
    if ask_server:
        async with asked_server(settings, refused=_refused) as server:
            yield _RemoteDesk(server)
        return
    async with database_or_server(settings, refused=_refused) as found:
        if isinstance(found, RunningServer):
            yield _RemoteDesk(found)
            return
        yield CapabilityDesk(
            store=found,
            seal=open_seal(settings),
            clock=SystemClock(),
            deployment=load_deployment(settings),
            try_unknown=read_capability_settings(settings.capability).try_unknown,
        )


def _refused(refusal: Refusal) -> RbmError:
    wrong_use = refusal.code == UsageError.code
    return UsageError(refusal.error, hint=refusal.hint) if wrong_use else RbmError(refusal.error)


class _RemoteDesk:
    """The operations of a running server."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server

    async def report(self, asked: ReportAsked) -> dict[str, Any]:
        return await self._ask("report", asked)

    async def check(self, asked: CheckAsked) -> dict[str, Any]:
        return await self._ask("check", asked)

    async def ratios(self) -> dict[str, Any]:
        return await self._ask("ratios", None)

    async def resume(self, asked: ResumeAsked) -> dict[str, Any]:
        return await self._ask("resume", asked)

    async def _ask(self, operation: str, asked: msgspec.Struct | None) -> dict[str, Any]:
        return await self._server.ask(f"/capability/{operation}", dict[str, Any], asked)
