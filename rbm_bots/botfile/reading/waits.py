"""Steps that wait for the person: ``ask rendezvous confirm`` (bot language 6.3 to 6.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.model import Ask, Confirm, Handler, Step, Target, Unsupported
from rbm_bots.botfile.reading.calls import check_call, read_handlers
from rbm_bots.botfile.reading.desk import Fill
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.spot import Spot
from rbm_bots.botfile.reading.targets import default_end, read_target
from rbm_bots.botfile.reading.texts import read_text, read_texts
from rbm_bots.botfile.slots import DateTimeSlot, ListSlot, RecordSlot
from rbm_bots.botfile.source import Node

__all__ = ["read_ask", "read_confirm", "read_rendezvous"]

_TIMEOUT: Final = (timedelta(minutes=1), timedelta(hours=24))
_HOLD: Final = (timedelta(minutes=1), timedelta(minutes=60))


def _waiting(spot: Spot, say: str) -> dict[str, Any]:
    """What all of them have; ``say`` is the key that holds the question."""
    desk, keys = spot.desk, spot.keys
    reprompt, give_up, timeout = keys.get("reprompt"), keys.get("give_up"), keys.get("timeout")
    target = read_target(desk, give_up, spot.place, "give_up", next_too=True) if give_up is not None else None
    return {
        **spot.sending(),
        "say": read_text(desk, keys.need(say), f"{spot.key}.{say}"),
        "reprompt": read_texts(desk, reprompt, f"{spot.key}.reprompt") if reprompt is not None else None,
        "give_up": target or default_end(desk),
        "timeout": scalars.read_duration(timeout, desk.faults, *_TIMEOUT) if timeout is not None else None,
    }


def read_ask(spot: Spot) -> Step:
    """``ask``; only slots that words can fill are asked (fault ``ask-type``)."""
    desk, keys = spot.desk, spot.keys
    node, again, skip = keys.need("ask"), keys.get("again"), keys.get("skip")
    slot = _slot(spot, node)
    spec = desk.slots.get(slot)
    if node is not None and (isinstance(spec, RecordSlot) or (isinstance(spec, ListSlot) and spec.item is None)):
        hint = "fill it with «do: … save:»" if isinstance(spec, RecordSlot) else "say what it is a list «of»"
        desk.faults.error(node.mark, "ask-type", f"«{slot}» is a {spec.type}: nobody can type that", hint)
    desk.fills.append(Fill(slot=slot, by="ask", skippable=skip is not None))
    return Ask(
        **_waiting(spot, "say"),
        slot=slot,
        again=bool(scalars.read_bool(again, desk.faults)) if again is not None else False,
        skip=read_text(desk, skip, f"{spot.key}.skip", kind="label") if skip is not None else None,
    )


def _slot(spot: Spot, node: Node | None) -> str:
    """The name of the slot that a step fills (fault ``no-slot``)."""
    desk = spot.desk
    name = scalars.read_words(node, desk.faults, "the name of a slot") if node is not None else None
    if node is not None and name is not None and name not in desk.slots and name not in desk.unread_slots:
        desk.faults.error(node.mark, "no-slot", f"no slot is called «{name}»", did_you_mean(name, desk.slots))
    return name or ""


def read_rendezvous(spot: Spot) -> Step:
    """``rendezvous``: read and checked."""
    desk, keys = spot.desk, spot.keys
    node, find, none, hold, more = (keys.get(key) for key in ("rendezvous", "find", "none", "hold", "more"))
    slot = _slot(spot, node)
    spec = desk.slots.get(slot)
    if node is not None and spec is not None and not isinstance(spec, DateTimeSlot):
        desk.faults.error(node.mark, "ask-type", f"«{slot}» is a {spec.type}; a rendezvous fills a datetime")
    desk.fills.append(Fill(slot=slot, by="rendezvous"))
    waiting = _waiting(spot, "say")
    check_call(spot, keys.need("find"), keys.get("with"))
    read_handlers(spot, find, keys.get("on_error"))
    _offer(spot, keys.get("offer"))
    target = keys.need("none")
    if target is not None and none is not None:
        read_target(desk, target, spot.place, "none", next_too=True)
    if hold is not None:
        scalars.read_duration(hold, desk.faults, *_HOLD)
    if more is not None:
        read_text(desk, more, f"{spot.key}.more", kind="label")
    return Unsupported(**{word: waiting[word] for word in ("name", "verb", "index", "next", "mark", "when", "goal")})


def _offer(spot: Spot, node: Node | None) -> None:
    """``{style, days, per_day}``: how free times are shown."""
    faults = spot.desk.faults
    written = scalars.as_map(node, faults, "a map: style, days, per_day") if node is not None else None
    if written is None:
        return
    keys = Keys(written, faults, "«offer»", ("style", "days", "per_day"))
    style, days, per_day = keys.get("style"), keys.get("days"), keys.get("per_day")
    if style is not None:
        scalars.read_word(style, faults, ("carousel", "chips"))
    for value, most in ((days, 10), (per_day, 4)):
        if value is not None:
            scalars.read_integer(value, faults, 1, most)


def read_confirm(spot: Spot) -> Step:
    """``confirm``; the slots of ``edit`` are filled by steps of the same flow."""
    desk, keys = spot.desk, spot.keys
    accept, refuse = keys.get("accept"), keys.get("refuse")
    return Confirm(
        **_waiting(spot, "confirm"),
        accept=read_text(desk, accept, f"{spot.key}.accept", kind="label")
        if accept is not None
        else desk.sentences["rbm.yes"],
        refuse=read_text(desk, refuse, f"{spot.key}.refuse", kind="label")
        if refuse is not None
        else desk.sentences["rbm.no"],
        edit=_edit(spot, keys.get("edit")),
        on_refuse=_on_refuse(spot, keys.get("on_refuse")),
    )


def _edit(spot: Spot, node: Node | None) -> tuple[str, ...]:
    items = scalars.as_list(node, spot.desk.faults, "a list of slots") if node is not None else None
    found = []
    for item in items.items if items is not None else ():
        slot = _slot(spot, item)
        if slot in spot.desk.slots and slot not in spot.flow.fills:
            hint = "«edit» names slots that an «ask» or «rendezvous» of this flow fills"
            spot.desk.faults.error(item.mark, "no-slot", f"no step of «{spot.flow.name}» fills «{slot}»", hint)
        found.append(slot)
    return tuple(found)


def _on_refuse(spot: Spot, node: Node | None) -> Handler:
    desk = spot.desk
    default = Handler(say=desk.sentences["rbm.confirm_refused"], goto=Target(kind="end"))
    written = scalars.as_map(node, desk.faults, "a map: say, goto") if node is not None else None
    if written is None:
        return default
    keys = Keys(written, desk.faults, "«on_refuse»", ("say", "goto"))
    say, goto = keys.get("say"), keys.get("goto")
    if say is None and goto is None:
        desk.faults.error(written.mark, "missing", "«on_refuse» needs «say» or «goto»")
    return Handler(
        say=read_text(desk, say, f"{spot.key}.on_refuse") if say is not None else None,
        goto=read_target(desk, goto, spot.place, "refuse", next_too=True) if goto is not None else Target(kind="end"),
    )
