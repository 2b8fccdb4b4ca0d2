"""``rbm schema``: what a bot file may hold, for editors."""

from __future__ import annotations

import json

import click

from rbm_bots.cli import messages

__all__ = ["schema"]


@click.command()
@click.option("--part", is_flag=True, help=messages.SCHEMA_PART)
def schema(*, part: bool) -> None:
    """Print the JSON Schema (draft-07) of bot.yaml, with which an editor completes and checks while you write."""
    from rbm_bots.botfile.schema import bot_schema, part_schema

    click.echo(json.dumps(part_schema() if part else bot_schema(), ensure_ascii=False, indent=1))
