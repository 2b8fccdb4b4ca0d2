"""``rbm ledger reconcile`` and ``acknowledge``: an operator's report beside our charges, and who accepts it.

Exit status of ``reconcile``: 0 all the same, 1 there are differences, 2 a file cannot be read.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rbm_bots.cli import messages
from rbm_bots.cli.ledger_month import config_option, echo, month_option, who_option
from rbm_bots.cli.process import one_line_faults, run_async
from rbm_bots.money import show_euro

if TYPE_CHECKING:
    from rbm_bots.accounts.asked import Reconcile, Reconciled, ReportFiles
    from rbm_bots.accounts.reconciliation_result import Result

__all__ = ["acknowledge", "reconcile"]

_SHOWN: Final = 50
_file = partial(click.option, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")


@click.command(help=messages.LEDGER_RECONCILE)
@click.argument("report", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@month_option
@click.option("--operator", default="", help=messages.LEDGER_REPORT_OF)
@_file("--mapping", help=messages.LEDGER_MAPPING)
@_file("--activity", help=messages.LEDGER_ACTIVITY)
@click.option("--tolerance", type=click.FloatRange(0, 3600), default=2.0, help=messages.LEDGER_TOLERANCE)
@click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
@config_option
def reconcile(
    *,
    report: Path,
    month: str,
    operator: str,
    mapping: Path | None,
    activity: Path | None,
    tolerance: float,
    as_json: bool,
    config: Path | None,
) -> None:
    """Compare a report with a month."""
    from rbm_bots.accounts.asked import Reconcile, ReportFiles

    with one_line_faults():
        asked = Reconcile(month=month, operator=operator, tolerance_s=tolerance)
        files = ReportFiles(report=report, mapping=mapping, activity=activity)
        found = run_async(partial(_reconcile, asked, files, config))
    for window in found.windows:
        click.echo(messages.ledger_window(window), err=True)
    if found.elsewhere:
        click.echo(messages.ledger_elsewhere(found.elsewhere), err=True)
    if as_json:
        import msgspec

        echo(json.dumps(msgspec.to_builtins(found.result), ensure_ascii=False))
    else:
        _print(found.result)
    sys.exit(1 if found.result.differences else 0)


async def _reconcile(asked: Reconcile, files: ReportFiles, config: Path | None) -> Reconciled:
    from rbm_bots.cli.ledger_desk import open_desk

    async with open_desk(config) as desk:
        return await desk.reconcile(asked, files)


@click.command(help=messages.LEDGER_ACKNOWLEDGE)
@month_option
@click.option("--operator", required=True, help=messages.LEDGER_ACKNOWLEDGE_OPERATOR)
@click.option("--why", required=True, help=messages.LEDGER_WHY)
@who_option
@config_option
def acknowledge(*, month: str, operator: str, why: str, who: str, config: Path | None) -> None:
    """Store who accepts it."""
    with one_line_faults():
        differences = run_async(partial(_acknowledge, month, operator, why, who, config))
    echo(messages.ledger_acknowledged(month, operator=operator, differences=differences))


async def _acknowledge(month: str, operator: str, why: str, who: str, config: Path | None) -> int:
    from rbm_bots.accounts.asked import Acknowledge
    from rbm_bots.cli.ledger_desk import open_desk

    async with open_desk(config) as desk:
        stored = await desk.acknowledge(Acknowledge(month=month, operator=operator, who=who, why=why))
    return stored.differences


def _print(result: Result) -> None:
    """Totals first, then what differs."""
    echo(messages.ledger_reconciled(result.month, operator=result.operator))
    for one in result.totals:
        echo(messages.ledger_total(one.product, ours=_side(one.ours), theirs=_side(one.theirs)))
    differing = [line for line in result.lines if line["outcome"] != "same"]
    for line in differing[:_SHOWN]:
        side = line["ours"] or line["theirs"]
        place = " ".join(str(side[name]) for name in ("product", "bot", "start") if side.get(name))
        key = side.get("charge") or side.get("id") or ""
        echo(messages.ledger_difference_line(line["outcome"], place=place, key=key, reason=line["reason"]))
    if len(differing) > _SHOWN:
        echo(messages.ledger_more_differences(len(differing) - _SHOWN))
    echo(messages.ledger_reconcile_result(result.counts["same"], different=result.differences))


def _side(said: tuple[int, int | None]) -> str:
    number, micros = said
    return str(number) if micros is None else f"{number} for {show_euro(micros)}"
