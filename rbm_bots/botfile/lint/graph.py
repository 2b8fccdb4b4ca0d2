"""The bot as a graph: which step follows which while nobody is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rbm_bots.botfile.lint.draft import Draft
from rbm_bots.botfile.model import End, Goto, If, Mark, Step, Target
from rbm_bots.botfile.reading.desk import Jump

__all__ = ["SENDS", "WAITS", "At", "Graph"]

At = tuple[str, int]
WAITS = frozenset(("ask", "rendezvous", "confirm", "handover", "paid_help", "python"))
SENDS = frozenset(("say", "card", "carousel", "file", "location", "offer", "ask", "rendezvous", "confirm"))
_MOVING = frozenset(("goto", "none", "run"))


@dataclass(slots=True)
class Graph:
    """Steps by place, and the jumps that each makes by itself (not by a tap, an answer or an error)."""

    draft: Draft
    jumps: dict[At, list[Jump]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the jumps by the step that makes them."""
        for jump in self.draft.desk.jumps:
            if jump.origin is not None and jump.by in _MOVING:
                self.jumps.setdefault(jump.origin, []).append(jump)

    def step(self, at: At) -> Step | None:
        """The step at a place."""
        flow = self.draft.bot.flows.get(at[0])
        return flow.steps[at[1]] if flow is not None and at[1] < len(flow.steps) else None

    def landing(self, target: Target) -> At | None:
        """The place that a target leads to; ``None`` when it leads out of all flows."""
        match target.kind:
            case "step":
                return target.name, target.index
            case "flow":
                return target.name, 0
            case "start":
                return self.draft.bot.start, 0
        return None

    def after(self, at: At) -> Iterator[tuple[At, Mark]]:
        """The places that may follow at once, each with the place in the file that leads there."""
        step = self.step(at)
        if step is None:
            return
        jumps = self.jumps.get(at, [])
        for jump in jumps:
            landing = self.landing(jump.target)
            if landing is not None:
                yield landing, jump.mark
        if isinstance(step, If):
            yield (at[0], step.then_at), step.mark
            if step.else_at is not None:
                yield (at[0], step.else_at), step.mark
        always_jumps = isinstance(step, (Goto, End)) or any(jump.by == "goto" for jump in jumps)
        both = isinstance(step, If) and step.else_at is not None
        if step.next is not None and (step.when is not None or not (always_jumps or both)):
            yield (at[0], step.next), step.mark
