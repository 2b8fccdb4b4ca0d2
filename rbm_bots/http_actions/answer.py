"""From an HTTP answer to the action's result, or to a code of ``on_error``. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from rbm_bots.botfile.services import HttpAction
from rbm_bots.botfile.slots import ListSlot, RecordSlot
from rbm_bots.dialogue.fit import Misfit, fit
from rbm_bots.http_actions.faults import AnswerRefused

__all__ = ["read_answer"]

_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def read_answer(action: HttpAction, *, status: int, body: bytes, zone: ZoneInfo) -> object:
    """The result. Raises :class:`AnswerRefused` with the code that this status or this body means."""
    code = next((code for code, declared in action.errors.items() if declared == status), None)
    if code is not None:
        raise AnswerRefused(code, f"status {status}")
    if not 200 <= status < 300:
        raise AnswerRefused("error", f"status {status}")
    if not body.strip():
        return None
    try:
        found = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError):
        raise AnswerRefused("error", "the answer is not JSON") from None
    return _shaped(action, _picked(found, action.pick), zone)


def _picked(value: object, path: tuple[str, ...]) -> object:
    for part in path:
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            raise AnswerRefused("error", f"the answer has nothing at «{'.'.join(path)}»")
    return value


def _shaped(action: HttpAction, value: object, zone: ZoneInfo) -> object:
    """The fields that the action gives, each of its type; what else is in the answer is not kept."""
    if value is None:
        return None
    if action.gives_list:
        if not isinstance(value, list):
            raise AnswerRefused("error", "the answer is not a list")
        return _fitted(ListSlot(name=action.name, mark=action.mark), value, zone)
    if not action.gives:
        return value
    if not isinstance(value, Mapping):
        raise AnswerRefused("error", "the answer is not a record")
    known = {name: value.get(name) for name in action.gives}
    return _fitted(RecordSlot(name=action.name, fields=action.gives, mark=action.mark), known, zone)


def _fitted(spec: RecordSlot | ListSlot, value: object, zone: ZoneInfo) -> object:
    fitted = fit(spec, value, zone=zone)
    if isinstance(fitted, Misfit):
        raise AnswerRefused("error", "a field of the answer is of another type")
    return fitted
