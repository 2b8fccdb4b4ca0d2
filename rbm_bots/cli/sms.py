"""``rbm sms``: what a text costs as an SMS."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any, Literal

import click

from rbm_bots.cli import messages
from rbm_bots.cli.members import print_members
from rbm_bots.messages.segments import Segments
from rbm_bots.messages.sms_text import MODES, Mode, SmsText, SmsTextRefused, sms_text

__all__ = ["sms"]


@click.group(help=messages.SMS)
def sms() -> None:
    """Hold the commands about SMS."""


@sms.command("inspect", help=messages.SMS_INSPECT)
@click.option("--json", "as_json", is_flag=True, help=messages.AS_JSON)
@click.option("--mode", type=click.Choice(MODES), help=messages.SMS_MODE)
@click.option("--most-parts", type=click.IntRange(min=1), help=messages.SMS_MOST_PARTS)
@click.option("--reference-bits", type=click.Choice(["8", "16"]), default="8", help=messages.SMS_REFERENCE_BITS)
@click.option("--keep", multiple=True, metavar="WORD", help=messages.SMS_KEEP)
@click.argument("text")
def _inspect(
    *, as_json: bool, mode: Mode | None, most_parts: int | None, reference_bits: str, keep: tuple[str, ...], text: str
) -> None:
    """Exit status 1: the text cannot leave in this mode."""
    if any("\ud800" <= char <= "\udfff" for char in text + "".join(keep)):
        raise click.BadArgumentUsage(messages.SMS_NOT_UNICODE)
    bits: Literal[8, 16] = 8 if reference_bits == "8" else 16
    found = _inspected(text, sms_text(text, kept=keep, reference_bits=bits, mode="ucs2"))
    try:
        if mode is not None:
            sent = sms_text(text, kept=keep, reference_bits=bits, mode=mode, most_parts=most_parts)
            found["sent"] = {"text": sent.text, **_sizes(sent.segments)}
    except SmsTextRefused as refused:
        print_members({"error": f"{refused.message}."}, as_json=as_json)
        sys.exit(1)
    print_members(found, as_json=as_json)


def _inspected(text: str, looked: SmsText) -> dict[str, Any]:
    return {
        "encoding": looked.before.encoding,
        "characters": len(unicodedata.normalize("NFC", text)),
        "units": sum(looked.before.sizes),
        "parts": looked.before.parts,
        "transliterated": {
            "text": looked.rewritten.text,
            **_sizes(looked.after),
            "changed": looked.rewritten.changed,
            "unmapped": list(looked.rewritten.unmapped),
        },
    }


def _sizes(counted: Segments) -> dict[str, Any]:
    """Septets or UTF-16 units, whichever are counted; an empty text has no encoding."""
    total, septets = sum(counted.sizes), counted.encoding == "gsm7"
    return {
        "encoding": counted.encoding if counted.sizes else None,
        "septets": total if septets else None,
        "utf16_units": None if septets else total,
        "parts": counted.parts,
        "part_units": list(counted.sizes),
    }
