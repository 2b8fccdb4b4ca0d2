"""One step while it is read: where it stands and what all steps have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rbm_bots.botfile.kinds import TEXT
from rbm_bots.botfile.model import Target
from rbm_bots.botfile.reading.chips import read_chips, read_goal
from rbm_bots.botfile.reading.desk import Desk, Planned
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.targets import read_target
from rbm_bots.botfile.reading.texts import read_condition, read_text
from rbm_bots.botfile.source import MapNode

__all__ = ["Spot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """``local`` is the step's name without its flow; ``next`` the index that follows it."""

    desk: Desk
    flow: Planned
    index: int
    next: int | None
    verb: str
    local: str
    node: MapNode
    keys: Keys

    @property
    def key(self) -> str:
        """Its name in translation files."""
        return f"{self.flow.name}.{self.local}"

    @property
    def place(self) -> tuple[Planned, int]:
        """Where targets are written."""
        return self.flow, self.index

    def base(self) -> dict[str, Any]:
        """What every step has."""
        return {
            "name": f"{self.flow.name}/{self.local}",
            "verb": self.verb,
            "index": self.index,
            "next": self.next,
            "mark": self.node.mark,
            "when": read_condition(self.desk, self.keys.get("when")),
            "goal": read_goal(self.desk, self.keys.get("goal")),
        }

    def sending(self) -> dict[str, Any]:
        """What every step has that sends."""
        sms = self.keys.get("sms")
        with self.desk.also_named({"options": TEXT}):
            text = read_text(self.desk, sms, f"{self.key}.sms", kind="sms") if sms is not None else None
        chips = read_chips(self.desk, self.keys.get("suggest"), self.place, self.key)
        return {**self.base(), "suggest": chips, "sms": text, "goto": self.goto()}

    def goto(self) -> Target | None:
        """The target of the key ``goto`` beside the verb; steps that wait have no such key."""
        node = self.keys.get("goto") if "goto" in self.keys.shape.keys else None
        return read_target(self.desk, node, self.place, "goto") if node is not None else None
