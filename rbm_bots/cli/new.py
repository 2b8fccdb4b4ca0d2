"""``rbm new``: a bot of one's own in a new folder, with conversations that pass at once."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

import click

from rbm_bots.botfile.names import BOT_ID
from rbm_bots.cli import messages
from rbm_bots.cli.process import one_line_faults
from rbm_bots.cli.starters import LANGUAGES, new_bot, read_starters, write_new

__all__ = ["at_terminal", "new"]

_BRAND_MAX: Final = 40
_NOT_IN_BRANDS: Final = re.compile(r"[\x00-\x1f\x7f{}*\\\"]")


@click.command(help=messages.NEW)
@click.argument("name")
@click.option(
    "--starter", type=click.Choice(list(read_starters())), default="appointment", show_default=True,
    help=messages.NEW_STARTER,
)  # fmt: skip
@click.option("--brand", help=messages.NEW_BRAND)
@click.option("--language", type=click.Choice(list(LANGUAGES)), help=messages.NEW_LANGUAGE)
@click.option("--folder", type=click.Path(path_type=Path), help=messages.NEW_FOLDER)
def new(*, name: str, starter: str, brand: str | None, language: str | None, folder: Path | None) -> None:
    """Write the bot; a person at a terminal is asked for what no option says."""
    if not BOT_ID.fullmatch(name):
        raise click.UsageError(messages.NEW_NAME_FORM)
    into = folder if folder is not None else Path(name)
    if into.exists():
        raise click.UsageError(messages.new_folder_taken(str(into)))
    asks = at_terminal()
    brand = _brand(brand if brand is not None or not asks else click.prompt(messages.NEW_BRAND_ASKED), name)
    if language is None:
        first = next(iter(LANGUAGES))
        choice = click.Choice(list(LANGUAGES))
        language = click.prompt(messages.NEW_LANGUAGE_ASKED, type=choice, default=first) if asks else first
    assert language is not None, "an option, an answer or the first one"
    with one_line_faults():
        files = new_bot(read_starters()[starter], name=name, brand=brand, language=language, shown=into.as_posix())
        write_new(files, into)
    click.echo(messages.new_written(into.as_posix(), files=len(files)))


def at_terminal() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin.isatty()


def _brand(given: str | None, name: str) -> str:
    """The brand's name as people read it; without one, the bot's own name."""
    brand = " ".join((name.replace("-", " ").capitalize() if given is None else given).split())
    if not 1 <= len(brand) <= _BRAND_MAX or _NOT_IN_BRANDS.search(brand):
        raise click.UsageError(messages.NEW_BRAND_FORM)
    return brand
