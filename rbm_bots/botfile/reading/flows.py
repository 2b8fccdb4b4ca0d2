"""Flows and scenes (bot language, chapters 3 and 13): named lists of steps."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal, cast

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.language.sections import FLOW, SCENE
from rbm_bots.botfile.model import Build, Flow, Mark, Scene
from rbm_bots.botfile.names import NAME, RESERVED_TARGETS
from rbm_bots.botfile.reading.chips import read_topic
from rbm_bots.botfile.reading.desk import Desk, Fill, Planned
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.plan import plan_flow
from rbm_bots.botfile.reading.steps import read_steps
from rbm_bots.botfile.reading.texts import read_phrases
from rbm_bots.botfile.source import MapNode, Node, Scalar

__all__ = ["built_flow", "plan_built", "plan_named", "read_flow", "read_scene"]

_WEEK: Final = timedelta(days=7)


def plan_named(desk: Desk, key: Scalar, node: Node, what: str) -> Planned | None:
    """First pass over one flow or scene: its name and where its steps stand."""
    name = scalars.read_name(key, desk.faults, NAME, RESERVED_TARGETS)
    written = scalars.as_map(node, desk.faults, f"a {what}: a map with «steps»")
    if name is None or written is None:
        return None
    desk.planned[name] = plan_flow(desk, name, written, key.mark)
    return desk.planned[name]


def read_flow(desk: Desk, flow: Planned) -> Flow:
    """Second pass: the flow itself."""
    keys = Keys(flow.node, desk.faults, FLOW)
    keys.get("steps")
    hears = keys.get("hears")
    read = Flow(
        name=flow.name,
        steps=read_steps(desk, flow),
        hears=read_phrases(desk, hears, f"{flow.name}.hears") if hears is not None else (),
        topic=read_topic(desk, keys.get("topic")),
        mark=flow.mark,
    )
    return desk.keep(read, flow.node)


def read_scene(desk: Desk, flow: Planned) -> Scene:
    """A scene; its slots come from columns of an audience file."""
    keys = Keys(flow.node, desk.faults, SCENE)
    keys.get("steps")
    slots: list[str] = []
    for item in keys.items("fills", "a list of slots"):
        name = item.text if isinstance(item, Scalar) else ""
        if name not in desk.slots and name not in desk.unread_slots:
            desk.faults.error(item.mark, "no-slot", f"no slot is called «{name}»", did_you_mean(name, desk.slots))
        slots.append(name)
        desk.fills.append(Fill(slot=name, by="scene"))
    scene = Scene(
        name=flow.name,
        purpose=cast('Literal["service", "marketing"]', keys.word("purpose") or "service"),
        fills=tuple(slots),
        expires=keys.span("expires") or _WEEK,
        flow=desk.keep(Flow(name=flow.name, steps=read_steps(desk, flow), mark=flow.mark), flow.node),
    )
    return desk.keep(scene, flow.node)


def plan_built(desk: Desk) -> None:
    """First pass over the flows that Python builds: their names; one that is taken is the fault ``ambiguous``."""
    for name, build in (desk.python.flows if desk.python is not None else {}).items():
        code = build.__code__
        mark = Mark(code.co_filename, code.co_firstlineno, 1)
        if name in desk.planned or name in desk.faq:
            desk.faults.error(mark, "ambiguous", f"«{name}» is a name of the bot's files already")
        elif scalars.read_name(Scalar(mark, name, plain=True), desk.faults, NAME, RESERVED_TARGETS) is not None:
            desk.planned[name] = Planned(name=name, node=MapNode(mark, pairs=[], flow=False), mark=mark)
            desk.built.add(name)


def built_flow(desk: Desk, flow: Planned) -> Flow:
    """A flow that Python builds: one step, which brings the others."""
    step = Build(name=f"{flow.name}/python", verb="python", index=0, next=None, mark=flow.mark, flow=flow.name)
    return desk.keep(Flow(name=flow.name, steps=(step,), mark=flow.mark), flow.node)
