"""``rbm delivery``: what delivery would do, without sending anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from rbm_bots.cli import messages

__all__ = ["delivery"]


@click.group(help=messages.DELIVERY)
def delivery() -> None:
    """Hold the delivery commands."""


@delivery.command("simulate")
@click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
def _simulate(*, as_json: bool, file: Path) -> None:
    """Play timelines through the SMS fallback in virtual time. FILE holds cases as JSON; «-» reads them from the input.

    Exit status 0 when every case was played, 1 when the file cannot be read.
    """
    from rbm_bots.delivery.fallback.cases import CasesUnreadable, read_cases
    from rbm_bots.delivery.fallback.outcomes import outcome
    from rbm_bots.delivery.fallback.simulate import simulate

    body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        played = [simulate(case) for case in read_cases(body)]
    except CasesUnreadable as unreadable:
        _print(json.dumps({"error": unreadable.message}) if as_json else unreadable.message)
        sys.exit(1)
    if as_json:
        _print(json.dumps({"cases": [one.as_json() for one in played]}, ensure_ascii=False, allow_nan=False))
        return
    for one in played:
        legs = [f"{channel} at {left_at:g} s" for channel, left_at in one.legs]
        _print(messages.delivery_line(one.case.id, legs=legs, outcome=outcome(one.saga)))


def _print(line: str) -> None:
    """One line in UTF-8, whatever the terminal's encoding is."""
    click.echo((line + "\n").encode(), nl=False)
