"""Tools for people who test bots: a conversation in memory, actions that answer from a table, tests written as talks.

The names are looked up when asked for: pytest loads the plugin of this package in every run, also where no bot is.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rbm_bots.testing.mocks import MockMissing, Mocks
    from rbm_bots.testing.play import NotOnScreen, Play, suggestions_of

__all__ = ["MockMissing", "Mocks", "NotOnScreen", "Play", "suggestions_of"]

_HOMES = {
    "MockMissing": "rbm_bots.testing.mocks",
    "Mocks": "rbm_bots.testing.mocks",
    "NotOnScreen": "rbm_bots.testing.play",
    "Play": "rbm_bots.testing.play",
    "suggestions_of": "rbm_bots.testing.play",
}


def __getattr__(name: str) -> object:
    """Find a public name in its home (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
