"""``rbm ledger prices`` and ``rerate``: a price that is entered or was wrong, and history rated again.

Both say first what would change. Nothing is edited: what differs is reversed and posted anew.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.cli.ledger_month import config_option, echo, who_option
from rbm_bots.cli.process import one_line_faults, run_async
from rbm_bots.errors import UsageError
from rbm_bots.money import EURO, show_euro

if TYPE_CHECKING:
    from rbm_bots.accounts.asked import Rerated
    from rbm_bots.ledger.prices import Price

__all__ = ["prices", "rerate"]

_dry_run = click.option("--dry-run", is_flag=True, help=messages.LEDGER_DRY_RUN)


@click.group(help=messages.LEDGER_PRICES)
def prices() -> None:
    """Hold the commands."""


@prices.command("list", help=messages.LEDGER_PRICES_LIST)
@click.option("--operator", default="", help=messages.LEDGER_PRICE_OPERATOR)
@config_option
def _list(*, operator: str, config: Path | None) -> None:
    """Print every row, as it was entered."""
    with one_line_faults():
        rows = run_async(partial(_rows, operator, config))
    for row in rows:
        echo(
            messages.ledger_price(
                row.product, operator=row.operator, amount=show_euro(row.micros), since=_day(row), source=row.source
            )
        )


@prices.command("add", help=messages.LEDGER_PRICES_ADD)
@click.argument("operator")
@click.argument("product")
@click.argument("euro")
@click.option("--from", "since", required=True, metavar="2026-01-01", help=messages.LEDGER_PRICE_FROM)
@click.option("--source", required=True, help=messages.LEDGER_PRICE_SOURCE)
@_dry_run
@who_option
@config_option
def _add(
    *, operator: str, product: str, euro: str, since: str, source: str, dry_run: bool, who: str, config: Path | None
) -> None:
    """Enter a row; charges that it changes are posted anew."""
    with one_line_faults():
        price = _price(operator, product, euro, since, source)
        found = run_async(partial(_enter, price, who, config, dry_run=dry_run))
    _print(found)
    if not dry_run:
        echo(messages.ledger_price_entered(product, operator=operator, amount=show_euro(price.micros), since=since))


@click.command(help=messages.LEDGER_RERATE)
@click.option("--from", "since", required=True, metavar="2026-01-01", help=messages.LEDGER_RERATE_FROM)
@click.option("--why", default="", help=messages.LEDGER_WHY)
@_dry_run
@who_option
@config_option
def rerate(*, since: str, why: str, dry_run: bool, who: str, config: Path | None) -> None:
    """Rate again and post what differs."""
    with one_line_faults():
        found = run_async(partial(_rerate, _instant(since), why, who, config, dry_run=dry_run))
    _print(found)
    if found.run is not None:
        echo(messages.ledger_ordered(found.run))


async def _rows(operator: str, config: Path | None) -> list[Price]:
    from rbm_bots.accounts.asked import PricesAsked
    from rbm_bots.cli.ledger_desk import open_desk

    async with open_desk(config) as desk:
        return await desk.prices(PricesAsked(operator=operator))


async def _enter(price: Price, who: str, config: Path | None, *, dry_run: bool) -> Rerated:
    from rbm_bots.accounts.asked import EnterPrice
    from rbm_bots.cli.ledger_desk import open_desk

    async with open_desk(config) as desk:
        return await desk.price(EnterPrice(price=price, who=who, dry_run=dry_run))


async def _rerate(from_ms: int, why: str, who: str, config: Path | None, *, dry_run: bool) -> Rerated:
    from rbm_bots.accounts.asked import Rerate
    from rbm_bots.cli.ledger_desk import open_desk

    async with open_desk(config) as desk:
        return await desk.rerate(Rerate(from_ms=from_ms, who=who, why=why, dry_run=dry_run))


def _price(operator: str, product: str, euro: str, since: str, source: str) -> Price:
    from rbm_bots.ledger.prices import Price

    if not re.fullmatch(r"[0-9]{1,9}([.,][0-9]{1,6})?", euro):
        raise UsageError(messages.LEDGER_EURO_FORM)
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", product) or not re.fullmatch(r"[A-Z][A-Z0-9_-]*", operator):
        raise UsageError(messages.LEDGER_PRICE_FORM)
    micros = int(Decimal(euro.replace(",", ".")) * EURO)
    return Price(operator=operator, product=product, from_ms=_instant(since), micros=micros, source=source)


def _instant(text: str) -> int:
    """The beginning of a day in Paris, or an instant with an offset; ms since the epoch."""
    from rbm_bots.clock import parse_instant, to_ms
    from rbm_bots.ledger.months import PARIS

    try:
        return to_ms(datetime.combine(date.fromisoformat(text), time(), tzinfo=PARIS))
    except ValueError:
        at = parse_instant(text)
    if at is None:
        raise UsageError(messages.LEDGER_DATE_FORM)
    return to_ms(at)


def _day(row: Price) -> str:
    from rbm_bots.clock import from_ms
    from rbm_bots.ledger.months import PARIS

    return f"{from_ms(row.from_ms).astimezone(PARIS):%Y-%m-%d}"


def _print(found: Rerated) -> None:
    for one in found.shown:
        key = f"{one.bot}/{one.contact_id}"
        echo(
            messages.ledger_change(
                key, posted=len(one.posted), taken_back=len(one.reversed), amount=_signed(one.micros)
            )
        )
    echo(
        messages.ledger_changes(
            found.keys, posted=found.posted, taken_back=found.reversed, amount=_signed(found.micros)
        )
    )


def _signed(micros: int) -> str:
    return ("+" if micros > 0 else "") + show_euro(micros)
