"""The platform's words for states, as ours. Other spellings and vendors' words are read; unknown ones are said so."""

from __future__ import annotations

from typing import Literal

from rbm_bots.events import MessageStatus

__all__ = ["FileStatus", "file_status", "message_status"]

FileStatus = Literal["pending", "ready", "failed", "expired", "unknown"]

_MESSAGE: dict[str, MessageStatus] = {
    "pending": "pending",
    "sent": "sent",
    "delivered": "delivered",
    "displayed": "displayed",
    "read": "displayed",
    "canceled": "canceled",
    "cancelled": "canceled",
    "revoked": "revoked",
    "failed": "failed",
}
_FILE: dict[str, FileStatus] = {"pending": "pending", "ready": "ready", "failed": "failed", "expired": "expired"}


def message_status(word: str | None) -> MessageStatus | None:
    """The state of a message; ``None`` without a word."""
    return None if word is None else _MESSAGE.get(word, "unknown")


def file_status(word: str | None) -> FileStatus | None:
    """The state of a file; ``None`` without a word."""
    return None if word is None else _FILE.get(word, "unknown")
