"""RCS Business Messaging chatbots: a bot is a file, its answers are a pure function, and nothing is lost.

The names below are what a brand's ``actions.py`` imports. They are looked up when asked for, so that importing the
package stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rbm_bots.actions import Actions, Context
    from rbm_bots.errors import Reject
    from rbm_bots.values import File, Location, Slot

__all__ = ["Actions", "Context", "File", "Location", "Reject", "Slot", "__version__"]

__version__ = "0.1.0"

_HOMES = {
    "Actions": "rbm_bots.actions",
    "Context": "rbm_bots.actions",
    "File": "rbm_bots.values",
    "Location": "rbm_bots.values",
    "Reject": "rbm_bots.errors",
    "Slot": "rbm_bots.values",
}


def __getattr__(name: str) -> object:
    """Find a public name in its home (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
