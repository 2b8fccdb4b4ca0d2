"""Free appointments on their way from an action to a person: read from what it returned, less what others hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from rbm_bots.clock import parse_instant
from rbm_bots.values import Slot

__all__ = ["NotSlots", "OfferKeeper", "read_slots"]


class NotSlots(ValueError):
    """An action that finds appointments returned something else. Never names the value."""


class OfferKeeper(Protocol):
    """Knows who holds which instant of a bot."""

    async def offered(self, *, contact: str, slots: Sequence[Slot], find: str, now: datetime) -> list[Slot]:
        """``slots`` (found by the action ``find``) without those that other people hold."""
        ...


def read_slots(result: object) -> list[Slot]:
    """The appointments an action returned, earliest first, each instant once.

    Each is a ``Slot``, or a map as JSON from another server is: ``start`` (an instant with its zone) and perhaps
    ``minutes``, ``ref``, ``label``. Nothing at all is an empty list. Raises :class:`NotSlots`.
    """
    if result is None:
        return []
    if not isinstance(result, list | tuple):
        raise NotSlots("the result is not a list of appointments")
    found: dict[datetime, Slot] = {}
    for item in result:
        slot = item if isinstance(item, Slot) else _slot(item)
        found.setdefault(slot.start, slot)
    return [found[start] for start in sorted(found)]


def _slot(item: object) -> Slot:
    if not isinstance(item, Mapping):
        raise NotSlots("an appointment is neither a Slot nor a map")
    start, minutes, ref, label = (item.get(name) for name in ("start", "minutes", "ref", "label"))
    at = parse_instant(start) if isinstance(start, str) else start
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise NotSlots("the start of an appointment is no instant with a zone")
    if minutes is not None and (not isinstance(minutes, int) or isinstance(minutes, bool) or minutes < 0):
        raise NotSlots("the minutes of an appointment are no whole number")
    return Slot(at, minutes, None if ref is None else str(ref), None if label is None else str(label))
