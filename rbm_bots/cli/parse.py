"""``rbm parse``: what the framework understands from one webhook body.

The one command that prints a number and a text in full, because its input has them. It keeps no log of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rbm_bots.cli import messages
from rbm_bots.cli.members import print_members
from rbm_bots.errors import InboundRefused

__all__ = ["parse"]


@click.command()
@click.option("--channel", type=click.Choice(["maap"]), required=True, help=messages.PARSE_CHANNEL)
@click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
def parse(*, channel: str, as_json: bool, file: Path) -> None:
    """Show what one webhook body means. FILE holds its raw bytes; «-» reads them from the input.

    Exit status 0 where the webhook would answer 200, 1 where it would refuse the body.
    """
    from rbm_bots.channels.maap.inbound import parse as understand
    from rbm_bots.channels.maap.shown import shown
    from rbm_bots.channels.maap.wire import MAX_BODY_BYTES

    del channel  # one so far; click has checked it
    try:
        found = shown(understand(_bytes_of(file, MAX_BODY_BYTES + 1)))
    except InboundRefused as refused:
        print_members({"error": refused.message, "http": refused.http}, as_json=as_json)
        sys.exit(1)
    print_members(found, as_json=as_json)


def _bytes_of(file: Path, most: int) -> bytes:
    """The first ``most`` bytes: enough to see that a body is too large, whatever its size."""
    if str(file) == "-":
        return sys.stdin.buffer.read(most)
    with file.open("rb") as opened:
        return opened.read(most)
