"""The sentinel of readers: nobody took it. ``None`` would mean «took it, says nothing»."""

from __future__ import annotations

from typing import Final

__all__ = ["UNHANDLED", "Unhandled"]


class Unhandled:
    """The type of :data:`UNHANDLED`."""


UNHANDLED: Final = Unhandled()
"""This word is not for this reader."""
