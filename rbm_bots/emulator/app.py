"""The emulator as a whole: assembled once, mounted alone or in another application, started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from aiohttp import web

from rbm_bots.clock import Clock
from rbm_bots.emulator.acts import Acts
from rbm_bots.emulator.bulk import BulkChecks
from rbm_bots.emulator.changes import Notice
from rbm_bots.emulator.control import Control
from rbm_bots.emulator.courier import Courier
from rbm_bots.emulator.files import Files
from rbm_bots.emulator.page import PhonePage
from rbm_bots.emulator.platform import Platform
from rbm_bots.emulator.record import Record
from rbm_bots.emulator.resources import Resources
from rbm_bots.emulator.settings import EmulatorSettings
from rbm_bots.emulator.time import EmulatorClock

__all__ = ["Emulator", "build_emulator"]


class Emulator:
    """A fake operator. ``add_routes`` before the application starts; ``start`` and ``stop`` around its life."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.clock = platform.clock
        files, courier = Files(platform), Courier(platform)
        self._resources = Resources(platform, courier, files, BulkChecks(platform))
        self._control = Control(platform, Acts(platform, courier), files)
        self._page = PhonePage(platform)
        self._timers: asyncio.Task[None] | None = None

    @property
    def checks_signatures(self) -> bool:
        """Whether the bots' tokens are checked against a public key."""
        return self.platform.gateway.jwt.checks_signatures

    def add_routes(self, app: web.Application, *, front: bool = True) -> None:
        """Mount the operator, the control API and the phone page (with ``front`` also at ``/``)."""
        self._resources.add_routes(app)
        self._control.add_routes(app)
        self._page.add_routes(app, front=front)
        app.on_shutdown.append(self._end_streams)

    def put_up(self, *lines: str) -> None:
        """Show these lines above every phone, until others take their place; none take them down."""
        self.platform.changes.put_up(Notice(lines))

    async def start(self) -> None:
        """Start the timers and the webhook."""
        self.clock.settle_with(self.platform.webhook.settled)
        await self.platform.webhook.start()
        self._timers = asyncio.create_task(self.clock.run())

    async def stop(self) -> None:
        """End every background task and wait for it; close the record."""
        self.platform.changes.end()
        if self._timers:
            self._timers.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._timers
        await self.platform.webhook.stop()
        self.platform.record.close()

    async def _end_streams(self, _app: web.Application) -> None:
        self.platform.changes.end()


def build_emulator(
    settings: EmulatorSettings | None = None, *, clock: Clock | None = None, record_file: Path | None = None
) -> Emulator:
    """An emulator that is not started yet; ``clock`` is what its own time runs on, the system's when unset.

    Raises ``SettingsError`` for a public key or a time zone that is none, ``OSError`` for a record file that cannot be
    written.
    """
    settings = settings or EmulatorSettings()
    record = Record(
        lines=settings.record_lines,
        secret_headers=(*settings.gsma_auth_headers, settings.webhook_header),
        file=record_file,
    )
    return Emulator(Platform(settings, EmulatorClock(clock), record))
