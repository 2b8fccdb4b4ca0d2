"""``rendezvous``: a datetime chosen from free times (bot language 6.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Literal, TypedDict, cast

from rbm_bots.botfile.language.steps import SHOWN
from rbm_bots.botfile.model import Step
from rbm_bots.botfile.reading.calls import check_call, read_handlers
from rbm_bots.botfile.reading.desk import Fill
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.spot import Spot
from rbm_bots.botfile.reading.targets import LOST, read_target
from rbm_bots.botfile.reading.texts import read_fields, read_text
from rbm_bots.botfile.reading.waits import read_waiting, slot_named
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.botfile.slots import DateTimeSlot
from rbm_bots.botfile.source import Scalar
from rbm_bots.botfile.text import Data

__all__ = ["read_rendezvous"]


class _Shown(TypedDict, total=False):
    style: Literal["carousel", "chips"]
    days: int
    per_day: int


def read_rendezvous(spot: Spot) -> Step:
    """The step; its slot is a datetime (fault ``ask-type``)."""
    desk, keys = spot.desk, spot.keys
    node, more = keys.get("rendezvous"), keys.get("more")
    slot = slot_named(spot, node)
    spec = desk.slots.get(slot)
    if node is not None and spec is not None and not isinstance(spec, DateTimeSlot):
        desk.faults.error(node.mark, "ask-type", f"«{slot}» is a {spec.type}; a rendezvous fills a datetime")
    desk.fills.append(Fill(slot=slot, by="rendezvous"))
    waiting = read_waiting(spot, "say")
    find, none = keys.get("find"), keys.get("none")
    check_call(spot, find, keys.get("with"))
    args = read_fields(desk, keys.get("with"))
    return Rendezvous(
        **waiting,
        **_shown(spot),
        slot=slot,
        find=find.text if isinstance(find, Scalar) else "",
        args=args,
        reads=frozenset(name for name in _names(args) if name in desk.slots),
        more=read_text(desk, more, f"{spot.key}.more", kind="label") if more else desk.sentences["rbm.more_dates"],
        hold=keys.span("hold") or timedelta(minutes=10),
        none=read_target(desk, none, spot.place, "none", next_too=True) if none is not None else LOST,
        on_error=read_handlers(spot, find, keys.get("on_error")),
    )


def _shown(spot: Spot) -> _Shown:
    """``offer``: how free times are shown."""
    shown = _Shown()
    written = spot.keys.map("offer", "a map: style, days, per_day")
    if written is None:
        return shown
    keys = Keys(written, spot.desk.faults, SHOWN)
    if word := keys.word("style"):
        shown["style"] = cast('Literal["carousel", "chips"]', word)
    if days := keys.whole("days"):
        shown["days"] = days
    if per_day := keys.whole("per_day"):
        shown["per_day"] = per_day
    return shown


def _names(args: Mapping[str, Data]) -> Iterator[str]:
    """The first words of every name that data values read."""
    for data in args.values():
        for template in data.text.templates.values() if data.text is not None else ():
            yield from (placeholder.path[0] for placeholder in template.placeholders)
        yield from _names({str(rank): item for rank, item in enumerate(data.items or ())})
        yield from _names(data.fields or {})
