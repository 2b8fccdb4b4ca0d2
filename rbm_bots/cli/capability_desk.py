"""Where the capability commands find their desk: over the database, or at the server that has it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import aiohttp
import msgspec

from rbm_bots.cli import messages
from rbm_bots.clock import SystemClock
from rbm_bots.delivery.capability.settings import read_capability_settings
from rbm_bots.errors import NotTheWriter, RbmError, SettingsError, UsageError
from rbm_bots.server.capability_desk import CapabilityDesk, CheckAsked, ReportAsked, ResumeAsked
from rbm_bots.server.deployment import load_deployment
from rbm_bots.server.keys import open_seal
from rbm_bots.settings import Settings, load_settings
from rbm_bots.store import open_store
from rbm_bots.store.schema import require_current

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
        async with _asking(settings) as session:
            yield _RemoteDesk(session)
        return
    try:
        store = await open_store(settings.database)
    except NotTheWriter:
        async with _asking(settings) as session:
            yield _RemoteDesk(session)
        return
    try:
        await store.read(require_current)
        yield CapabilityDesk(
            store=store,
            seal=open_seal(settings),
            clock=SystemClock(),
            deployment=load_deployment(settings),
            try_unknown=read_capability_settings(settings.capability).try_unknown,
        )
    finally:
        await store.close()


def _asking(settings: Settings) -> aiohttp.ClientSession:
    if settings.admin_token is None:
        raise NotTheWriter(hint=messages.LEDGER_ASK_SERVER)
    return aiohttp.ClientSession(
        base_url=f"http://{settings.admin_host}:{settings.admin_port}",
        headers={"Authorization": f"Bearer {settings.admin_token.get_secret_value()}"},
        timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
    )


class _RemoteDesk:
    """The operations of a running server."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def report(self, asked: ReportAsked) -> dict[str, Any]:
        return await self._ask("report", asked)

    async def check(self, asked: CheckAsked) -> dict[str, Any]:
        return await self._ask("check", asked)

    async def ratios(self) -> dict[str, Any]:
        return await self._ask("ratios", None)

    async def resume(self, asked: ResumeAsked) -> dict[str, Any]:
        return await self._ask("resume", asked)

    async def _ask(self, operation: str, asked: msgspec.Struct | None) -> dict[str, Any]:
        data = msgspec.json.encode(asked) if asked is not None else None
        try:
            async with self._session.post(f"/admin/capability/{operation}", data=data) as response:
                body = await response.read()
        except aiohttp.ClientError as fault:
            raise NotTheWriter(hint=messages.LEDGER_NO_ANSWER) from fault
        if response.status == 401:
            raise SettingsError(messages.LEDGER_NOT_LET_IN)
        if response.status not in {200, 400}:
            raise RbmError(messages.ledger_server_failed(response.status))
        told = msgspec.json.decode(body, type=dict[str, Any])
        if response.status == 400:
            raise (
                UsageError(str(told["error"])) if told.get("code") == UsageError.code else RbmError(str(told["error"]))
            )
        return told
