"""Hot reload of ``rbm dev``: a bot's files are watched, checked, and swapped whole or not at all.

A save is read by another thread. When the check finds an error, or a resource of ``actions.py`` does not open, the
last good bot goes on, and what is wrong stands in the terminal and above the phones until a save mends it. Open talks
follow the files: they go on at the same step name.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import structlog

from rbm_bots.cli import messages
from rbm_bots.errors import RbmError

if TYPE_CHECKING:
    from watchfiles import Change

    from rbm_bots.botfile.load import Checked
    from rbm_bots.botfile.model import Bot
    from rbm_bots.emulator import Emulator
    from rbm_bots.server.app import Server

__all__ = ["Reloader"]

_GATHER_MS: Final = 400
"""How long further changes of one save are waited for, at most; 50 ms of silence end it sooner."""

_log = structlog.get_logger("rbm.reload")


class Reloader:
    """Watches the bots of a development server. ``bots``: name in the server to folder or file."""

    def __init__(self, *, server: Server, emulator: Emulator, bots: Mapping[str, Path]) -> None:
        self._server = server
        self._emulator = emulator
        self._bots = bots
        self._folders = {name: (path if path.is_dir() else path.parent).resolve() for name, path in bots.items()}
        self._wrong: dict[str, tuple[str, ...]] = {}
        self._watching: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to watch; what is saved from now on is seen."""
        try:
            import watchfiles  # noqa: F401 - an extra: without it the server runs all the same
        except ImportError:
            click.echo(messages.DEV_NOT_WATCHED)
            return
        self._watching = [asyncio.create_task(self._watch(name, path)) for name, path in self._bots.items()]
        await asyncio.sleep(0)  # each task has set up its watch when it first waits

    async def stop(self) -> None:
        """Watch no more; a reload under way ends first or not at all."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def _watch(self, name: str, path: Path) -> None:
        from watchfiles import awatch

        folder = self._folders[name]
        whole = path.suffix != ".yaml"  # beside a bot of one file may lie anything
        async for _ in awatch(folder, watch_filter=_filter(folder), debounce=_GATHER_MS, recursive=whole):
            try:
                await self.reload(name, path)
            except Exception:  # a fault of ours must not end the watch
                _log.exception("reload.fault", bot=name)

    async def reload(self, name: str, path: Path) -> None:
        """Read the bot again; serve it when it has no error, else say why not."""
        from rbm_bots.botfile.load import inspect_bot

        try:
            checked = await asyncio.to_thread(inspect_bot, path)
            if checked.bot is None:
                self._keep(name, _faults(checked))
            elif checked.bot.id != self._server.deployment.bots[name].bot.id:
                self._keep(name, [messages.DEV_OTHER_ID])
            else:
                await self._serve(name, checked.bot)
        except RbmError as wrong:
            self._keep(name, [str(wrong)])

    async def _serve(self, name: str, bot: Bot) -> None:
        await self._server.replace(replace(self._server.deployment.bots[name], bot=bot))
        self._wrong.pop(name, None)
        self._show()
        click.echo(messages.dev_reloaded(name, bot.version))

    def _keep(self, name: str, lines: list[str]) -> None:
        title = messages.dev_last_good(name)
        self._wrong[name] = (title, *lines)
        self._show()
        click.echo("\n".join((*lines, title)))

    def _show(self) -> None:
        self._emulator.put_up(*(line for lines in self._wrong.values() for line in lines))


def _faults(checked: Checked) -> list[str]:
    from rbm_bots.botfile.faults import format_fault

    return [line for fault in checked.faults for line in format_fault(fault, checked.sources).split("\n")]


def _filter(folder: Path) -> Callable[[Change, str], bool]:
    """What belongs to a bot: its YAML files, its Python, its media; no test, no hidden file."""
    from watchfiles import DefaultFilter

    default = DefaultFilter()

    def matters(change: Change, written: str) -> bool:
        path = Path(written)
        if path.name.startswith(".") or path.name.endswith(".test.yaml") or not default(change, written):
            return False
        with contextlib.suppress(ValueError):
            if path.relative_to(folder).parts[0] == "media":
                return True
        return path.suffix in (".yaml", ".py")

    return matters
