"""Where the commands of the accounts find their desk: over the database, or at the server that has it.

SQLite has one writing process. While a server runs, the commands ask its admin API; otherwise they take the database
themselves, and bring the ledger up to date before and after.
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

import aiohttp
import msgspec

from rbm_bots.accounts.asked import (
    Acknowledge,
    ChargesAsked,
    Close,
    EnterPrice,
    Explain,
    MonthAsked,
    PricesAsked,
    Reconcile,
    Reconciled,
    ReportFiles,
    Rerate,
    Rerated,
)
from rbm_bots.accounts.billing import load_billing
from rbm_bots.accounts.desk import Desk, LedgerDesk
from rbm_bots.accounts.periods import Blocker
from rbm_bots.accounts.projector import Projector
from rbm_bots.accounts.statements import Statement
from rbm_bots.accounts.timeline import Timeline
from rbm_bots.cli import messages
from rbm_bots.clock import SystemClock
from rbm_bots.errors import NotTheWriter, RbmError, SettingsError, UsageError
from rbm_bots.ledger.prices import Price
from rbm_bots.server.accounts import platform_names
from rbm_bots.settings import Settings, load_settings
from rbm_bots.store import open_store
from rbm_bots.store.ledger_charges import KeptCharge
from rbm_bots.store.ledger_periods import Closed
from rbm_bots.store.reconciliations import Acknowledged
from rbm_bots.store.schema import require_current

__all__ = ["open_desk"]

_T = TypeVar("_T")
_TIMEOUT_S: Final = 600


@asynccontextmanager
async def open_desk(config: Path | None) -> AsyncIterator[Desk]:
    """The desk of a deployment. Raises ``NotTheWriter`` when a server has the database and cannot be asked."""
    settings = load_settings(config)
    billing = load_billing(settings.billing)
    try:
        store = await open_store(settings.database)
    except NotTheWriter as fault:
        if settings.admin_token is None:
            raise NotTheWriter(hint=messages.LEDGER_ASK_SERVER) from fault
        async with _asking(settings) as session:
            yield _RemoteDesk(session)
        return
    clock = SystemClock()
    projector = Projector(
        store=store, billing=billing, clock=clock, owner=f"{socket.gethostname()}:{os.getpid()}:command"
    )
    try:
        await store.read(require_current)
        await projector.catch_up()
        yield LedgerDesk(store=store, billing=billing, clock=clock, bots=platform_names(settings))
        await projector.catch_up()
    finally:
        await store.close()


def _asking(settings: Settings) -> aiohttp.ClientSession:
    assert settings.admin_token is not None  # looked at by the caller
    return aiohttp.ClientSession(
        base_url=f"http://{settings.admin_host}:{settings.admin_port}",
        headers={"Authorization": f"Bearer {settings.admin_token.get_secret_value()}"},
        timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
    )


class _RemoteDesk:
    """The operations of a running server."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def month(self, asked: MonthAsked) -> Statement:
        return await self._ask("month", asked, Statement)

    async def charges(self, asked: ChargesAsked) -> list[KeptCharge]:
        return await self._ask("charges", asked, list[KeptCharge])

    async def blockers(self, asked: MonthAsked) -> list[Blocker]:
        return await self._ask("blockers", asked, list[Blocker])

    async def close(self, asked: Close) -> Closed:
        return await self._ask("close", asked, Closed)

    async def acknowledge(self, asked: Acknowledge) -> Acknowledged:
        return await self._ask("acknowledge", asked, Acknowledged)

    async def explain(self, asked: Explain) -> Timeline:
        return await self._ask("explain", asked, Timeline)

    async def rerate(self, asked: Rerate) -> Rerated:
        return await self._ask("rerate", asked, Rerated)

    async def price(self, asked: EnterPrice) -> Rerated:
        return await self._ask("price", asked, Rerated)

    async def prices(self, asked: PricesAsked) -> list[Price]:
        return await self._ask("prices", asked, list[Price])

    async def reconcile(self, asked: Reconcile, files: ReportFiles) -> Reconciled:
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("asked", msgspec.json.encode(asked).decode(), content_type="application/json")
        opened = []
        try:
            for name in ReportFiles.__struct_fields__:
                path: Path | None = getattr(files, name)
                if path is not None:
                    opened.append(path.open("rb"))
                    form.add_field(name, opened[-1], filename=name)
            return await self._post("reconcile", Reconciled, data=form)
        finally:
            for file in opened:
                file.close()

    async def _ask(self, operation: str, asked: msgspec.Struct, answer: type[_T]) -> _T:
        headers = {"Content-Type": "application/json"}
        return await self._post(operation, answer, data=msgspec.json.encode(asked), headers=headers)

    async def _post(
        self,
        operation: str,
        answer: type[_T],
        *,
        data: bytes | aiohttp.FormData,
        headers: Mapping[str, str] | None = None,
    ) -> _T:
        try:
            async with self._session.post(f"/admin/ledger/{operation}", data=data, headers=headers) as response:
                body = await response.read()
        except aiohttp.ClientError as fault:
            raise NotTheWriter(hint=messages.LEDGER_NO_ANSWER) from fault
        if response.status == 200:
            return msgspec.json.decode(body, type=answer)
        if response.status == 401:
            raise SettingsError(messages.LEDGER_NOT_LET_IN)
        if response.status not in {400, 409}:
            raise RbmError(messages.ledger_server_failed(response.status))
        error = str(msgspec.json.decode(body)["error"])
        raise UsageError(error) if response.status == 400 else RbmError(error)
