"""``rbm graph``: a bot as a drawing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from rbm_bots.cli import messages
from rbm_bots.cli.bots import load_or_tell

__all__ = ["graph"]


@click.command()
@click.argument("bot", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "svg", "dot"]), default="mermaid", help=messages.GRAPH_FORMAT
)
def graph(*, bot: Path, form: str) -> None:
    """Draw the flows of a bot: their steps, the actions they call, and every way from one to another."""
    from rbm_bots.botfile.drawing import dot_of, mermaid_of, picture_of, svg_of
    from rbm_bots.botfile.python_flows import sample_flows

    drawn, _ = sample_flows(load_or_tell(bot), now=datetime.now(UTC))
    picture = picture_of(drawn)
    click.echo({"mermaid": mermaid_of, "svg": svg_of, "dot": dot_of}[form](picture), nl=False)
