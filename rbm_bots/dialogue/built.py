"""The bot of one talk: its file's flows, and those that Python has built for this talk in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.python_flows import FlowRefused, with_flows
from rbm_bots.dialogue.stored import Stored, restore

__all__ = ["BuiltFlows"]


class BuiltFlows:
    """``steps``: name of a flow to its steps as data, in their stored form; ``bot`` plays them.

    ``lost``: what was stored no longer fits the bot, and is forgotten.
    """

    def __init__(self, bot: Bot, steps: Mapping[str, Any]) -> None:
        self._file = bot
        self.steps: dict[str, Any] = dict(steps)
        self.lost = False
        try:
            self.bot = with_flows(bot, restore(self.steps))
        except FlowRefused:
            self.bot, self.lost = bot, True
            self.steps.clear()

    def put(self, flow: str, steps: Stored) -> None:
        """Play ``steps`` as ``flow`` for the rest of the talk. Raises ``FlowRefused`` when they cannot be played."""
        built = {**self.steps, flow: steps}
        self.bot = with_flows(self._file, restore(built))
        self.steps = built

    def forget(self, flow: str) -> None:
        """The flow starts anew: what was built for it earlier in this talk is gone."""
        if flow in self.steps:
            del self.steps[flow]
            self.bot = with_flows(self._file, restore(self.steps))

    def clear(self) -> None:
        """The talk is over."""
        self.steps = {}
        self.bot = self._file
