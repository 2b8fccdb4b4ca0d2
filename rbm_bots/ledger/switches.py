"""Questions that contracts answer differently, each a switch with dates.

A change of a switch never rewrites the past: each message is judged by the value in force at its own instant.
``basis``, ``category`` and ``launched`` are asked at the acceptance of the bot message, the three ``…_opens`` at the
user message, ``mo_anchor`` and ``window_closed`` at the beginning of the window.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

__all__ = ["Basis", "Category", "Dated", "MoAnchor", "SwitchBook", "Switches"]

Basis = Literal["delivered", "accepted"]
Category = Literal["conversational", "non_conversational"]
MoAnchor = Literal["answer", "last", "first"]
_T = TypeVar("_T")


class Dated(msgspec.Struct, Generic[_T], frozen=True):
    """A value with its changes: (ms since the epoch, new value), ascending. Before the first change: ``default``."""

    default: _T
    changes: tuple[tuple[int, _T], ...] = ()

    def at(self, at_ms: int) -> _T:
        """The value in force at an instant; a change is in force from its own instant on."""
        value = self.default
        for from_ms, changed in self.changes:
            if from_ms > at_ms:
                break
            value = changed
        return value


class Switches(msgspec.Struct, frozen=True, kw_only=True):
    """The switches of one bot.

    ``basis``: does a bot message count when it was delivered, or when it was accepted. ``…_opens``: is a STOP, an
    action tap, a shared location an answer. ``mo_anchor``: where a user-first session begins. ``window_closed``: does
    exactly 24 h still lie inside. ``category``: as the bot was registered. ``launched``: a bot that is not costs
    nothing.
    """

    basis: Dated[Basis] = Dated("delivered")
    stop_opens: Dated[bool] = Dated(True)
    action_tap_opens: Dated[bool] = Dated(False)
    location_opens: Dated[bool] = Dated(True)
    mo_anchor: Dated[MoAnchor] = Dated("answer")
    window_closed: Dated[bool] = Dated(True)
    category: Dated[Category] = Dated("conversational")
    launched: Dated[bool] = Dated(True)


class SwitchBook(msgspec.Struct, frozen=True, kw_only=True):
    """The switches of every bot: its own, or those of all."""

    common: Switches = Switches()
    by_bot: dict[str, Switches] = {}

    def of(self, bot: str) -> Switches:
        """The switches that hold for ``bot``."""
        return self.by_bot.get(bot, self.common)
