"""Where the campaign commands find their desk: over the database, or at the server that has it.

SQLite has one writing process. While a server runs, the commands ask its admin API; otherwise they take the database
themselves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeVar
from urllib.parse import quote

from rbm_bots.accounts.billing import load_billing
from rbm_bots.cli.running_server import Refusal, RunningServer, database_or_server
from rbm_bots.clock import SystemClock
from rbm_bots.delivery.campaigns.desk import Asked, CampaignDesk, CampaignRefused, GoOn, Line, Status, Trial
from rbm_bots.delivery.campaigns.intake import Person
from rbm_bots.delivery.campaigns.prospects import History, Prospects
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.server.campaigns import campaign_desk
from rbm_bots.server.deployment import Deployment
from rbm_bots.server.keys import open_seal
from rbm_bots.settings import Settings
from rbm_bots.store.campaigns import Imported

__all__ = ["open_desk"]

_T = TypeVar("_T")
_TIMEOUT_S: Final = 600


@asynccontextmanager
async def open_desk(settings: Settings, deployment: Deployment) -> AsyncIterator[CampaignDesk]:
    """The desk of a deployment. Raises ``NotTheWriter`` when a server has the database and cannot be asked."""
    async with database_or_server(settings, refused=_refused) as found:
        if isinstance(found, RunningServer):
            yield _RemoteDesk(found)
            return
        seal, billing = open_seal(settings), load_billing(settings.billing)
        yield campaign_desk(lambda: deployment, store=found, seal=seal, clock=SystemClock(), billing=billing)


def _refused(refusal: Refusal) -> CampaignRefused:
    return CampaignRefused(refusal.error, hint=refusal.hint)


class _RemoteDesk:
    """The desk of a running server, over its admin API."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server

    async def begin(self, campaign: Campaign) -> None:
        await self._server.ask("/campaigns", dict[str, str], campaign)

    async def add(self, name: str, people: Sequence[Person]) -> int:
        return (await self._server.ask(f"/campaigns/{quote(name)}/people", dict[str, int], people))["new"]

    async def ready(self, name: str, counts: Imported) -> None:
        await self._server.ask(f"/campaigns/{quote(name)}/ready", dict[str, str], counts)

    async def pause(self, name: str, why: str) -> None:
        del why  # the server says «by hand»
        await self._server.ask(f"/campaigns/{quote(name)}/pause", dict[str, str])

    async def resume(self, name: str, *, budget: int | None = None) -> None:
        await self._server.ask(f"/campaigns/{quote(name)}/resume", dict[str, str], GoOn(budget=budget))

    async def cancel(self, name: str) -> int:
        return (await self._server.ask(f"/campaigns/{quote(name)}/cancel", dict[str, int]))["taken_back"]

    async def status(self, name: str) -> Status:
        return await self._server.ask(f"/campaigns/{quote(name)}", Status, method="GET")

    async def names(self) -> list[tuple[str, str]]:
        return await self._server.ask("/campaigns", list[tuple[str, str]], method="GET")

    async def report(self, name: str, *, after: str, columns: Sequence[str], most: int) -> list[Line]:
        del most  # the server's pages have a size of their own
        query = [("after", after), *(("column", column) for column in columns)]
        return await self._server.ask(f"/campaigns/{quote(name)}/report", list[Line], query=query, method="GET")

    async def prospects(self, bot: str, numbers: Sequence[str]) -> Prospects:
        return await self._server.ask("/campaigns/prospects", Prospects, Asked(bot=bot, numbers=list(numbers)))

    async def history(self, bot: str) -> History:
        return await self._server.ask("/campaigns/history", History, Asked(bot=bot))

    async def send_test(self, test: Trial) -> str:
        return (await self._server.ask("/campaigns/test", dict[str, str], test))["contact"]
