"""The steps of a flow: nested lists to one flat program (bot language, chapter 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.language import VERBS
from rbm_bots.botfile.model import End, Goto, If, Run, SetSlots, Step, Target, Unsupported
from rbm_bots.botfile.reading.calls import read_do
from rbm_bots.botfile.reading.desk import Desk, Fill, Jump, Planned
from rbm_bots.botfile.reading.human import read_handover, read_paid_help
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.offers import read_offer
from rbm_bots.botfile.reading.rendezvous import read_rendezvous
from rbm_bots.botfile.reading.show import read_card_step, read_carousel_step, read_file, read_location, read_say
from rbm_bots.botfile.reading.spot import Spot
from rbm_bots.botfile.reading.targets import LOST, read_target
from rbm_bots.botfile.reading.texts import read_condition, read_slot_values
from rbm_bots.botfile.reading.waits import read_ask, read_confirm
from rbm_bots.botfile.services import Handover, PaidHelp
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar

__all__ = ["read_steps"]


class _Program:
    """One flow while its steps are read."""

    def __init__(self, desk: Desk, flow: Planned) -> None:
        self.desk = desk
        self.flow = flow
        self.steps: dict[int, Step] = {}
        self.ranks: dict[str, int] = {}
        self.taken: set[str] = set()

    def block(self, node: Node | None, after: int | None) -> int | None:
        """Read a list of steps; gives the index of the first (``after`` when there is none)."""
        if node is None:
            return after
        items = scalars.as_list(node, self.desk.faults, "a list of steps")
        steps = [
            scalars.as_map(item, self.desk.faults, "a step") for item in (items.items if items is not None else ())
        ]
        known = [step for step in steps if step is not None and id(step) in self.flow.indexes]
        for rank, step in enumerate(known):
            index = self.flow.indexes[id(step)]
            following = self.flow.indexes[id(known[rank + 1])] if rank + 1 < len(known) else after
            self.steps[index] = self.desk.keep(self.step(step, index, following), step)
        return self.flow.indexes[id(known[0])] if known else after

    def step(self, node: MapNode, index: int, following: int | None) -> Step:
        """One step; without a verb it is a fault (``no-verb``) and a hole in the program."""
        verb = next((word for word in VERBS if word in node.values), None)
        if verb is None:
            hint = next(filter(None, (did_you_mean(key.text, VERBS) for key, _ in node.pairs)), "like «say:» or «ask:»")
            self.desk.faults.error(node.mark, "no-verb", "this step has no verb", hint)
            return Unsupported(name=f"{self.flow.name}/?{index}", verb="?", index=index, next=following, mark=node.mark)
        keys = Keys(node, self.desk.faults, VERBS[verb])
        spot = Spot(
            desk=self.desk,
            flow=self.flow,
            index=index,
            next=following,
            verb=verb,
            local=self.name(node, verb),
            node=node,
            keys=keys,
        )
        return self.branch(spot) if verb == "if" else _READ[verb](spot)

    def name(self, node: MapNode, verb: str) -> str:
        """Its id, else the slot it fills, else verb and rank in the flow; never one that is taken."""
        self.ranks[verb] = self.ranks.get(verb, 0) + 1
        given = node.get("id") or (node.get(verb) if verb in ("ask", "rendezvous") else None)
        name = given.text if isinstance(given, Scalar) else f"{verb}{self.ranks[verb]}"
        rank = 2
        unique = name
        while unique in self.taken or (unique in self.flow.ids and node.get("id") is None):
            unique, rank = f"{name}{rank}", rank + 1
        self.taken.add(unique)
        return unique

    def branch(self, spot: Spot) -> Step:
        """``if``: both branches lie behind it and lead to what follows it."""
        base, then = spot.base(), spot.keys.get("then")
        node = spot.keys.get("if")
        condition = read_condition(self.desk, node)
        then_at = self.block(then, spot.next)
        otherwise = spot.keys.get("else")
        else_at = self.block(otherwise, spot.next) if otherwise is not None else None
        for branch in (then, otherwise):
            if isinstance(branch, ListNode) and not branch.items:
                scalars.wrong(self.desk.faults, branch, "a list with at least one step")
        if condition is None or then_at is None:
            return Unsupported(**base)
        return If(**base, condition=condition, then_at=then_at, else_at=else_at)


def read_steps(desk: Desk, flow: Planned) -> tuple[Step, ...]:
    """The flow's program."""
    program = _Program(desk, flow)
    keys = flow.node.get("steps")
    program.block(keys, None)
    if isinstance(keys, ListNode) and not keys.items:
        scalars.wrong(desk.faults, keys, "a list with at least one step")
    return tuple(program.steps[index] for index in sorted(program.steps))


def _set(spot: Spot) -> Step:
    node = spot.keys.get("set")
    values = read_slot_values(spot.desk, node) if node is not None else {}
    spot.desk.fills.extend(Fill(slot=slot, by="set") for slot, value in values.items() if value is not None)
    return SetSlots(**spot.base(), values=values, goto=spot.goto())


def _run(spot: Spot) -> Step:
    desk, node = spot.desk, spot.keys.get("run")
    name = node.text if isinstance(node, Scalar) else ""
    if node is not None and (name not in desk.planned or name in desk.scenes):
        hint = did_you_mean(name, [flow for flow in desk.planned if flow not in desk.scenes])
        desk.faults.error(node.mark, "no-target", f"no flow is called «{name}»", hint)
    elif node is not None:
        target = Target(kind="flow", name=name)
        desk.jumps.append(Jump(origin=(spot.flow.name, spot.index), target=target, by="run", mark=node.mark))
    return Run(**spot.base(), flow=name)


def _goto(spot: Spot) -> Step:
    node = spot.keys.get("goto")
    target = read_target(spot.desk, node, spot.place, "goto") if node is not None else LOST
    return Goto(**spot.base(), target=target)


def _end(spot: Spot) -> Step:
    node = spot.keys.get("end")
    if node is not None:
        scalars.read_word(node, spot.desk.faults, ("true",))
    return End(**spot.base())


def _handover(spot: Spot) -> Step:
    node = spot.node.values["handover"][1]
    help_ = read_handover(spot.desk, node, spot.place, f"{spot.key}.handover", spot.desk.handover)
    return Handover(**spot.base(), help=help_)


def _paid_help(spot: Spot) -> Step:
    node = spot.node.values["paid_help"][1]
    help_ = read_paid_help(spot.desk, node, spot.place, f"{spot.key}.paid_help", spot.desk.paid_help)
    return PaidHelp(**spot.base(), help=help_)


_READ: Final[Mapping[str, Callable[[Spot], Step]]] = {
    "ask": read_ask,
    "rendezvous": read_rendezvous,
    "confirm": read_confirm,
    "handover": _handover,
    "paid_help": _paid_help,
    "run": _run,
    "do": read_do,
    "offer": read_offer,
    "carousel": read_carousel_step,
    "card": read_card_step,
    "file": read_file,
    "location": read_location,
    "say": read_say,
    "set": _set,
    "goto": _goto,
    "end": _end,
}
