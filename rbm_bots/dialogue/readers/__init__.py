"""Readers: who takes a word of the person, asked in one fixed order (bot language 9.1).

A reader returns :data:`UNHANDLED` when the word is not for it; ``None`` means «taken, and all is done».
"""

from __future__ import annotations

from rbm_bots.dialogue.readers.unhandled import UNHANDLED, Unhandled

__all__ = ["UNHANDLED", "Unhandled"]
