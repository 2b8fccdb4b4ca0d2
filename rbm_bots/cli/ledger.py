"""``rbm ledger``: what messages and contracts cost. ``rate`` and ``fees`` work it out from a file.

Exit status of ``rate`` and ``fees``: 0 as expected, 1 a difference, 2 the file cannot be read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from rbm_bots.cli import ledger_explain, ledger_month, ledger_prices, ledger_reconcile, messages
from rbm_bots.errors import UsageError
from rbm_bots.money import show_euro

__all__ = ["ledger"]

_UNPRICED: Final = "UNPRICED"
_file = click.argument("file", type=click.Path(path_type=Path))
_as_json = click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)


@click.group(help=messages.LEDGER)
def ledger() -> None:
    """Hold the commands."""


for _command in (
    ledger_explain.explain,
    ledger_month.close,
    ledger_month.month,
    ledger_prices.prices,
    ledger_prices.rerate,
    ledger_reconcile.acknowledge,
    ledger_reconcile.reconcile,
):
    ledger.add_command(_command)


@ledger.command("rate")
@_as_json
@_file
def _rate(*, as_json: bool, file: Path) -> None:
    """Rate the scenarios of FILE: events with prices and switches in, charges out; compare with what it expects."""
    from rbm_bots.ledger.scenario_files import read_scenarios
    from rbm_bots.ledger.scenarios import play

    scenarios = _read(file, read_scenarios, as_json=as_json)
    titles = {one.id: one.title for one in scenarios}
    results = [play(one) for one in scenarios]
    _print("scenarios", results, titles, _charge_lines, as_json=as_json)


@ledger.command("fees")
@_as_json
@_file
def _fees(*, as_json: bool, file: Path) -> None:
    """Work out the monthly fees of FILE's contracts; compare with what it expects."""
    from rbm_bots.ledger.fee_files import invoice, read_fee_cases
    from rbm_bots.ledger.price_files import known_prices
    from rbm_bots.ledger.prices import KNOWN_ALWAYS, PriceBook

    cases = _read(file, read_fee_cases, as_json=as_json)
    prices = PriceBook(known_prices()).as_known(KNOWN_ALWAYS)
    results = [invoice(one, prices) for one in cases]
    _print("cases", results, {one.id: one.title for one in cases}, _fee_lines, as_json=as_json)


def _read(file: Path, read: Callable[[bytes], list[Any]], *, as_json: bool) -> list[Any]:
    """What ``file`` holds; one sentence and exit status 2 when it cannot be read."""
    try:
        return read(file.read_bytes())
    except OSError as wrong:
        reason = wrong.strerror or type(wrong).__name__
    except UsageError as wrong:
        reason = str(wrong)
    sentence = messages.ledger_unreadable(str(file), reason)
    if as_json:
        _echo(json.dumps({"error": sentence}, ensure_ascii=False))
    else:
        click.echo(sentence, err=True)
    sys.exit(2)


def _print(
    name: str,
    results: list[dict[str, Any]],
    titles: dict[str, str],
    lines_of: Callable[[dict[str, Any]], list[str]],
    *,
    as_json: bool,
) -> None:
    """All results, as one JSON object or as a table; exit status 1 when one is not as expected."""
    different = sum(not one["ok"] for one in results)
    if as_json:
        _echo(json.dumps({name: results, "ok": not different}, ensure_ascii=False, allow_nan=False))
    else:
        for one in results:
            total = show_euro(one["total"] if "total" in one else one["total_ht"])
            _echo(messages.ledger_case(one["id"], title=titles[one["id"]], total=total, good=one["ok"]))
            for line in lines_of(one) + _missed_lines(one):
                _echo(f"  {line}")
        _echo(messages.ledger_result(good=len(results) - different, different=different))
    sys.exit(1 if different else 0)


def _charge_lines(result: dict[str, Any]) -> list[str]:
    return [
        messages.ledger_line(one["product"], operator=one["operator"], amount=_amount(one["micros"]), at=one["at"])
        for one in result["charges"]
    ]


def _fee_lines(result: dict[str, Any]) -> list[str]:
    return [
        messages.fee_line(product, quantity=quantity, unit=_amount(unit), amount=_amount(amount))
        for product, quantity, unit, amount in result["lines"]
    ]


def _missed_lines(result: dict[str, Any]) -> list[str]:
    return [
        messages.ledger_difference(one["key"], expected=json.dumps(one["expected"]), got=json.dumps(one["got"]))
        for one in result["differences"]
    ]


def _amount(micros: int | None) -> str:
    return _UNPRICED if micros is None else show_euro(micros)


def _echo(text: str) -> None:
    """UTF-8, whatever the terminal's locale is."""
    click.echo((text + "\n").encode(), nl=False)
