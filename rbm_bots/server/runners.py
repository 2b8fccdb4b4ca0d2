"""What runs the actions of each bot of this process, and changes hands when a bot is loaded again.

An action is the bot's own Python, an ``http:`` action, a calendar's, or ``rbm.hold``. Python and calendars are of
today; an ``http:`` action is part of a bot's files, so a talk that began with an earlier version calls that version's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from functools import partial

import aiohttp

from rbm_bots.botfile.model import Bot
from rbm_bots.calendars import CalendarActions, SlotKeeper, StoredBook, specs_of
from rbm_bots.http_actions.source import http_actions
from rbm_bots.outside import outside_session
from rbm_bots.runner import ActionRunner, ActionSource
from rbm_bots.server.deployment import DeployedBot
from rbm_bots.store import Store
from rbm_bots.store.seal import Seal
from rbm_bots.versions import KeptVersions

__all__ = ["Runners"]


class Runners:
    """One per server; ``start`` before calls are run, ``close`` after the last one."""

    def __init__(
        self,
        *,
        store: Store,
        seal: Seal,
        kept: KeptVersions,
        allow_private: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._store = store
        self._book = StoredBook(store, seal)
        self._kept = kept
        self._allow_private = allow_private
        self._environment = environment if environment is not None else os.environ
        self._bots: dict[str, tuple[Bot, ActionRunner]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._outside: aiohttp.ClientSession | None = None

    async def start(self, bots: Iterable[DeployedBot]) -> None:
        """Open the resources of every bot. Raises what a resource raises."""
        self._outside = outside_session(allow_private=self._allow_private)
        for deployed in bots:
            await self.replace(deployed)

    async def replace(self, deployed: DeployedBot) -> None:
        """Run the actions of this bot from now on; what runs under the same name ends with the calls it has.

        Raises what a resource raises; nothing has changed then.
        """
        runner = self._runner(deployed)
        try:
            await runner.start()
        except BaseException:
            await runner.close()
            raise
        old = self._bots.get(deployed.id)
        self._bots[deployed.id] = (deployed.bot, runner)
        if old is not None:
            closing = asyncio.create_task(old[1].close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def of(self, bot: str) -> ActionRunner:
        """The runner of the bot that is served under this name."""
        return self._bots[bot][1]

    async def pinned(self, bot: str, version: str) -> ActionSource | None:
        """The ``http:`` actions of an earlier version; ``None`` for today's."""
        newest, _ = self._bots[bot]
        if version in ("", newest.version):
            return None
        kept = await self._store.read(partial(self._kept.find, name=bot, newest=newest, version=version))
        return self._http(kept.bot) if kept is not None else None

    async def close(self) -> None:
        """Close every resource."""
        closing = [runner.close() for _, runner in self._bots.values()]
        await asyncio.gather(*closing, *self._closing)
        self._bots.clear()
        if self._outside is not None:
            await self._outside.close()

    def _runner(self, deployed: DeployedBot) -> ActionRunner:
        specs = specs_of(deployed.bot)
        keeper = SlotKeeper(deployed.id, self._book, specs)
        calendars = CalendarActions(
            deployed.id,
            self._book,
            specs,
            folder=deployed.bot.folder,
            session=self._outside,
            allow_private=self._allow_private,
        )
        sources = (self._http(deployed.bot), calendars, keeper)
        return ActionRunner(deployed.id, deployed.bot.actions, sources=sources, keeper=keeper)

    def _http(self, bot: Bot) -> ActionSource:
        assert self._outside is not None, "it is started first"
        return http_actions(bot, self._outside, secrets=self._environment, allow_private=self._allow_private)
