"""The assembly: which parts run in this process, how they start, and how they stop without losing anything.

``serve`` has the webhook and everything behind it. ``work`` has the worker, timers, calls and delivery without a
webhook, for PostgreSQL with several machines. Stopping goes against the stream: first no new webhook calls, then the
events already taken are committed, then the loops finish what they hold, then the database closes. What is unfinished
is a row, and is taken up again at the next start.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import aiohttp
import structlog
from aiohttp import web
from sqlalchemy import Connection

from rbm_bots.accounts.billing import load_billing
from rbm_bots.accounts.nightly import NightlyAudit
from rbm_bots.accounts.projector import Projector
from rbm_bots.channels.maap.verify import verifier_for
from rbm_bots.clock import Clock, SystemClock, to_ms
from rbm_bots.delivery.capability.settings import read_capability_settings
from rbm_bots.outside import outside_session
from rbm_bots.server.accounts import add_accounts
from rbm_bots.server.admin import admin_app
from rbm_bots.server.calls import CallLoop
from rbm_bots.server.campaigns import add_campaigns, campaign_desk, campaign_feeders
from rbm_bots.server.capability import Capability
from rbm_bots.server.capability_api import add_capability_api
from rbm_bots.server.deployment import DeployedBot, Deployment
from rbm_bots.server.health import add_health
from rbm_bots.server.ingest import MOST_BYTES, Ingest
from rbm_bots.server.media import add_media
from rbm_bots.server.message_api import add_message_api
from rbm_bots.server.metrics import Metrics
from rbm_bots.server.reach import Reach, teller
from rbm_bots.server.retention import RetentionLoop
from rbm_bots.server.runners import Runners
from rbm_bots.server.sending import Sending
from rbm_bots.server.sms_webhook import add_sms_webhook
from rbm_bots.server.timers import TimerLoop
from rbm_bots.server.webhook import add_webhook
from rbm_bots.server.worker import Worker
from rbm_bots.settings import Settings
from rbm_bots.store import Store, calls
from rbm_bots.store.batcher import Batcher
from rbm_bots.store.schema import require_current
from rbm_bots.store.seal import Seal
from rbm_bots.versions import KeptVersions

__all__ = ["Server"]

_GRACE_S: Final = 5.0
_log = structlog.get_logger("rbm.server")


class Server:
    """Everything of one process. ``start``, then ``stop``; the store stays the caller's.

    ``follow`` (development): open talks follow the bots' files at the same step name, instead of keeping their version.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        deployment: Deployment,
        store: Store,
        seal: Seal,
        clock: Clock | None = None,
        follow: bool = False,
    ) -> None:
        self.settings = settings
        self.deployment = deployment
        self.metrics = Metrics()
        self.billing = load_billing(settings.billing)
        self._store = store
        self._seal = seal
        self._clock = clock or SystemClock()
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{id(self):x}"
        self._batcher = Batcher(store, most_waiting=settings.most_waiting)
        self._ingests: dict[str, Ingest] = {}
        self._loops: dict[str, tuple[asyncio.Task[None], Callable[[], Awaitable[None]]]] = {}
        self._follow = follow
        self._kept = KeptVersions(seal)
        self._runners = Runners(store=store, seal=seal, kept=self._kept, allow_private=settings.allow_private_http)
        self._sites: list[web.AppRunner] = []
        self._session: aiohttp.ClientSession | None = None
        self._outside: aiohttp.ClientSession | None = None
        self._sending: Sending | None = None
        self._capability: Capability | None = None
        self.worker: Worker | None = None
        self.port = 0

    async def start(self, *, webhook: bool = True, extra: Callable[[web.Application], None] | None = None) -> None:
        """Start the loops, then listen. ``extra`` adds routes to the public application (the emulator in ``dev``).

        Raises :class:`SchemaOutdated` when the tables are of another version.
        """
        await self._store.read(require_current)
        if self._store.exclusive:
            await self._store.write(calls.release_all)
        if not self._follow:
            await self._store.write(self._keep_versions)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        await self._start_loops(self._session)
        if webhook:
            await self._listen(extra)
        await self._listen_admin()

    async def replace(self, deployed: DeployedBot) -> None:
        """Serve a bot from now on in place of the one of its name (a reload).

        Raises what a resource of its Python raises; nothing has changed then.
        """
        await self._runners.replace(deployed)
        bots = {**self.deployment.bots, deployed.id: deployed}
        self.deployment = replace(self.deployment, bots=bots)
        if self._sending is not None:
            self._sending.serve(self.deployment)
        if self.worker is not None:
            self.worker.serve(self.deployment)
        if deployed.id in self._ingests:
            self._ingests[deployed.id].serve(deployed)

    def _keep_versions(self, connection: Connection) -> None:
        now_ms = to_ms(self._clock.now())
        for name, deployed in self.deployment.bots.items():
            if self._kept.keep(connection, name=name, bot=deployed.bot, now_ms=now_ms):
                _log.info("version.kept", bot=name, version=deployed.bot.version)

    async def _start_loops(self, session: aiohttp.ClientSession) -> None:
        await self._runners.start(self.deployment.bots.values())
        store, clock = self._store, self._clock
        self._sending = Sending(
            settings=self.settings,
            deployment=self.deployment,
            store=store,
            seal=self._seal,
            clock=clock,
            metrics=self.metrics,
            owner=self._owner,
            session=session,
        )
        self.worker = Worker(
            store=store,
            clock=clock,
            deployment=self.deployment,
            seal=self._seal,
            metrics=self.metrics,
            legs=self._sending.legs,
            reach=Reach(
                self._sending.guards,
                {name: one.account.application for name, one in self.deployment.bots.items()},
                teller(self.metrics),
            ),
            kept=None if self._follow else self._kept,
        )
        timer_loop = TimerLoop(store=store, clock=clock)
        call_loop = CallLoop(
            store=store,
            clock=clock,
            deployment=self.deployment,
            runners=self._runners,
            seal=self._seal,
            metrics=self.metrics,
            lease_s=self.settings.lease_s,
            drain_s=self.settings.drain_s,
        )
        self._run("worker", self.worker.run, self.worker.stop)
        retention_loop = RetentionLoop(store=store, clock=clock, keep_days=self.settings.keep_bodies_days)
        projector = Projector(
            store=store, billing=self.billing, clock=clock, owner=self._owner, lease_s=self.settings.lease_s
        )
        audit = NightlyAudit(
            store=store,
            billing=self.billing,
            clock=clock,
            owner=self._owner,
            found=self.metrics.ledger_differences.set,
        )
        self._run("ledger", projector.run, projector.stop)
        self._run("audit", audit.run, audit.stop)
        self._run("timers", timer_loop.run, timer_loop.stop)
        self._run("retention", retention_loop.run, retention_loop.stop)
        self._run("calls", call_loop.run, call_loop.stop)
        self._outside = outside_session(allow_private=self.settings.allow_private_http)
        self._capability = Capability(
            settings=read_capability_settings(self.settings.capability),
            deployment=self.deployment,
            store=store,
            seal=self._seal,
            clock=clock,
            owner=self._owner,
            session=session,
            outside=self._outside,
            allow_private=self.settings.allow_private_http,
        )
        for name, run, stop in (*self._sending.loops(), *self._capability.loops()):
            self._run(name, run, stop)
        feeders = campaign_feeders(
            lambda: self.deployment,
            store=store,
            seal=self._seal,
            clock=clock,
            metrics=self.metrics,
            owner=self._owner,
            lease_s=self.settings.lease_s,
        )
        for name, run, stop in feeders:
            self._run(name, run, stop)

    def _run(self, name: str, run: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]) -> None:
        async def body() -> None:
            await run()

        self._loops[name] = (asyncio.create_task(body(), name=name), stop)

    async def _listen(self, extra: Callable[[web.Application], None] | None) -> None:
        for name, deployed in self.deployment.bots.items():
            self._ingests[name] = Ingest(
                deployed,
                batcher=self._batcher,
                seal=self._seal,
                clock=self._clock,
                verifier=verifier_for(deployed.account.webhook_auth, clock=self._clock),
                metrics=self.metrics,
            )
        app = web.Application(client_max_size=MOST_BYTES + 1024 if extra is None else 128 * 1024**2)
        add_webhook(app, self._ingests, self.metrics)
        if self._sending is not None:
            add_sms_webhook(app, self._sending.transports)
        add_health(app, self._store, self._running)
        add_media(app, self.deployment)
        if extra is not None:
            extra(app)
        self.port = await self._serve(app, self.settings.host, self.settings.port)

    async def _listen_admin(self) -> None:
        token = self.settings.admin_token
        if token is None:
            return
        app = admin_app(
            store=self._store,
            seal=self._seal,
            clock=self._clock,
            metrics=self.metrics,
            token=token.get_secret_value(),
        )
        desk = campaign_desk(
            lambda: self.deployment, store=self._store, seal=self._seal, clock=self._clock, billing=self.billing
        )
        add_campaigns(app, desk)
        add_message_api(app, self._store)
        add_accounts(
            app,
            store=self._store,
            billing=self.billing,
            clock=self._clock,
            settings=self.settings,
            token=token.get_secret_value(),
        )
        if self._capability is not None:
            add_capability_api(app, self._capability.desk())
        await self._serve(app, self.settings.admin_host, self.settings.admin_port)

    async def _serve(self, app: web.Application, host: str, port: int) -> int:
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_GRACE_S)
        await runner.setup()
        self._sites.append(runner)  # before it listens: a port that is taken must not leave it behind
        await web.TCPSite(runner, host, port).start()
        return int(runner.addresses[0][1])

    def _running(self) -> dict[str, bool]:
        return {name: not task.done() for name, (task, _) in self._loops.items()}

    async def stop(self) -> None:
        """Drain and stop, against the stream."""
        for runner in self._sites:
            await runner.cleanup()
        await self._batcher.drain()
        for _, stop in self._loops.values():
            await stop()
        outcomes = await asyncio.gather(*(task for task, _ in self._loops.values()), return_exceptions=True)
        for name, outcome in zip(self._loops, outcomes, strict=True):
            if isinstance(outcome, Exception):
                _log.error("loop.fault", loop=name, error=type(outcome).__name__)
        await self._runners.close()
        for session in filter(None, (self._session, self._outside)):
            await session.close()
