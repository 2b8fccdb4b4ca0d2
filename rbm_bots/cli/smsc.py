"""``rbm smsc``: an operator's SMS centre on this machine, over UCP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults, run_async, until_stopped

if TYPE_CHECKING:
    from rbm_bots.emulator.smsc import SmscSettings

__all__ = ["smsc"]


def _login(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[str, str] | None:
    if value is None:
        return None
    account, colon, password = value.partition(":")
    if not (colon and password and account.isascii() and account.isdigit() and len(account) <= 16):
        raise click.BadParameter(messages.SMSC_LOGIN_FORM)
    return account, password


@click.command(help=messages.SMSC)
@click.option("--port", type=click.IntRange(0, 65_535), default=13_777, show_default=True, help=messages.SMSC_PORT)
@click.option("--login", callback=_login, metavar="USER:PASS", help=messages.SMSC_LOGIN)
@click.option("--rate", type=click.IntRange(1, 10_000), metavar="N", help=messages.SMSC_RATE)
@click.option(
    "--record", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.jsonl", help=messages.SMSC_RECORD
)
def smsc(*, port: int, login: tuple[str, str] | None, rate: int | None, record: Path | None) -> None:
    """Play the SMS centre until told to stop."""
    from rbm_bots.emulator.smsc import SmscSettings

    settings = SmscSettings(rate=rate)
    if login is not None:
        settings = SmscSettings(rate=rate, account=login[0], password=login[1])
    with one_line_faults():
        run_async(lambda: _serve(settings, port=port, record=record))


async def _serve(settings: SmscSettings, *, port: int, record: Path | None) -> None:
    from rbm_bots.clock import SystemClock
    from rbm_bots.emulator.smsc import Smsc

    centre = Smsc(settings=settings, clock=SystemClock(), record_file=record)
    await centre.start(port)
    try:
        click.echo(messages.smsc_ready(centre.port))
        await until_stopped()
    finally:
        await centre.stop()
