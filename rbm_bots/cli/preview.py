"""``rbm preview``: every message of a bot as it would leave, without a conversation."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from rbm_bots.cli import messages
from rbm_bots.cli.bots import load_or_tell

if TYPE_CHECKING:
    from rbm_bots.dialogue.preview import Preview

__all__ = ["preview"]

_NOW: Final = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # fixed: the same bot always looks the same
_MSISDN: Final = "+33639980001"


@click.command()
@click.argument("bot", type=click.Path(exists=True, path_type=Path))
@click.option("--channel", type=click.Choice(["maap", "sms"]), default="maap", help=messages.PREVIEW_CHANNEL)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html"]), default="text", help=messages.PREVIEW_FORMAT
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=messages.PREVIEW_OUT)
def preview(*, bot: Path, channel: str, form: str, out: Path | None) -> None:
    """Draw every message of a bot with made-up values, in each of its languages.

    As JSON: a list of {id, language, body}. The body is what goes over the wire; by SMS, the text and its parts. As
    HTML: one page with RCS beside SMS.
    """
    from rbm_bots.botfile.python_flows import sample_flows
    from rbm_bots.dialogue.preview import preview as draw

    loaded, _ = sample_flows(load_or_tell(bot), now=_NOW)
    drawn = draw(loaded, now=_NOW)
    if form == "html":
        from rbm_bots.cli.preview_page import preview_page

        written = preview_page(loaded, drawn)
    else:
        shown = [_shown(found, channel) for found in drawn]
        written = json.dumps(shown, ensure_ascii=False, indent=1) + "\n" if form == "json" else _text(shown, channel)
    _give(written, out)


def _text(shown: list[dict[str, Any]], channel: str) -> str:
    lines = []
    for entry in shown:
        body = entry["body"]
        words = body["text"] if channel == "sms" else json.dumps(body["RCSMessage"], ensure_ascii=False, indent=1)
        lines += [messages.preview_heading(entry["id"], entry["language"]), words]
    return "".join(f"{line}\n" for line in lines)


def _give(written: str, out: Path | None) -> None:
    if out is None:
        click.echo(written, nl=False)
        return
    try:
        out.write_text(written, "utf-8")
    except OSError as error:
        raise click.UsageError(messages.cannot_use_file(str(out), error.strerror or "")) from None


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
