"""Runs a brand's actions: resources opened once, arguments converted, a time limit, and a code for whatever goes wrong.

Nothing a brand's Python does reaches a person or stops the server: an undeclared exception is the code ``error`` and
its traceback goes to the log, an action that takes too long is ``timeout``.

An action is looked up in the brand's Python first, then in each further source: what ``actions.py`` defines stands in
for a calendar's or an ``http:`` action of the same name.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Protocol

import structlog

from rbm_bots.actions import Actions, ActionSpec, Context
from rbm_bots.arguments import ArgumentWrong
from rbm_bots.dialogue.stored import NotStorable, restore, store
from rbm_bots.errors import Reject, ResourceFailed
from rbm_bots.events import CallReturned
from rbm_bots.offers import NotSlots, OfferKeeper, read_slots
from rbm_bots.values import Slot

__all__ = ["ActionRunner", "ActionSource"]

_log = structlog.get_logger("rbm.actions")
_BUILD_S: Final = 3.0
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class ActionSource(Protocol):
    """Where actions come from besides the brand's Python; any ``Mapping[str, ActionSpec]`` is one."""

    def get(self, name: str, /) -> ActionSpec | None:
        """The action of this name, or ``None``."""
        ...


class ActionRunner:
    """One per bot. ``start`` opens the resources, ``close`` gives them back in the opposite order.

    ``sources``: further actions; the first that knows a name runs it. ``keeper`` strikes from offers what others hold.
    """

    def __init__(
        self,
        bot: str,
        actions: Actions | None,
        *,
        sources: Sequence[ActionSource] = (),
        keeper: OfferKeeper | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._bot = bot
        self._actions = actions or Actions()
        self._sources: tuple[ActionSource, ...] = (self._actions.actions, *sources)
        self._keeper = keeper
        self._settings = settings if settings is not None else os.environ
        self._resources: dict[str, Any] = {}
        self._open = AsyncExitStack()
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> None:
        """Open every resource of the bot.

        Raises :class:`ResourceFailed` for the first that cannot be opened: a bot without its resources must not start.
        """
        for name, make in self._actions.resources.items():
            manager = asynccontextmanager(make)(self._settings)
            try:
                self._resources[name] = await self._open.enter_async_context(manager)
            except Exception as fault:
                said = f"the resource «{name}» could not be opened ({type(fault).__name__})"
                raise ResourceFailed(said, where=self._bot) from fault

    async def close(self) -> None:
        """Close every resource, when the runs under way have ended."""
        await self._idle.wait()
        await self._open.aclose()
        self._resources.clear()

    async def run(
        self,
        *,
        call_id: str,
        action: str,
        args: Mapping[str, Any],
        slots: Mapping[str, Any],
        customer: Mapping[str, Any] = _NOTHING,
        contact: str,
        now: datetime,
        after: datetime | None = None,
        offers: bool = False,
        pinned: ActionSource | None = None,
    ) -> CallReturned:
        """Run an action, the check ``check:NAME``, or build the flow ``flow:NAME``. Never raises.

        ``args``, ``slots`` and ``customer`` are in their stored form.

        ``after`` is what ``Context.after`` shows. ``offers``: the result is free appointments; those that others hold
        are left out. ``pinned``: actions that this call finds before those of the other sources.
        """
        context = Context(
            now=now,
            contact=contact,
            customer=MappingProxyType(restore(dict(customer))),
            slots=MappingProxyType(restore(dict(slots))),
            key=call_id,
            after=after,
            resources=self._resources,
            log=logging.getLogger(f"rbm_bots.bot.{self._bot}"),
        )
        self._begin()
        try:
            if action.startswith("check:"):
                result = await self._check(action.removeprefix("check:"), context, restore(dict(args)))
            elif action.startswith("flow:"):
                result = await self._build(action.removeprefix("flow:"), context)
            else:
                result = await self._act(action, context, restore(dict(args)), pinned)
            if offers:
                result = await self._offered(action, result, context)
            return CallReturned(call=call_id, result=store(result))
        except _Failed as failed:
            return CallReturned(call=call_id, error=failed.code)
        except (NotStorable, NotSlots) as fault:
            _log.warning("action.result", bot=self._bot, action=action, fault=str(fault))
            return CallReturned(call=call_id, error="error")
        finally:
            self._end()

    def _begin(self) -> None:
        self._under_way += 1
        self._idle.clear()

    def _end(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    async def _act(self, name: str, context: Context, args: Mapping[str, Any], pinned: ActionSource | None) -> object:
        python, *others = self._sources
        sources = (python, *others) if pinned is None else (python, pinned, *others)
        spec = next((spec for source in sources if (spec := source.get(name)) is not None), None)
        if spec is None:
            _log.error("action.missing", bot=self._bot, action=name)
            raise _Failed("error")
        try:
            async with asyncio.timeout(spec.timeout) as limit:
                return await spec.function(context, **spec.convert(args))
        except ArgumentWrong as fault:
            _log.warning("action.arguments", bot=self._bot, action=name, fault=str(fault))
            raise _Failed("error") from fault
        except (Exception, SystemExit) as fault:
            code = "timeout" if limit.expired() else spec.code_of(fault)
            if code == "error":
                _log.exception("action.fault", bot=self._bot, action=name)
            raise _Failed(code) from fault

    async def _offered(self, name: str, result: object, context: Context) -> list[Slot]:
        slots = read_slots(result)
        if self._keeper is None:
            return slots
        return await self._keeper.offered(contact=context.contact, slots=slots, find=name, now=context.now)

    async def _build(self, name: str, context: Context) -> object:
        """The steps of a flow, built in a thread: plain Python must not hold up everybody else."""
        build = self._actions.flows.get(name)
        if build is None:
            _log.error("flow.missing", bot=self._bot, flow=name)
            raise _Failed("error")
        try:
            async with asyncio.timeout(_BUILD_S) as limit:
                return await asyncio.to_thread(build, context)
        except (Exception, SystemExit) as fault:
            if limit.expired():
                raise _Failed("timeout") from fault
            _log.exception("flow.fault", bot=self._bot, flow=name)
            raise _Failed("error") from fault

    async def _check(self, name: str, context: Context, args: Mapping[str, Any]) -> object:
        spec = self._actions.checks.get(name)
        if spec is None:
            _log.error("check.missing", bot=self._bot, check=name)
            raise _Failed("error")
        try:
            async with asyncio.timeout(spec.timeout) as limit:
                return await spec.function(context, args["value"])
        except Reject as fault:
            raise _Failed(fault.reason) from fault
        except (Exception, SystemExit) as fault:
            if limit.expired():
                raise _Failed("timeout") from fault
            _log.exception("check.fault", bot=self._bot, check=name)
            raise _Failed("error") from fault


class _Failed(Exception):
    """The action ended with a code of «on_error»."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
