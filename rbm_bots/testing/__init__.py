"""Tools for people who test bots: a conversation in memory, and actions that answer from a table."""

from __future__ import annotations

from rbm_bots.testing.mocks import MockMissing, Mocks
from rbm_bots.testing.play import NotOnScreen, Play, suggestions_of

__all__ = ["MockMissing", "Mocks", "NotOnScreen", "Play", "suggestions_of"]
