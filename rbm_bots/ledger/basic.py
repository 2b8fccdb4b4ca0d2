"""Which messages an operator may price as plain text."""

from __future__ import annotations

from typing import Final

from rbm_bots.messages import Message, Text

__all__ = ["BASIC_MAX_BYTES", "is_basic"]

BASIC_MAX_BYTES: Final = 160


def is_basic(message: Message, *, most_bytes: int = BASIC_MAX_BYTES) -> bool:
    """Whether this is a text without chips of at most ``most_bytes`` UTF-8 bytes: ``MU_BASIC`` where sold."""
    content = message.content
    return isinstance(content, Text) and not message.chips and len(content.text.encode()) <= most_bytes
