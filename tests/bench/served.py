"""The server process of the webhook bench: ``python -m tests.bench.served bare|webhook|whole DATABASE CORE``.

``bare`` parses the body and answers; ``webhook`` is the whole way in with its durable commit and nothing behind it;
``whole`` is a production server with worker, timers, calls and delivery. Prints its port, then serves until SIGTERM.
``/drain`` of ``webhook`` empties the worker's queue, as a worker that keeps up would.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Final

import uvloop
from aiohttp import web
from sqlalchemy import delete

from rbm_bots.channels.maap.event_shape import decode_fast
from rbm_bots.channels.maap.verify import verifier_for
from rbm_bots.clock import SystemClock
from rbm_bots.server.app import Server
from rbm_bots.server.deployment import DeployedBot, Deployment, load_deployment
from rbm_bots.server.ingest import MOST_BYTES, Ingest
from rbm_bots.server.logs import configure_logs
from rbm_bots.server.metrics import Metrics
from rbm_bots.server.webhook import add_webhook
from rbm_bots.settings import Settings
from rbm_bots.store import Store, open_store
from rbm_bots.store.base import table
from rbm_bots.store.batcher import Batcher
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import InboxRow
from tests.bench.events import BOT, TOKEN

__all__ = ["BOT_FOLDER", "SEAL", "deployed_garage", "main"]

BOT_FOLDER: Final = Path(__file__).parents[2] / "bots" / BOT
SEAL: Final = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))


def main() -> None:
    """Serve until SIGTERM."""
    kind, database, core = sys.argv[1:]
    if core:
        os.sched_setaffinity(0, {int(core)})
    configure_logs(level="warning")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(kind, database))


def deployed_garage() -> DeployedBot:
    """The bot that all benches use."""
    return load_deployment(_settings("sqlite:///unused")).bots[BOT]


async def _serve(kind: str, database: str) -> None:
    if kind == "bare":
        runner, port = await _listen(_bare())
        await _until_stopped(port)
        await runner.cleanup()
        return
    store = await open_store(database)
    settings = _settings(database)
    deployment = load_deployment(settings)
    if kind == "webhook":
        runner, port = await _listen(_webhook(store, deployment))
        await _until_stopped(port)
        await runner.cleanup()
    else:
        server = Server(settings=settings, deployment=deployment, store=store, seal=SEAL)
        await server.start()
        await _until_stopped(server.port)
        await server.stop()
    await store.close()


def _bare() -> web.Application:
    async def take(request: web.Request) -> web.Response:
        decode_fast(await request.read())
        return web.Response(body=b'{"status":"ok"}', content_type="application/json")

    app = web.Application(client_max_size=MOST_BYTES + 1024)
    app.router.add_post(f"/webhooks/maap/{BOT}", take)
    return app


def _webhook(store: Store, deployment: Deployment) -> web.Application:
    clock, metrics, batcher = SystemClock(), Metrics(), Batcher(store)
    ingests = {
        name: Ingest(
            deployed,
            batcher=batcher,
            seal=SEAL,
            clock=clock,
            verifier=verifier_for(deployed.account.webhook_auth, clock=clock),
            metrics=metrics,
        )
        for name, deployed in deployment.bots.items()
    }

    async def drain(_request: web.Request) -> web.Response:
        await store.write(lambda connection: connection.execute(delete(table(InboxRow))))
        return web.Response()

    app = web.Application(client_max_size=MOST_BYTES + 1024)
    app.router.add_get("/drain", drain)
    add_webhook(app, ingests, metrics)
    return app


def _settings(database: str) -> Settings:
    # delivery goes to a port where nobody listens: every send is refused at once and tried again later
    how = {"api_base": "http://127.0.0.1:9/gsma", "auth_mode": "gsma_only", "gsma_token": "static"}
    account = {"application": "APP1", "token": "t", "webhook_auth": {"kind": "header", "value": TOKEN}}
    return Settings(
        database=database,
        port=0,
        public_url="https://bots.example",
        drain_s=0,
        applications={"APP1": {"settings": how}},
        bots={BOT: {"path": str(BOT_FOLDER), **account}},
    )


async def _listen(app: web.Application) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, int(runner.addresses[0][1])


async def _until_stopped(port: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print(port, flush=True)
    await stop.wait()


if __name__ == "__main__":
    main()
