"""Steps that wait for the person: ``ask`` and ``confirm`` (bot language 6.3, 6.5), and what all of them have."""

from __future__ import annotations

from typing import Any

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean, nearest
from rbm_bots.botfile.language.steps import ON_REFUSE
from rbm_bots.botfile.model import Ask, Confirm, Handler, Step, Target
from rbm_bots.botfile.reading.desk import Fill
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.spot import Spot
from rbm_bots.botfile.reading.targets import default_end, read_target
from rbm_bots.botfile.reading.texts import read_text, read_texts
from rbm_bots.botfile.slots import ListSlot, RecordSlot
from rbm_bots.botfile.source import Node

__all__ = ["read_ask", "read_confirm", "read_waiting", "slot_named"]


def read_waiting(spot: Spot, say: str) -> dict[str, Any]:
    """What all of them have; ``say`` is the key that holds the question."""
    desk, keys = spot.desk, spot.keys
    reprompt, give_up = keys.get("reprompt"), keys.get("give_up")
    target = read_target(desk, give_up, spot.place, "give_up", next_too=True) if give_up is not None else None
    return {
        **spot.sending(),
        "say": read_text(desk, keys.get(say), f"{spot.key}.{say}"),
        "reprompt": read_texts(desk, reprompt, f"{spot.key}.reprompt") if reprompt is not None else None,
        "give_up": target or default_end(desk),
        "timeout": keys.span("timeout"),
    }


def read_ask(spot: Spot) -> Step:
    """``ask``; only slots that words can fill are asked (fault ``ask-type``)."""
    desk, keys = spot.desk, spot.keys
    node, skip = keys.get("ask"), keys.get("skip")
    slot = slot_named(spot, node)
    spec = desk.slots.get(slot)
    if node is not None and (isinstance(spec, RecordSlot) or (isinstance(spec, ListSlot) and spec.item is None)):
        hint = "fill it with «do: … save:»" if isinstance(spec, RecordSlot) else "say what it is a list «of»"
        desk.faults.error(node.mark, "ask-type", f"«{slot}» is a {spec.type}: nobody can type that", hint)
    desk.fills.append(Fill(slot=slot, by="ask", skippable=skip is not None))
    return Ask(
        **read_waiting(spot, "say"),
        slot=slot,
        again=keys.flag("again"),
        skip=read_text(desk, skip, f"{spot.key}.skip", kind="label") if skip is not None else None,
    )


def slot_named(spot: Spot, node: Node | None) -> str:
    """The name of the slot that a step fills (fault ``no-slot``)."""
    desk = spot.desk
    name = scalars.read_words(node, desk.faults, "the name of a slot") if node is not None else None
    if node is not None and name is not None and name not in desk.slots and name not in desk.unread_slots:
        desk.faults.error(node.mark, "no-slot", f"no slot is called «{name}»", did_you_mean(name, desk.slots))
    return name or ""


def read_confirm(spot: Spot) -> Step:
    """``confirm``; the slots of ``edit`` are filled by steps of the same flow."""
    desk, keys = spot.desk, spot.keys
    accept, refuse = keys.get("accept"), keys.get("refuse")
    return Confirm(
        **read_waiting(spot, "confirm"),
        accept=read_text(desk, accept, f"{spot.key}.accept", kind="label")
        if accept is not None
        else desk.sentences["rbm.yes"],
        refuse=read_text(desk, refuse, f"{spot.key}.refuse", kind="label")
        if refuse is not None
        else desk.sentences["rbm.no"],
        edit=_edit(spot),
        on_refuse=_on_refuse(spot),
    )


def _edit(spot: Spot) -> tuple[str, ...]:
    found = []
    for item in spot.keys.items("edit", "a list of slots"):
        slot = slot_named(spot, item)
        if slot in spot.desk.slots and slot not in spot.flow.fills and not _meant(spot, slot):
            hint = "«edit» names slots that an «ask» or «rendezvous» of this flow fills"
            spot.desk.faults.error(item.mark, "no-slot", f"no step of «{spot.flow.name}» fills «{slot}»", hint)
        found.append(slot)
    return tuple(found)


def _meant(spot: Spot, slot: str) -> bool:
    """Whether a step of the flow asks for a name that no slot has and that looks like ``slot``: that is told there."""
    unknown = spot.flow.fills - set(spot.desk.slots) - {""}
    return any(nearest(name, spot.desk.slots) == slot for name in unknown)


def _on_refuse(spot: Spot) -> Handler:
    desk = spot.desk
    default = Handler(say=desk.sentences["rbm.confirm_refused"], goto=Target(kind="end"))
    written = spot.keys.map("on_refuse", "a map: say, goto")
    if written is None:
        return default
    keys = Keys(written, desk.faults, ON_REFUSE)
    say, goto = keys.get("say"), keys.get("goto")
    if say is None and goto is None:
        desk.faults.error(written.mark, "missing", "«on_refuse» needs «say» or «goto»")
    return Handler(
        say=read_text(desk, say, f"{spot.key}.on_refuse") if say is not None else None,
        goto=read_target(desk, goto, spot.place, "refuse", next_too=True) if goto is not None else Target(kind="end"),
    )
