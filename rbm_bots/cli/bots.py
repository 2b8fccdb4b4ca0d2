"""A bot for a command that needs a good one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.errors import UsageError

if TYPE_CHECKING:
    from rbm_bots.botfile.model import Bot

__all__ = ["load_or_tell"]


def load_or_tell(path: Path) -> Bot:
    """The bot at ``path``; a faulty one shows its faults and ends the command with 1, a missing one with 2."""
    from rbm_bots.botfile.faults import format_fault
    from rbm_bots.botfile.load import inspect_bot

    try:
        checked = inspect_bot(path)
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from None
    if checked.bot is None:
        for fault in checked.faults:
            click.echo(format_fault(fault, checked.sources), err=True)
        sys.exit(1)
    return checked.bot
