"""``rbm db``: the database's tables."""

from __future__ import annotations

from pathlib import Path

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults, run_async

__all__ = ["db"]


@click.group(help=messages.DB)
def db() -> None:
    """Hold the database commands."""


@db.command("upgrade", help=messages.DB_UPGRADE)
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), metavar="rbm.toml", help=messages.CONFIG)
def _upgrade(*, config: Path | None) -> None:
    """Bring the tables to this version."""
    from rbm_bots.settings import load_settings
    from rbm_bots.store.schema import HEAD
    from rbm_bots.store.schema import upgrade as upgrade_database

    with one_line_faults():
        settings = load_settings(config)
        run_async(lambda: upgrade_database(settings.database))
    click.echo(messages.db_upgraded(HEAD))
