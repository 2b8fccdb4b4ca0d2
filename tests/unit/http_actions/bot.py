"""A bot whose only action is the HTTP action under test."""

from __future__ import annotations

from pathlib import Path

from rbm_bots.botfile.load import read_bot
from rbm_bots.botfile.model import Bot

_BOT = """
rbm: 1
bot: {{id: colis, name: Colis, languages: [fr]}}
start: go
actions:
  it:
    http: {http}
{more}
flows:
  go: {{steps: [{{say: Bonjour}}]}}
"""


def bot_with(http: str, *more: str) -> Bot:
    """A bot with the action ``it``; ``more`` are further keys of it, a line each."""
    return read_bot(_BOT.format(http=http, more="\n".join(f"    {line}" for line in more)), folder=Path())
