"""Names of the bot language: how they are written, and which are taken (chapter 2)."""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "ACTION_NAME",
    "BOT_ID",
    "CONDITION_WORDS",
    "NAME",
    "OPTION_ID",
    "READ_ONLY",
    "RESERVED_SLOTS",
    "RESERVED_TARGETS",
]

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
OPTION_ID: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
ACTION_NAME: Final = re.compile(r"[a-z][a-z0-9_.]{0,39}")
BOT_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")

RESERVED_TARGETS: Final = frozenset(("start", "end", "next", "handover", "paid_help"))
CONDITION_WORDS: Final = frozenset(("not", "and", "or", "in", "true", "false", "none", "len", "days_until"))
READ_ONLY: Final = frozenset(("customer", "contact", "handover", "bot", "now", "today", "offer", "options", "secret"))
RESERVED_SLOTS: Final = CONDITION_WORDS | READ_ONLY
