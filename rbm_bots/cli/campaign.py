"""``rbm campaign``: one message or scene to everybody of an audience, planned, run, watched and reported."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults, run_async
from rbm_bots.money import EURO

if TYPE_CHECKING:
    from rbm_bots.delivery.campaigns.desk import CampaignDesk, Status

__all__ = ["campaign"]

_T = TypeVar("_T")
_FOLLOW_S: Final = 2.0
_OVER: Final = frozenset({"done", "cancelled"})

_config = click.option(
    "--config", type=click.Path(dir_okay=False, path_type=Path), metavar="rbm.toml", help=messages.CONFIG
)
_as_json = click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_name = click.argument("name")


@click.group(help=messages.CAMPAIGN)
def campaign() -> None:
    """Hold the commands."""


@campaign.command("plan", help=messages.CAMPAIGN_PLAN)
@_config
@_as_json
@click.option("--answers", type=click.FloatRange(0, 100), metavar="PERCENT", help=messages.CAMPAIGN_ANSWERS)
@click.option("--sms", "sms_percent", type=click.FloatRange(0, 100), metavar="PERCENT", help=messages.CAMPAIGN_SMS)
@_file
def _plan(*, config: Path | None, as_json: bool, answers: float | None, sms_percent: float | None, file: Path) -> None:
    """Exit status 0: it fits; 1: the file has faults, or it does not fit; 2: wrong use."""
    from rbm_bots.cli.campaign_planning import make_plan
    from rbm_bots.cli.campaign_shown import as_json as shown_as_json
    from rbm_bots.cli.campaign_shown import plan_lines

    share = Fraction(str(sms_percent)) / 100 if sms_percent is not None else None
    rate = Decimal(str(answers)) / 100 if answers is not None else None
    with one_line_faults():
        made = run_async(lambda: make_plan(config, file, sms_share=share, answer_rate=rate))
    if as_json:
        _echo(json.dumps(shown_as_json(made), ensure_ascii=False))
    else:
        for line in plan_lines(made):
            _echo(line)
    sys.exit(1 if made.run.refusal is not None else 0)


@campaign.command("run", help=messages.CAMPAIGN_RUN)
@_config
@click.option("--to", "number", metavar="NUMBER", help=messages.CAMPAIGN_TO)
@click.option("--variant", default="", help=messages.CAMPAIGN_VARIANT)
@_file
def _run(*, config: Path | None, number: str | None, variant: str, file: Path) -> None:
    """Import the audience and start, or send a test to one of its testers."""
    from rbm_bots.cli.campaign_importing import import_and_start, try_out

    with one_line_faults():
        if number is not None:
            contact = run_async(lambda: try_out(config, file, number=number, variant=variant))
            _echo(messages.campaign_tested(contact))
            return
        try:
            name, people = run_async(lambda: import_and_start(config, file, shown=_progress))
        finally:
            _progress("")
    _echo(messages.campaign_started(name, people=f"{people:,}"))


@campaign.command("pause", help=messages.CAMPAIGN_PAUSE)
@_config
@_name
def _pause(*, config: Path | None, name: str) -> None:
    _with_desk(config, lambda desk: desk.pause(name, "by hand"))
    _echo(messages.campaign_paused(name))


@campaign.command("resume", help=messages.CAMPAIGN_RESUME)
@_config
@click.option("--budget", type=click.FloatRange(0, min_open=True), metavar="EUROS", help=messages.CAMPAIGN_BUDGET)
@_name
def _resume(*, config: Path | None, budget: float | None, name: str) -> None:
    micros = int(Decimal(str(budget)) * EURO) if budget is not None else None
    _with_desk(config, lambda desk: desk.resume(name, budget=micros))
    _echo(messages.campaign_resumed(name))


@campaign.command("cancel", help=messages.CAMPAIGN_CANCEL)
@_config
@_name
def _cancel(*, config: Path | None, name: str) -> None:
    taken = _with_desk(config, lambda desk: desk.cancel(name))
    _echo(messages.campaign_cancelled(name, taken_back=f"{taken:,}"))


@campaign.command("status", help=messages.CAMPAIGN_STATUS)
@_config
@_as_json
@click.option("--follow", is_flag=True, help=messages.CAMPAIGN_FOLLOW)
@click.argument("name", required=False)
def _status(*, config: Path | None, as_json: bool, follow: bool, name: str | None) -> None:
    import msgspec

    from rbm_bots.cli.campaign_shown import status_lines
    from rbm_bots.ledger.months import PARIS

    if name is None:
        found = _with_desk(config, lambda desk: desk.names())
        if as_json:
            _echo(json.dumps([{"campaign": one, "state": state} for one, state in found]))
        for one, state in found if not as_json else ():
            _echo(messages.campaign_listed(one, state=state))
        if not found and not as_json:
            _echo(messages.CAMPAIGN_NONE)
        return
    status = _followed(config, name) if follow else _with_desk(config, lambda desk: desk.status(name))
    if as_json:
        _echo(json.dumps(msgspec.to_builtins(status), ensure_ascii=False))
        return
    for line in status_lines(status, PARIS):
        _echo(line)


def _followed(config: Path | None, name: str) -> Status:
    """Show how far it is until it is over. Between two looks the database is let go: a server may want to start."""
    from rbm_bots.cli.campaign_shown import bar
    from rbm_bots.clock import SystemClock

    try:
        while True:
            status = _with_desk(config, lambda desk: desk.status(name))
            if status.state in _OVER:
                return status
            _progress(bar(status))
            run_async(lambda: SystemClock().sleep(_FOLLOW_S))
    finally:
        _progress("")


@campaign.command("report", help=messages.CAMPAIGN_REPORT)
@_config
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=messages.CAMPAIGN_OUT)
@click.option("--with", "columns", multiple=True, metavar="COLUMN", help=messages.CAMPAIGN_WITH)
@_name
def _report(*, config: Path | None, out: Path | None, columns: tuple[str, ...], name: str) -> None:
    from rbm_bots.cli.campaign_files import write_csv, write_parquet

    async def write(desk: CampaignDesk) -> int:
        if out is None:
            return await _write_out(desk, name, columns)
        if out.suffix == ".parquet":
            return await write_parquet(desk, name, columns, out)
        with out.open("w", encoding="utf-8", newline="") as file:
            return await write_csv(desk, name, columns, file)

    async def look_and_write(desk: CampaignDesk) -> int:
        """No file is opened for a name or a column that is refused."""
        if any(line.emptied for line in await desk.report(name, after="", columns=columns, most=1)):
            click.echo(messages.campaign_emptied(name).encode(), err=True)
        return await write(desk)

    count = _with_desk(config, look_and_write)
    if out is not None:
        _echo(messages.campaign_reported(str(out), people=f"{count:,}"))


async def _write_out(desk: CampaignDesk, name: str, columns: Sequence[str]) -> int:
    """To the standard output, until whoever reads it has seen enough."""
    from rbm_bots.cli.campaign_files import write_csv

    try:
        count = await write_csv(desk, name, columns, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what Python still holds goes nowhere
        return 0
    return count


def _with_desk(config: Path | None, work: Callable[[CampaignDesk], Awaitable[_T]]) -> _T:
    from rbm_bots.cli.campaign_desk import open_desk
    from rbm_bots.server.deployment import load_deployment
    from rbm_bots.settings import load_settings

    async def body() -> _T:
        settings = load_settings(config)
        async with open_desk(settings, load_deployment(settings)) as desk:
            return await work(desk)

    with one_line_faults():
        return run_async(body)


def _progress(line: str) -> None:
    """One line that is written over again and again, never wider than the terminal; nothing where nobody looks."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        click.echo(f"\r\x1b[K{line[:width]}".encode(), nl=False, err=True)


def _echo(text: str) -> None:
    """UTF-8, whatever the terminal's locale is."""
    click.echo((text + "\n").encode(), nl=False)
