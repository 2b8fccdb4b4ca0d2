"""``rbm check``: every fault of bots' files, with its place and what to write instead. ``rbm explain``: more of one."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.errors import UsageError

if TYPE_CHECKING:
    from rbm_bots.botfile.load import Checked

__all__ = ["check", "explain"]


@click.command()
@click.argument("bots", metavar="BOT...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help=messages.CHECK_FORMAT,
)
def check(*, bots: tuple[Path, ...], form: str) -> None:
    """Read bots and show what is wrong with them. BOT is a bot's folder or file.

    Exit status 0 without errors (warnings do not count), 1 with one, 2 when there is no bot to read.
    """
    try:
        checked = _inspected(bots)
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from None
    if form == "text":
        for bot, found in checked.items():
            _print(str(bot), found)
    else:
        _report(form, checked)
    sys.exit(any(fault.severity == "error" for found in checked.values() for fault in found.faults))


def _inspected(bots: tuple[Path, ...]) -> dict[Path, Checked]:
    """What is found. A large bot only adds objects: looking for dead ones meanwhile would take a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return {bot: _inspect(bot) for bot in bots}
    finally:
        if collects:
            gc.enable()


def _inspect(bot: Path) -> Checked:
    """What is found in the files, and in the flows that the bot's Python builds for a stranger."""
    from rbm_bots.botfile.load import inspect_bot
    from rbm_bots.botfile.python_flows import sample_flows

    checked = inspect_bot(bot)
    if checked.bot is None:
        return checked
    _, built = sample_flows(checked.bot, now=datetime.now(UTC))
    return replace(checked, faults=tuple(sorted((*checked.faults, *built))))


def _report(form: str, checked: dict[Path, Checked]) -> None:
    from rbm_bots.cli.check_report import as_github, as_json, as_sarif

    faults = sorted({fault for found in checked.values() for fault in found.faults})
    written = {"json": as_json, "github": as_github, "sarif": as_sarif}[form](faults)
    if written:
        click.echo(written)


def _print(bot: str, checked: Checked) -> None:
    from rbm_bots.botfile.faults import format_fault

    for fault in sorted(checked.faults, key=lambda fault: fault.severity != "error"):  # many warnings hide no error
        click.echo(format_fault(fault, checked.sources))
    errors = sum(fault.severity == "error" for fault in checked.faults)
    click.echo(messages.check_result(bot, errors=errors, warnings=len(checked.faults) - errors))


@click.command()
@click.argument("code", required=False)
def explain(*, code: str | None) -> None:
    """Explain a fault of «rbm check»: what it means, why it matters, a wrong and a right example.

    CODE is what stands in square brackets behind a fault; without it, all are listed.
    """
    from rbm_bots.botfile.codes import CODES
    from rbm_bots.botfile.explain import explain as page_of

    if code is None:
        for name, entry in CODES.items():
            click.echo(messages.explain_line(name, severity=entry.severity, says=entry.says))
        return
    try:
        click.echo(page_of(code), nl=False)
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from None
