"""The first pass over a flow: where its steps stand once they lie flat, and what its ids are.

Steps are numbered in reading order, a nested ``then`` before its ``else``, so that a jump can be resolved to an index
before the step it leads to has been read.
"""

from __future__ import annotations

from typing import Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.model import Mark
from rbm_bots.botfile.names import NAME, RESERVED_TARGETS
from rbm_bots.botfile.reading.desk import Desk, Planned
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar

__all__ = ["STEPS_MAX", "plan_flow", "refuse_taken_ids"]

STEPS_MAX: Final = 100
_NESTED_MAX: Final = 5


def plan_flow(desk: Desk, name: str, node: MapNode, mark: Mark) -> Planned:
    """Number the steps of a flow and collect their ids. A wrong or reserved id is the fault ``type``."""
    flow = Planned(name=name, node=node, mark=mark)
    steps = node.get("steps")
    if isinstance(steps, ListNode):
        _number(desk, flow, steps, 0)
        if flow.count > STEPS_MAX:
            desk.faults.error(steps.mark, "type", f"this flow has {flow.count} steps; {STEPS_MAX} are read")
    return flow


def _number(desk: Desk, flow: Planned, steps: ListNode, depth: int) -> None:
    for step in steps.items:
        if not isinstance(step, MapNode):
            continue
        flow.indexes[id(step)] = flow.count
        _note_id(desk, flow, step)
        flow.fills.add(_filled_by(step) or "")
        flow.count += 1
        if "if" not in step.values:
            continue
        if depth >= _NESTED_MAX:
            desk.faults.error(
                step.mark,
                "type",
                f"more than {_NESTED_MAX} «if» inside each other",
                "move steps to a flow and «run» it",
            )
            continue
        for branch in ("then", "else"):
            nested = step.get(branch)
            if isinstance(nested, ListNode):
                _number(desk, flow, nested, depth + 1)


def _note_id(desk: Desk, flow: Planned, step: MapNode) -> None:
    node = step.get("id")
    name = scalars.read_name(node, desk.faults, NAME, RESERVED_TARGETS) if node is not None else None
    if node is None or name is None:
        return
    if name in flow.ids:
        desk.faults.error(node.mark, "ambiguous", f"two steps of «{flow.name}» are called «{name}»")
        return
    flow.ids[name] = (flow.count, _filled_by(step))
    flow.id_marks[name] = node.mark


def _filled_by(step: MapNode) -> str | None:
    slot: Node | None = step.get("ask") or step.get("rendezvous")
    return slot.text if isinstance(slot, Scalar) and "if" not in step.values else None


def refuse_taken_ids(desk: Desk) -> None:
    """A step's id differs from the names of flows, faq entries and scenes (fault ``ambiguous``)."""
    for flow in desk.planned.values():
        for name, mark in flow.id_marks.items():
            if name in desk.planned or name in desk.faq:
                what = "scene" if name in desk.scenes else "flow" if name in desk.planned else "faq entry"
                desk.faults.error(mark, "ambiguous", f"«{name}» is already the name of a {what}", "rename the step")
