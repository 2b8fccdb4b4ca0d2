"""``rbm ledger explain``: a charge or a conversation as a timeline in words."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.cli.ledger_month import config_option, echo
from rbm_bots.cli.process import one_line_faults, run_async
from rbm_bots.money import show_euro

if TYPE_CHECKING:
    from rbm_bots.accounts.timeline import Timeline

__all__ = ["explain"]


@click.command(help=messages.LEDGER_EXPLAIN)
@click.argument("what", metavar="CONVERSATION|CHARGE")
@click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
@config_option
def explain(*, what: str, as_json: bool, config: Path | None) -> None:
    """Tell the story; times are those of Paris."""
    with one_line_faults():
        shown = run_async(partial(_timeline, what, config))
    if as_json:
        import msgspec

        echo(msgspec.json.encode(shown).decode())
    else:
        _print(shown)


async def _timeline(what: str, config: Path | None) -> Timeline:
    from rbm_bots.accounts.asked import Explain
    from rbm_bots.cli.ledger_desk import open_desk

    async with open_desk(config) as desk:
        return await desk.explain(Explain(what=what))


def _print(shown: Timeline) -> None:
    from rbm_bots.accounts.timeline_words import bill_words, days, heading

    echo(heading(shown))
    for day, lines in days(shown, _money):
        echo(f"\n{day}")
        for at, sentence in lines:
            echo(f"  {at}  {sentence}")
    for bill in shown.bills:
        first, *rest = bill_words(bill, _money)
        echo(f"\n{first}")
        for line in rest:
            echo(f"  {line}")


def _money(micros: int) -> str:
    return f"{show_euro(micros)} €"
