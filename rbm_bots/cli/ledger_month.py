"""``rbm ledger month`` and ``close``: what a month costs, in every format, and its end.

Exit status: 0 done, 1 something stands in the way of closing, 2 wrong use.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from csv import writer as csv_writer
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults, run_async
from rbm_bots.money import show_euro

if TYPE_CHECKING:
    from rbm_bots.accounts.desk import Desk
    from rbm_bots.accounts.periods import Blocker
    from rbm_bots.accounts.statements import Line, Scope, Statement

__all__ = ["close", "config_option", "echo", "month", "month_option", "present_month", "who_option"]

_UNPRICED: Final = "UNPRICED"

config_option = click.option(
    "--config", type=click.Path(dir_okay=False, path_type=Path), metavar="rbm.toml", help=messages.CONFIG
)
month_option = click.option("--month", metavar="2026-03", required=True, help=messages.LEDGER_MONTH_WHICH)
who_option = click.option("--who", default=getpass.getuser, show_default=False, help=messages.LEDGER_WHO)
_out = partial(click.option, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")


@click.command(help=messages.LEDGER_MONTH)
@click.option("--month", "which", metavar="2026-03", help=messages.LEDGER_MONTH_DEFAULT)
@click.option("--brand", help=messages.LEDGER_OF_BRAND)
@click.option("--bot", help=messages.LEDGER_OF_BOT)
@click.option("--campaign", help=messages.LEDGER_OF_CAMPAIGN)
@click.option("--operator", help=messages.LEDGER_OF_OPERATOR)
@_out("--csv", help=messages.LEDGER_CSV)
@_out("--parquet", help=messages.LEDGER_PARQUET)
@_out("--pdf", help=messages.LEDGER_PDF)
@_out("--html", help=messages.LEDGER_HTML)
@_out("--charges", help=messages.LEDGER_CHARGES)
@click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
@config_option
def month(
    *,
    which: str | None,
    brand: str | None,
    bot: str | None,
    campaign: str | None,
    operator: str | None,
    csv: Path | None,
    parquet: Path | None,
    pdf: Path | None,
    html: Path | None,
    charges: Path | None,
    as_json: bool,
    config: Path | None,
) -> None:
    """Print the statement, or write it."""
    from rbm_bots.accounts.statements import Scope

    scope = Scope(brand=brand, bot=bot, campaign=campaign, operator=operator)
    files = {"csv": csv, "parquet": parquet, "pdf": pdf, "html": html}
    with one_line_faults():
        shown = run_async(partial(_statement, which or present_month(), scope, config, charges))
        written = [_write(shown, name, path) for name, path in files.items() if path is not None]
        written += [] if charges is None else [charges]
    if as_json:
        from rbm_bots.accounts.statements_rows import as_json as members

        echo(json.dumps(members(shown), ensure_ascii=False))
    elif written:
        for path in written:
            echo(messages.ledger_written(str(path)))
    else:
        _print(shown)


async def _statement(which: str, scope: Scope, config: Path | None, charges: Path | None) -> Statement:
    from rbm_bots.accounts.asked import MonthAsked
    from rbm_bots.cli.ledger_desk import open_desk

    async with open_desk(config) as desk:
        shown = await desk.month(MonthAsked(month=which, scope=scope))
        if charges is not None:
            await _write_charges(desk, which, scope, charges)
        return shown


async def _write_charges(desk: Desk, which: str, scope: Scope, path: Path) -> None:
    """A piece at a time: a month may have millions."""
    from rbm_bots.accounts.asked import ChargesAsked
    from rbm_bots.accounts.invoices_charges import CHARGE_COLUMNS, charge_cells

    with path.open("w", encoding="utf-8", newline="") as file:  # nothing else runs in this process
        writer = csv_writer(file, lineterminator="\n")
        writer.writerow(CHARGE_COLUMNS)
        for taken_back in (False, True):
            asked = ChargesAsked(month=which, scope=scope, taken_back=taken_back)
            while some := await desk.charges(asked):
                writer.writerows(charge_cells(one, taken_back=taken_back) for one in some)
                asked = ChargesAsked(
                    month=which, scope=scope, taken_back=taken_back, after=(some[-1].at, some[-1].charge_id)
                )


def _write(shown: Statement, name: str, path: Path) -> Path:
    _WRITERS[name](shown, path)
    return path


def _write_csv(shown: Statement, path: Path) -> None:
    from rbm_bots.accounts.statements_rows import write_csv

    with path.open("w", encoding="utf-8", newline="") as file:
        write_csv(shown, file)


def _write_parquet(shown: Statement, path: Path) -> None:
    from rbm_bots.accounts.statements_parquet import write_parquet

    write_parquet(shown, path)


def _write_pdf(shown: Statement, path: Path) -> None:
    from rbm_bots.accounts.statements_pdf import write_pdf
    from rbm_bots.accounts.statements_shown import sheet

    write_pdf(sheet(shown), path)


def _write_html(shown: Statement, path: Path) -> None:
    from rbm_bots.accounts.statements_html import statement_page
    from rbm_bots.accounts.statements_shown import sheet

    path.write_text(statement_page(sheet(shown)), encoding="utf-8")


_WRITERS: Final[dict[str, Callable[[Statement, Path], None]]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "pdf": _write_pdf,
    "html": _write_html,
}


@click.command(help=messages.LEDGER_CLOSE)
@month_option
@click.option("--check", is_flag=True, help=messages.LEDGER_CLOSE_CHECK)
@who_option
@config_option
def close(*, month: str, check: bool, who: str, config: Path | None) -> None:
    """Close, or say what stands in the way."""
    with one_line_faults():
        found = run_async(partial(_close, month, who, config, check=check))
    for one in found:
        echo(messages.ledger_blocker(one.detail))
    if found:
        raise click.exceptions.Exit(1)
    echo(messages.ledger_closable(month) if check else messages.ledger_closed(month))


async def _close(month: str, who: str, config: Path | None, *, check: bool) -> list[Blocker]:
    from rbm_bots.accounts.asked import Close, MonthAsked
    from rbm_bots.cli.ledger_desk import open_desk

    async with open_desk(config) as desk:
        found = await desk.blockers(MonthAsked(month=month))
        if not found and not check:
            await desk.close(Close(month=month, who=who))
        return found


def present_month() -> str:
    """The month it is now in Paris."""
    from rbm_bots.clock import to_ms
    from rbm_bots.ledger.months import month_of

    return month_of(to_ms(datetime.now(UTC)))


def echo(text: str) -> None:
    """UTF-8, whatever the terminal's locale is."""
    click.echo((text + "\n").encode(), nl=False)


def _print(shown: Statement) -> None:
    state = shown.state if not shown.provisional else f"provisional, {shown.state}"
    echo(messages.ledger_month_heading(shown.month, scope=shown.scope.words(), state=state, basis=shown.basis))
    for line in (*shown.lines, *shown.fees):
        echo(_line(line))
    for one in shown.adjustments:
        echo(messages.ledger_adjustment(one.of_month, line=_line(one.line)))
    total, vat, due = (show_euro(one) for one in (shown.total_ht, shown.vat, shown.total_ttc))
    echo(messages.ledger_totals(total_ht=total, vat=vat, total_ttc=due))
    if shown.held.quantity:
        echo(messages.ledger_held(shown.held.quantity, amount=show_euro(shown.held.micros)))
    if shown.unpriced:
        echo(messages.ledger_unpriced(shown.unpriced))


def _line(line: Line) -> str:
    unit = _UNPRICED if line.unit is None else show_euro(line.unit)
    amount = "" if line.amount is None else show_euro(line.amount)
    return messages.ledger_month_line(
        line.product, operator=line.operator, bot=line.bot, quantity=line.quantity, unit=unit, amount=amount
    )
