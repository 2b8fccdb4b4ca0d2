"""``rbm i18n``: the files that translators work on."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rbm_bots.cli import messages
from rbm_bots.errors import UsageError

if TYPE_CHECKING:
    from rbm_bots.botfile.load import Checked

__all__ = ["i18n"]


@click.group(help=messages.I18N)
def i18n() -> None:
    """Hold the commands."""


@i18n.command(name="extract")
@click.argument("bot", type=click.Path(exists=True, path_type=Path))
def _extract(*, bot: Path) -> None:
    """Write i18n/LANGUAGE.yaml for each further language of a bot.

    Translations that are there stay. What is missing is added as ~ with its source beside it; what was made from a
    source that has changed is marked.
    """
    from rbm_bots.botfile.i18n import updated

    checked = _read(bot)
    assert checked.bot is not None, "a faulty bot ended the command"
    folder = bot / "i18n"
    for language in checked.bot.languages[1:]:
        path = folder / f"{language}.yaml"
        found = updated(_texts(checked, language), path.read_text("utf-8") if path.is_file() else "")
        try:
            folder.mkdir(exist_ok=True)
            path.write_text(found.text, "utf-8")
        except OSError as error:
            raise click.UsageError(messages.cannot_use_file(str(path), error.strerror or "")) from None
        counts = {"missing": len(found.missing), "stale": len(found.stale), "gone": len(found.gone)}
        click.echo(messages.i18n_written(str(path), **counts))


@i18n.command(name="check")
@click.argument("bot", type=click.Path(exists=True, path_type=Path))
def _check(*, bot: Path) -> None:
    """List what is not translated and what was made from a source that has changed. Exit status 1 when there is any."""
    from rbm_bots.botfile.faults import format_fault

    checked = _read(bot)
    found = [fault for fault in checked.faults if fault.code in ("i18n-missing", "i18n-stale")]
    for fault in found:
        click.echo(format_fault(fault, checked.sources))
    click.echo(messages.check_result(str(bot), errors=0, warnings=len(found)))
    sys.exit(bool(found))


def _read(bot: Path) -> Checked:
    """A bot folder without errors."""
    from rbm_bots.botfile.faults import format_fault
    from rbm_bots.botfile.load import inspect_bot

    if not bot.is_dir():
        raise click.UsageError(messages.I18N_FOLDER)
    try:
        checked = inspect_bot(bot)
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from None
    if checked.bot is None:
        for fault in checked.faults:
            click.echo(format_fault(fault, checked.sources), err=True)
        sys.exit(1)
    return checked


def _texts(checked: Checked, language: str) -> Mapping[str, str | tuple[str, ...]]:
    """What is to be translated: the bot's own texts, and the built-in ones when they lack the language."""
    from rbm_bots.botfile.sentences import SENTENCES

    lacking = {
        key: next(iter(languages.values()))
        for key, languages in SENTENCES.items()
        if language.partition("-")[0] not in languages
    }
    return {**checked.texts, **lacking}
