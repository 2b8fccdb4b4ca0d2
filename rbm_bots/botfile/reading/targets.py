"""Where a jump leads (bot language 6.1): names to targets."""

from __future__ import annotations

from typing import Literal

from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.model import Target
from rbm_bots.botfile.names import RESERVED_TARGETS
from rbm_bots.botfile.reading.desk import Desk, Jump, Planned
from rbm_bots.botfile.scalars import wrong
from rbm_bots.botfile.source import Node, Scalar

__all__ = ["LOST", "Place", "default_end", "read_target"]

LOST = Target(kind="end", name="?")
"""Stands for a target whose fault was told."""

Place = tuple[Planned, int] | None
"""The flow and the index of the step that a target is written in; ``None`` outside of flows."""

_By = Literal["goto", "chip", "error", "give_up", "none", "refuse", "run", "entry"]


def default_end(desk: Desk) -> Target:
    """Where the person is brought when nothing else is said: to a human if there is one, else to the start."""
    return Target(kind="handover" if desk.has_handover else "start")


def read_target(desk: Desk, node: Node, place: Place, by: _By, *, next_too: bool = False) -> Target:
    """The target that ``node`` names; ``next`` only where ``next_too``.

    Notes the jump for the rules about the whole.
    """
    if not isinstance(node, Scalar):
        wrong(desk.faults, node, "the name of a step, a flow or a faq entry")
        return LOST
    target = _find(desk, node.text, place, next_too=next_too)
    if target is None:
        _tell(desk, node, place, next_too=next_too)
        return LOST
    origin = (place[0].name, place[1]) if place is not None else None
    desk.jumps.append(Jump(origin=origin, target=target, by=by, mark=node.mark))
    return target


def _find(desk: Desk, name: str, place: Place, *, next_too: bool) -> Target | None:
    if place is not None and name in place[0].ids:
        index, slot = place[0].ids[name]
        return Target(kind="step", name=place[0].name, index=index, empties=slot)
    if name in desk.scenes:
        return None
    if name in desk.planned:
        return Target(kind="flow", name=name)
    if name in desk.faq:
        return Target(kind="faq", name=name)
    match name:
        case "start":
            return Target(kind="start")
        case "end":
            return Target(kind="end")
        case "next" if next_too:
            return Target(kind="next")
        case "handover" if desk.has_handover:
            return Target(kind="handover")
        case "paid_help" if desk.has_paid_help:
            return Target(kind="paid_help")
    return None


def _tell(desk: Desk, node: Scalar, place: Place, *, next_too: bool) -> None:
    name = node.text
    if name in desk.scenes:
        message, hint = f"«{name}» is a scene: only a campaign starts it", "move its steps to a flow and «run» that"
    elif name in ("handover", "paid_help"):
        message, hint = f"nothing is called «{name}»", f"declare «{name}:» with its team"
    elif name == "next":
        message, hint = "«next» leads nowhere here", "it is for on_error, on_refuse, none and give_up"
    else:
        ids = set(place[0].ids) if place is not None else set()
        words = RESERVED_TARGETS if next_too else RESERVED_TARGETS - {"next"}
        known = [*ids, *(flow for flow in desk.planned if flow not in desk.scenes), *desk.faq, *sorted(words)]
        home = next((flow.name for flow in desk.planned.values() if name in flow.ids), None)
        message = f"nothing is called «{name}»"
        hint = f"«{name}» is a step of «{home}»; only that flow jumps to it" if home else did_you_mean(name, known)
    desk.faults.error(node.mark, "no-target", message, hint)
