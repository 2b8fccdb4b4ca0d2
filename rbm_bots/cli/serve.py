"""``rbm serve`` and ``rbm work``: production."""

from __future__ import annotations

from pathlib import Path

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults, run_async, until_stopped
from rbm_bots.errors import SettingsError

__all__ = ["serve", "work"]

_config = click.option(
    "--config", type=click.Path(dir_okay=False, path_type=Path), metavar="rbm.toml", help=messages.CONFIG
)
_level = click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", help=messages.LOG_LEVEL
)


@click.command(help=messages.SERVE)
@_config
@_level
def serve(*, config: Path | None, log_level: str) -> None:
    """Webhook, worker, timers, calls and delivery in one process."""
    with one_line_faults():
        run_async(lambda: _run(config, log_level, webhook=True))


@click.command(help=messages.WORK)
@_config
@_level
def work(*, config: Path | None, log_level: str) -> None:
    """Worker, timers, calls and delivery, without a webhook."""
    with one_line_faults():
        run_async(lambda: _run(config, log_level, webhook=False))


async def _run(config: Path | None, log_level: str, *, webhook: bool) -> None:
    from rbm_bots.server.app import Server
    from rbm_bots.server.deployment import load_deployment
    from rbm_bots.server.keys import open_seal
    from rbm_bots.server.logs import configure_logs
    from rbm_bots.settings import load_settings
    from rbm_bots.store import open_store

    configure_logs(level=log_level)
    settings = load_settings(config)
    if not webhook and settings.database.startswith("sqlite"):
        raise SettingsError(messages.WORK_WANTS_POSTGRES, hint=messages.WORK_WANTS_POSTGRES_HINT)
    seal = open_seal(settings)
    deployment = load_deployment(settings)
    store = await open_store(settings.database)
    try:
        server = Server(settings=settings, deployment=deployment, store=store, seal=seal)
        try:
            await server.start(webhook=webhook)
            click.echo(messages.serving(settings.host, server.port) if webhook else messages.WORKING)
            await until_stopped()
        finally:
            await server.stop()
    finally:
        await store.close()
