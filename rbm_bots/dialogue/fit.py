"""Whether a value that was not typed by a person fits a slot: results of actions, ``set``, columns of a scene.

Words are read in the one written form of bot files (``12.5``, ``2026-11-24``, ``true``), not leniently like answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from rbm_bots.botfile.parts import Chosen
from rbm_bots.botfile.slots import ChoiceSlot, ListSlot, NumberSlot, RecordSlot, SlotSpec
from rbm_bots.dialogue.stored import NotStorable, store
from rbm_bots.values import File, Location, Slot

__all__ = ["MISFIT", "Misfit", "fit", "instant_of"]


class Misfit:
    """The type of :data:`MISFIT`."""


MISFIT: Final = Misfit()
"""The value is of another kind than the slot; ``None`` would mean «empty»."""


def fit(spec: SlotSpec, value: object, *, zone: ZoneInfo) -> object:
    """``value`` as ``spec`` keeps it, ``None`` to empty it, or :data:`MISFIT`."""
    if value is None or value == "":
        return None
    if isinstance(value, Chosen):
        value = value.id
    try:
        fitted = _fit_special(spec, value, zone)
        store(fitted)
    except (ValueError, TypeError, ArithmeticError, OverflowError, InvalidOperation, NotStorable):
        return MISFIT
    return MISFIT if fitted is None else fitted


def _fit_special(spec: SlotSpec, value: object, zone: ZoneInfo) -> object:
    match spec:
        case ChoiceSlot():
            return value if any(option.id == value for option in spec.options) else None
        case NumberSlot():
            number = _number(value)
            if number is None or not spec.integer:
                return number
            return int(number) if number == number.to_integral_value() else None
        case RecordSlot():
            return _record(spec.fields, value, zone)
        case ListSlot():
            return _list(spec, value, zone)
    return _fit_simple(spec.type, value, zone)


def _fit_simple(kind: str, value: object, zone: ZoneInfo) -> object:
    """``value`` as a simple type names it; ``None`` when it is another kind."""
    match kind:
        case "text" | "phone" | "email" | "choice":
            return value if isinstance(value, str) else str(value) if isinstance(value, int | Decimal) else None
        case "number":
            return _number(value)
        case "boolean":
            return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value))
        case "date":
            return _date(value, zone)
        case "datetime":
            return instant_of(value, zone)
        case "location":
            return _location(value)
        case "file":
            return value if isinstance(value, File) else File(url=value) if isinstance(value, str) else None
    return value


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    return number if number.is_finite() and abs(number.adjusted()) < 40 else None


def _date(value: object, zone: ZoneInfo) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(zone).date() if value.tzinfo is not None else None
    return value if isinstance(value, date) else date.fromisoformat(value) if isinstance(value, str) else None


def instant_of(value: object, zone: ZoneInfo) -> datetime | None:
    """``value`` as an instant: an aware datetime, a free time, or its ISO words; ``None`` when it is none of these.

    Raises ``ValueError`` for words that are no instant.
    """
    if isinstance(value, Slot):
        value = value.start
    at = datetime.fromisoformat(value) if isinstance(value, str) and len(value) > 10 else value
    return at.astimezone(zone) if isinstance(at, datetime) and at.tzinfo is not None else None


def _location(value: object) -> Location | None:
    if isinstance(value, Mapping):
        value = msgspec.convert(dict(value), Location, strict=False)
    elif isinstance(value, str):
        lat, _, lng = value.partition(",")
        value = Location(float(lat), float(lng))
    return value if isinstance(value, Location) and abs(value.lat) <= 90 and abs(value.lng) <= 180 else None


def _record(fields: Mapping[str, str], value: object, zone: ZoneInfo) -> dict[str, object] | None:
    if isinstance(value, File | Location | Slot):
        value = msgspec.structs.asdict(value)
    if not isinstance(value, Mapping):
        return None
    found: dict[str, object] = {str(name): item for name, item in value.items()}
    for name, kind in fields.items():
        if found.get(name) is None:
            continue
        found[name] = _fit_simple(kind, found[name], zone)
        if found[name] is None:
            return None
    return found


def _list(spec: ListSlot, value: object, zone: ZoneInfo) -> list[object] | None:
    if not isinstance(value, list | tuple):
        return None
    items: list[object] = []
    for item in value:
        if spec.item is not None:
            fitted = fit(spec.item, item, zone=zone)
        else:
            fitted = _record(spec.fields, item, zone) if spec.fields or isinstance(item, Mapping) else item
        if fitted is None or fitted is MISFIT:
            return None
        items.append(fitted)
    return items
