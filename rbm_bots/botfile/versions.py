"""The version of a bot's files (bot language, chapter 15)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

__all__ = ["version_of"]

_DIGITS: Final = 8


def version_of(files: Mapping[str, bytes]) -> str:
    """First 8 hex digits of the SHA-256 of the files' bytes, in the order of their names; the bot file comes first."""
    digest = hashlib.sha256()
    for name in sorted(files, key=lambda name: ("/" in name, name)):
        digest.update(files[name])
    return digest.hexdigest()[:_DIGITS]
