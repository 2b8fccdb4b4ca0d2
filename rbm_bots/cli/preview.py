"""``rbm preview``: every message of a bot as it would leave, without a conversation."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from rbm_bots.cli import messages
from rbm_bots.errors import UsageError

if TYPE_CHECKING:
    from rbm_bots.botfile.model import Bot
    from rbm_bots.dialogue.preview import Preview

__all__ = ["preview"]

_NOW: Final = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # fixed: the same bot always looks the same
_MSISDN: Final = "+33639980001"


@click.command()
@click.argument("bot", type=click.Path(exists=True, path_type=Path))
@click.option("--channel", type=click.Choice(["maap", "sms"]), default="maap", help=messages.PREVIEW_CHANNEL)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=messages.PREVIEW_FORMAT)
def preview(*, bot: Path, channel: str, form: str) -> None:
    """Draw every message of a bot with made-up values, in each of its languages.

    As JSON: a list of {id, language, body}. The body is what goes over the wire; by SMS, the text and its parts.
    """
    from rbm_bots.dialogue.preview import preview as draw

    shown = [_shown(found, channel) for found in draw(_load(bot), now=_NOW)]
    if form == "json":
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    for entry in shown:
        click.echo(messages.preview_heading(entry["id"], entry["language"]))
        body = entry["body"]
        click.echo(body["text"] if channel == "sms" else json.dumps(body["RCSMessage"], ensure_ascii=False, indent=1))


def _load(path: Path) -> Bot:
    """The bot; a faulty one shows its faults and ends the command with 1."""
    from rbm_bots.botfile.faults import format_fault
    from rbm_bots.botfile.load import inspect_bot

    try:
        checked = inspect_bot(path)
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from None
    if checked.bot is None:
        for fault in checked.faults:
            click.echo(format_fault(fault, checked.sources), err=True)
        sys.exit(1)
    return checked.bot


def _shown(found: Preview, channel: str) -> dict[str, Any]:
    if channel == "sms":
        from rbm_bots.botfile.alphabet import parts

        text = found.message.sms or ""
        body: dict[str, Any] = {"text": text, "parts": parts(text)}
    else:
        body = _wire(found)
    return {"id": found.id, "language": found.language, "body": body}


def _wire(found: Preview) -> dict[str, Any]:
    """The JSON of a send; a file beside the bot has an address only once a server publishes it."""
    from rbm_bots.addresses import Address
    from rbm_bots.channels.maap.settings import MaapSettings
    from rbm_bots.channels.maap.wire import encode_send

    written = encode_send(found.message, Address(msisdn=_MSISDN), MaapSettings()).decode("utf-8")
    body: dict[str, Any] = json.loads(written.replace('"media://', '"https://media.example/'))
    return body
