"""Calling actions: ``do``, and the ``find`` of a rendezvous (bot language 6.6, 14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from rbm_bots.arguments import ArgumentWrong, convert_argument
from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import Faults, did_you_mean
from rbm_bots.botfile.kinds import UnknownName
from rbm_bots.botfile.language.kinds import ListOf, Span
from rbm_bots.botfile.language.steps import HANDLER, REMINDER
from rbm_bots.botfile.model import Do, Handler, Step
from rbm_bots.botfile.reading.chips import read_chips
from rbm_bots.botfile.reading.desk import Desk, Fill, Signature
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.spot import Spot
from rbm_bots.botfile.reading.targets import read_target
from rbm_bots.botfile.reading.texts import read_data, read_fields, read_text
from rbm_bots.botfile.services import Reminder
from rbm_bots.botfile.source import MapNode, Node, Scalar
from rbm_bots.botfile.text import Data, TemplateRefused, parse_template

__all__ = ["check_call", "read_do", "read_handlers"]

_ALWAYS_CODES: Final = frozenset(("timeout", "error", "any"))
_READ_TYPED: Final[Mapping[str, Callable[[Node, Faults], object]]] = {
    "number": scalars.read_number,
    "boolean": scalars.read_bool,
    "date": scalars.read_date,
    "datetime": scalars.read_instant,
    "phone": scalars.read_phone,
}


def read_do(spot: Spot) -> Step:
    """``do``: the action, what it is given, where its result goes, what its errors lead to, and reminders."""
    desk, keys = spot.desk, spot.keys
    node = keys.get("do")
    check_call(spot, node, keys.get("with"))
    moves, cancels = keys.get("moves"), keys.get("cancels")
    return Do(
        **spot.base(),
        action=node.text if isinstance(node, Scalar) else "",
        args=read_fields(desk, keys.get("with")),
        save=_save(desk, keys.get("save")),
        on_error=read_handlers(spot, node, keys.get("on_error")),
        goto=spot.goto(),
        remind=_reminder(spot),
        moves=read_data(desk, moves) if moves is not None else None,
        cancels=read_data(desk, cancels) if cancels is not None else None,
    )


def _save(desk: Desk, node: Node | None) -> str | None:
    if node is None:
        return None
    name = scalars.read_words(node, desk.faults, "the name of a slot")
    if name is not None and name not in desk.slots and name not in desk.unread_slots:
        desk.faults.error(node.mark, "no-slot", f"no slot is called «{name}»", did_you_mean(name, desk.slots))
    if name is not None:
        desk.fills.append(Fill(slot=name, by="save"))
    return name


def check_call(spot: Spot, node: Node | None, given: Node | None) -> None:
    """Whether the action exists (``no-action``) and ``with`` fits its parameters (``action-args``)."""
    desk = spot.desk
    name = scalars.read_words(node, desk.faults, "the name of an action") if node is not None else None
    if node is None or name is None:
        return
    signature = desk.signatures.get(name)
    if signature is None:
        if not desk.python_broken:
            hint = did_you_mean(name, desk.signatures) or "write it in actions.py, or under «actions:»"
            desk.faults.error(node.mark, "no-action", f"no action is called «{name}»", hint)
    elif given is None or isinstance(given, MapNode):
        _check_arguments(desk, signature, given, given or node)


def _check_arguments(desk: Desk, signature: Signature, given: MapNode | None, where: Node) -> None:
    written = given.values if given is not None else {}
    for name, is_required in signature.parameters.items():
        if is_required and name not in written:
            desk.faults.error(where.mark, "action-args", f"«{signature.name}» needs «{name}» in «with»")
    for name, (_, value) in written.items():
        if name not in signature.parameters:
            if signature.takes_any:
                continue
            hint = (
                did_you_mean(name, signature.parameters) or f"it takes: {', '.join(signature.parameters) or 'nothing'}"
            )
            desk.faults.error(value.mark, "action-args", f"«{signature.name}» does not take «{name}»", hint)
        else:
            _check_literal(desk, signature, name, value)


def _check_literal(desk: Desk, signature: Signature, name: str, node: Node) -> None:
    """Words written out in ``with`` are what the parameter wants."""
    if not isinstance(node, Scalar) or "{{" in node.text:
        return
    spec = desk.python.actions.get(signature.name) if desk.python is not None else None
    parameter = spec.parameters.get(name) if spec is not None else None
    if parameter is None:
        _check_typed(desk, signature, name, node)
        return
    try:
        convert_argument(parameter, None if node.nothing else node.text)
    except ArgumentWrong as error:
        desk.faults.error(node.mark, "action-args", f"«{name}» of «{signature.name}» {error.what}")


def _check_typed(desk: Desk, signature: Signature, name: str, node: Scalar) -> None:
    kind = signature.types.get(name, "")
    read = _READ_TYPED.get(kind)
    if read is not None and not node.nothing and read(node, Faults()) is None:
        desk.faults.error(node.mark, "action-args", f"«{name}» of «{signature.name}» wants a {kind}")


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
    keys = Keys(node, spot.desk.faults, HANDLER)
    say, goto = keys.get("say"), keys.get("goto")
    return Handler(
        say=read_text(spot.desk, say, key) if say is not None else None,
        goto=read_target(spot.desk, goto, spot.place, "error", next_too=True) if goto is not None else None,
    )


def _reminder(spot: Spot) -> Reminder | None:
    """``remind``: messages before an appointment."""
    desk = spot.desk
    written = spot.keys.map("remind", "a map: at, before, ref, say")
    if written is None:
        return None
    keys = Keys(written, desk.faults, REMINDER)
    at, ref = keys.get("at"), keys.get("ref")
    _check_instant(desk, at)
    return Reminder(
        at=read_data(desk, at) if at is not None else Data(),
        before=_spans(desk, keys),
        ref=read_data(desk, ref) if ref is not None else Data(),
        say=read_text(desk, keys.get("say"), f"{spot.key}.remind"),
        suggest=read_chips(desk, keys.get("suggest"), spot.place, f"{spot.key}.remind"),
        mark=written.mark,
    )


def _check_instant(desk: Desk, node: Node | None) -> None:
    """``at`` is an instant, or a placeholder that may hold one."""
    if not isinstance(node, Scalar):
        return
    try:
        placeholders = parse_template(node.text).placeholders
        kind = desk.kind(placeholders[0].path).name if placeholders else ""
    except (TemplateRefused, UnknownName):
        return
    if not placeholders:
        scalars.read_instant(node, desk.faults)
    elif kind not in ("datetime", "any") or placeholders[0].filters:
        scalars.wrong(desk.faults, node, "a datetime, like {{ when }}")


def _spans(desk: Desk, keys: Keys) -> tuple[timedelta, ...]:
    kind = keys.shape.keys["before"].kind
    assert isinstance(kind, ListOf)
    assert isinstance(kind.item, Span), "the table says how long before"
    low, high = kind.item.low, kind.item.high
    items = keys.items("before", "a list of durations")
    read = [scalars.read_duration(item, desk.faults, low, high) for item in items]
    return tuple(span for span in read if span is not None)
