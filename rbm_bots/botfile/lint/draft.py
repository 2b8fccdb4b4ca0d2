"""What a rule looks at: the bot as far as it could be read, and how it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.model import Bot, Mark, Step
from rbm_bots.botfile.reading.desk import Desk
from rbm_bots.botfile.source import MapNode

__all__ = ["Draft", "Rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A bot that may still have errors. Names that were not found lead to harmless stand-ins, already told."""

    bot: Bot
    desk: Desk
    faults: Faults

    def steps(self) -> Iterator[tuple[str, Step]]:
        """Every step with its flow's name."""
        for flow in self.bot.flows.values():
            for step in flow.steps:
                yield flow.name, step

    def written(self, thing: object) -> MapNode | None:
        """The map that a step, chip, card, flow or entry was written as."""
        return self.desk.node_of(thing)

    def mark(self, thing: object, key: str, default: Mark) -> Mark:
        """Where the value of ``key`` begins in what ``thing`` was written as."""
        node = self.desk.node_of(thing)
        value = node.get(key) if node is not None else None
        return value.mark if value is not None else default


Rule = Callable[[Draft], None]
