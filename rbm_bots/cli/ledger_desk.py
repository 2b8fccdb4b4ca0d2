"""Where the commands of the accounts find their desk: over the database, or at the server that has it.

SQLite has one writing process. While a server runs, the commands ask its admin API; otherwise they take the database
themselves, and bring the ledger up to date before and after.
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
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
from rbm_bots.cli.running_server import RunningServer, database_or_server
from rbm_bots.clock import SystemClock
from rbm_bots.ledger.prices import Price
from rbm_bots.server.accounts import platform_names
from rbm_bots.settings import load_settings
from rbm_bots.store.ledger_charges import KeptCharge
from rbm_bots.store.ledger_periods import Closed
from rbm_bots.store.reconciliations import Acknowledged

__all__ = ["open_desk"]

_T = TypeVar("_T")
_TIMEOUT_S: Final = 600


@asynccontextmanager
async def open_desk(config: Path | None) -> AsyncIterator[Desk]:
    """The desk of a deployment. Raises ``NotTheWriter`` when a server has the database and cannot be asked."""
    settings = load_settings(config)
    billing = load_billing(settings.billing)
    async with database_or_server(settings) as found:
        if isinstance(found, RunningServer):
            yield _RemoteDesk(found)
            return
        clock, owner = SystemClock(), f"{socket.gethostname()}:{os.getpid()}:command"
        projector = Projector(store=found, billing=billing, clock=clock, owner=owner)
        await projector.catch_up()
        yield LedgerDesk(store=found, billing=billing, clock=clock, bots=platform_names(settings))
        await projector.catch_up()


class _RemoteDesk:
    """The operations of a running server."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server

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
            return await self._server.ask("/ledger/reconcile", Reconciled, form=form)
        finally:
            for file in opened:
                file.close()

    async def _ask(self, operation: str, asked: msgspec.Struct, answer: type[_T]) -> _T:
        return await self._server.ask(f"/ledger/{operation}", answer, asked)
