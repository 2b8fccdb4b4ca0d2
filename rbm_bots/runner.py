"""Runs a brand's actions: resources opened once, arguments converted, a time limit, and a code for whatever goes wrong.

Nothing a brand's Python does reaches a person or stops the server: an undeclared exception is the code ``error`` and
its traceback goes to the log, an action that takes too long is ``timeout``.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

import structlog

from rbm_bots.actions import Actions, Context
from rbm_bots.arguments import ArgumentWrong
from rbm_bots.dialogue.stored import NotStorable, restore, store
from rbm_bots.errors import Reject
from rbm_bots.events import CallReturned

__all__ = ["ActionRunner"]

_log = structlog.get_logger("rbm.actions")


class ActionRunner:
    """One per bot. ``start`` opens the resources, ``close`` gives them back in the opposite order."""

    def __init__(self, bot: str, actions: Actions | None, *, settings: Mapping[str, str] | None = None) -> None:
        self._bot = bot
        self._actions = actions or Actions()
        self._settings = settings if settings is not None else os.environ
        self._resources: dict[str, Any] = {}
        self._open = AsyncExitStack()

    async def start(self) -> None:
        """Open every resource of the bot. Raises what a resource raises: a bot without its resources must not start."""
        for name, make in self._actions.resources.items():
            manager = asynccontextmanager(make)(self._settings)
            self._resources[name] = await self._open.enter_async_context(manager)

    async def close(self) -> None:
        """Close every resource."""
        await self._open.aclose()
        self._resources.clear()

    async def run(
        self,
        *,
        call_id: str,
        action: str,
        args: Mapping[str, Any],
        slots: Mapping[str, Any],
        contact: str,
        now: datetime,
    ) -> CallReturned:
        """Run an action, or the check ``check:NAME``; ``args`` and ``slots`` in their stored form. Never raises."""
        context = Context(
            now=now,
            contact=contact,
            slots=restore(dict(slots)),
            key=call_id,
            resources=self._resources,
            log=logging.getLogger(f"rbm_bots.bot.{self._bot}"),
        )
        try:
            if action.startswith("check:"):
                result = await self._check(action.removeprefix("check:"), context, restore(dict(args)))
            else:
                result = await self._act(action, context, restore(dict(args)))
            return CallReturned(call=call_id, result=store(result))
        except _Failed as failed:
            return CallReturned(call=call_id, error=failed.code)
        except NotStorable as fault:
            _log.warning("action.result", bot=self._bot, action=action, fault=str(fault))
            return CallReturned(call=call_id, error="error")

    async def _act(self, name: str, context: Context, args: Mapping[str, Any]) -> object:
        spec = self._actions.actions.get(name)
        if spec is None:
            _log.error("action.missing", bot=self._bot, action=name)
            raise _Failed("error")
        try:
            async with asyncio.timeout(spec.timeout):
                return await spec.function(context, **spec.convert(args))
        except TimeoutError as fault:
            raise _Failed("timeout") from fault
        except ArgumentWrong as fault:
            _log.warning("action.arguments", bot=self._bot, action=name, fault=str(fault))
            raise _Failed("error") from fault
        except Exception as fault:
            code = spec.code_of(fault)
            if code == "error":
                _log.exception("action.fault", bot=self._bot, action=name)
            raise _Failed(code) from fault

    async def _check(self, name: str, context: Context, args: Mapping[str, Any]) -> object:
        spec = self._actions.checks[name]
        try:
            async with asyncio.timeout(spec.timeout):
                return await spec.function(context, args["value"])
        except TimeoutError as fault:
            raise _Failed("timeout") from fault
        except Reject as fault:
            raise _Failed(fault.reason) from fault
        except Exception as fault:
            _log.exception("check.fault", bot=self._bot, check=name)
            raise _Failed("error") from fault


class _Failed(Exception):
    """The action ended with a code of «on_error»."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
