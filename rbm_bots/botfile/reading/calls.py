"""Calling actions: ``do``, and the ``find`` of a rendezvous (bot language 6.6, 14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from rbm_bots.arguments import ArgumentWrong, convert_argument
from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.model import Do, Handler, Step, Unsupported
from rbm_bots.botfile.reading.chips import read_chips
from rbm_bots.botfile.reading.desk import Desk, Fill, Signature
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.spot import Spot
from rbm_bots.botfile.reading.targets import read_target
from rbm_bots.botfile.reading.texts import read_data, read_fields, read_text
from rbm_bots.botfile.source import MapNode, Node, Scalar

__all__ = ["check_call", "read_do", "read_handlers"]

_ALWAYS_CODES: Final = frozenset(("timeout", "error", "any"))
_REMINDERS: Final = ("remind", "moves", "cancels")
_BEFORE: Final = (timedelta(minutes=1), timedelta(days=30))


def read_do(spot: Spot) -> Step:
    """``do``. An action that this version cannot run itself makes the step one that cannot be played yet."""
    desk, keys = spot.desk, spot.keys
    node, save = keys.need("do"), keys.get("save")
    signature = check_call(spot, node, keys.get("with"))
    base, args = spot.base(), read_fields(desk, keys.get("with"))
    handlers, goto = read_handlers(spot, node, keys.get("on_error")), spot.goto()
    slot = _save(desk, save)
    _reminders(spot)
    plays = signature is None or signature.plays
    if not plays or any(keys.get(key) is not None for key in _REMINDERS):
        return Unsupported(**base)
    name = node.text if isinstance(node, Scalar) else ""
    return Do(**base, action=name, args=args, save=slot, on_error=handlers, goto=goto)


def _save(desk: Desk, node: Node | None) -> str | None:
    if node is None:
        return None
    name = scalars.read_words(node, desk.faults, "the name of a slot")
    if name is not None and name not in desk.slots and name not in desk.unread_slots:
        desk.faults.error(node.mark, "no-slot", f"no slot is called «{name}»", did_you_mean(name, desk.slots))
    if name is not None:
        desk.fills.append(Fill(slot=name, by="save"))
    return name


def check_call(spot: Spot, node: Node | None, given: Node | None) -> Signature | None:
    """Whether the action exists (``no-action``) and ``with`` fits its parameters (``action-args``)."""
    desk = spot.desk
    name = scalars.read_words(node, desk.faults, "the name of an action") if node is not None else None
    if node is None or name is None:
        return None
    signature = desk.signatures.get(name)
    if signature is None:
        if not desk.python_broken:
            hint = did_you_mean(name, desk.signatures) or "write it in actions.py, or under «actions:»"
            desk.faults.error(node.mark, "no-action", f"no action is called «{name}»", hint)
        return None
    if given is None or isinstance(given, MapNode):
        _check_arguments(desk, signature, given, given or node)
    return signature


def _check_arguments(desk: Desk, signature: Signature, given: MapNode | None, where: Node) -> None:
    if signature.parameters is None:
        return
    written = given.values if given is not None else {}
    for name, is_required in signature.parameters.items():
        if is_required and name not in written:
            desk.faults.error(where.mark, "action-args", f"«{signature.name}» needs «{name}» in «with»")
    for name, (_, value) in written.items():
        if name not in signature.parameters:
            hint = (
                did_you_mean(name, signature.parameters) or f"it takes: {', '.join(signature.parameters) or 'nothing'}"
            )
            desk.faults.error(value.mark, "action-args", f"«{signature.name}» does not take «{name}»", hint)
        else:
            _check_literal(desk, signature, name, value)


def _check_literal(desk: Desk, signature: Signature, name: str, node: Node) -> None:
    spec = desk.python.actions.get(signature.name) if desk.python is not None else None
    parameter = spec.parameters.get(name) if spec is not None else None
    if parameter is None or not isinstance(node, Scalar) or "{{" in node.text:
        return
    try:
        convert_argument(parameter, None if node.nothing else node.text)
    except ArgumentWrong as error:
        desk.faults.error(node.mark, "action-args", f"«{name}» of «{signature.name}» {error.what}")


def read_handlers(spot: Spot, action: Node | None, node: Node | None) -> Mapping[str, Handler]:
    """``on_error``: codes the action declares, ``timeout``, ``error`` or ``any``, each to ``{say, goto}``."""
    desk = spot.desk
    written = scalars.as_map(node, desk.faults, "a map of code to {say, goto}") if node is not None else None
    signature = desk.signatures.get(action.text) if isinstance(action, Scalar) else None
    found = {}
    for code, value in written.pairs if written is not None else ():
        if signature is not None and code.text not in signature.errors | _ALWAYS_CODES:
            hint = did_you_mean(code.text, signature.errors | _ALWAYS_CODES)
            message = f"«{signature.name}» declares no error «{code.text}»"
            desk.faults.error(value.mark, "action-error", message, hint or "declare it: errors={…}")
        handler = scalars.as_map(value, desk.faults, "a map: say, goto")
        if handler is not None:
            found[code.text] = _handler(spot, handler, f"{spot.key}.on_error.{code.text}")
    return found


def _handler(spot: Spot, node: MapNode, key: str) -> Handler:
    keys = Keys(node, spot.desk.faults, "an error's handler", ("say", "goto"))
    say, goto = keys.get("say"), keys.need("goto")
    return Handler(
        say=read_text(spot.desk, say, key) if say is not None else None,
        goto=read_target(spot.desk, goto, spot.place, "error", next_too=True) if goto is not None else None,
    )


def _reminders(spot: Spot) -> None:
    """``remind``, ``moves``, ``cancels``: messages before an appointment, and what becomes of them."""
    desk, keys = spot.desk, spot.keys
    for key in ("moves", "cancels"):
        node = keys.get(key)
        if node is not None:
            read_data(desk, node)
    node = keys.get("remind")
    written = scalars.as_map(node, desk.faults, "a map: at, before, ref, say") if node is not None else None
    if written is None:
        return
    remind = Keys(written, desk.faults, "a reminder", ("at", "before", "ref", "say", "suggest"))
    for key in ("at", "ref"):
        value = remind.need(key)
        if value is not None:
            read_data(desk, value)
    before = remind.need("before")
    spans = scalars.as_list(before, desk.faults, "a list of durations") if before is not None else None
    for span in spans.items if spans is not None else ():
        scalars.read_duration(span, desk.faults, *_BEFORE)
    read_text(desk, remind.need("say"), f"{spot.key}.remind")
    read_chips(desk, remind.get("suggest"), spot.place, f"{spot.key}.remind")
