"""Where the campaign commands find their desk: over the database, or at the server that has it.

SQLite has one writing process. While a server runs, the commands ask its admin API; otherwise they take the database
themselves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from rbm_bots.accounts.billing import load_billing
from rbm_bots.cli import messages
from rbm_bots.clock import SystemClock
from rbm_bots.delivery.campaigns.desk import Asked, CampaignDesk, CampaignRefused, Line, Status, Trial
from rbm_bots.delivery.campaigns.intake import Person
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.errors import NotTheWriter, UsageError
from rbm_bots.server.campaigns import campaign_desk
from rbm_bots.server.deployment import Deployment
from rbm_bots.server.keys import open_seal
from rbm_bots.settings import Settings
from rbm_bots.store import open_store
from rbm_bots.store.campaigns import Imported
from rbm_bots.store.schema import require_current

__all__ = ["open_desk"]

_T = TypeVar("_T")
_TIMEOUT_S: Final = 600


@asynccontextmanager
async def open_desk(settings: Settings, deployment: Deployment) -> AsyncIterator[CampaignDesk]:
    """The desk of a deployment. Raises ``NotTheWriter`` when a server has the database and cannot be asked."""
    try:
        store = await open_store(settings.database)
    except NotTheWriter as fault:
        if settings.admin_token is None:
            raise NotTheWriter(hint=messages.CAMPAIGN_ASK_SERVER) from fault
        async with _asking(settings) as session:
            yield _RemoteDesk(session)
        return
    try:
        await store.read(require_current)
        seal, billing = open_seal(settings), load_billing(settings.billing)
        yield campaign_desk(lambda: deployment, store=store, seal=seal, clock=SystemClock(), billing=billing)
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
    """The desk of a running server, over its admin API."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def begin(self, campaign: Campaign) -> None:
        await self._call("POST", "", dict[str, str], campaign)

    async def add(self, name: str, people: Sequence[Person]) -> int:
        return (await self._call("POST", f"/{quote(name)}/people", dict[str, int], people))["new"]

    async def ready(self, name: str, counts: Imported) -> None:
        await self._call("POST", f"/{quote(name)}/ready", dict[str, str], counts)

    async def pause(self, name: str, why: str) -> None:
        del why  # the server says «by hand»
        await self._call("POST", f"/{quote(name)}/pause", dict[str, str])

    async def resume(self, name: str) -> None:
        await self._call("POST", f"/{quote(name)}/resume", dict[str, str])

    async def cancel(self, name: str) -> int:
        return (await self._call("POST", f"/{quote(name)}/cancel", dict[str, int]))["taken_back"]

    async def status(self, name: str) -> Status:
        return await self._call("GET", f"/{quote(name)}", Status)

    async def names(self) -> list[tuple[str, str]]:
        return await self._call("GET", "", list[tuple[str, str]])

    async def report(self, name: str, *, after: str, columns: Sequence[str], most: int) -> list[Line]:
        del most  # the server's pages have a size of their own
        query = [("after", after), *(("column", column) for column in columns)]
        return await self._call("GET", f"/{quote(name)}/report", list[Line], query=query)

    async def standings(self, bot: str, numbers: Sequence[str]) -> dict[str, int]:
        return await self._call("POST", "/standings", dict[str, int], Asked(bot=bot, numbers=list(numbers)))

    async def send_test(self, test: Trial) -> str:
        return (await self._call("POST", "/test", dict[str, str], test))["contact"]

    async def _call(
        self,
        method: str,
        path: str,
        kind: type[_T],
        body: object = None,
        *,
        query: Sequence[tuple[str, str]] = (),
    ) -> _T:
        """One call; what the server refuses is raised as the desk itself would raise it."""
        data = msgspec.json.encode(body) if body is not None else None
        try:
            async with self._session.request(method, f"/admin/campaigns{path}", data=data, params=query) as answer:
                told = await answer.read()
                status = answer.status
        except aiohttp.ClientError as fault:
            raise UsageError(messages.campaign_no_server(type(fault).__name__)) from None
        if status == 200:
            return msgspec.json.decode(told, type=kind)
        refusal = _refusal(told)
        raise CampaignRefused(str(refusal.get("error", status)), hint=str(refusal.get("hint", "")))


def _refusal(told: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(told, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
