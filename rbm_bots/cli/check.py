"""``rbm check``: every fault of bots' files, with its place and what to write instead."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.errors import UsageError

if TYPE_CHECKING:
    from rbm_bots.botfile.load import Checked

__all__ = ["check"]


@click.command()
@click.argument("bots", metavar="BOT...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=messages.CHECK_FORMAT)
def check(*, bots: tuple[Path, ...], form: str) -> None:
    """Read bots and show what is wrong with them. BOT is a bot's folder or file.

    Exit status 0 without errors (warnings do not count), 1 with one, 2 when there is no bot to read.
    """
    from rbm_bots.botfile.load import inspect_bot

    try:
        checked = {bot: inspect_bot(bot) for bot in bots}
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from None
    if form == "json":
        faults = sorted({fault for found in checked.values() for fault in found.faults})
        click.echo(json.dumps([fault.as_json() for fault in faults], ensure_ascii=False, indent=1))
    else:
        for bot, found in checked.items():
            _print(str(bot), found)
    sys.exit(any(fault.severity == "error" for found in checked.values() for fault in found.faults))


def _print(bot: str, checked: Checked) -> None:
    from rbm_bots.botfile.faults import format_fault

    for fault in checked.faults:
        click.echo(format_fault(fault, checked.sources))
    errors = sum(fault.severity == "error" for fault in checked.faults)
    click.echo(messages.check_result(bot, errors=errors, warnings=len(checked.faults) - errors))
