"""Suggestions (bot language, chapter 7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, Literal, cast

from rbm_bots.botfile import scalars
from rbm_bots.botfile.faults import did_you_mean
from rbm_bots.botfile.language.messages import CHIPS, EVENT, PLACE, QUERY
from rbm_bots.botfile.model import Chip
from rbm_bots.botfile.names import NAME, OPTION_ID
from rbm_bots.botfile.reading.desk import ChipList, Desk, Fill
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.media import URL_MAX
from rbm_bots.botfile.reading.targets import Place, read_target
from rbm_bots.botfile.reading.texts import EMPTY, read_condition, read_data, read_slot_values, read_text
from rbm_bots.botfile.source import MapNode, Node, Scalar
from rbm_bots.botfile.text import Data, Text

__all__ = ["read_chips", "read_goal", "read_place", "read_topic"]

_Kind = Literal["reply", "open", "dial", "map", "calendar", "share_location"]
_POSITION: Final = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,12})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,12})?)\s*")
_EVENT_TITLE_MAX: Final = 100
_EVENT_TEXT_MAX: Final = 500


def read_chips(desk: Desk, node: Node | None, place: Place, key: str) -> tuple[Chip, ...]:
    """The suggestions of a message or card. ``key`` names them in translations: ``KEY.suggest.1``."""
    if node is None:
        return ()
    items = scalars.as_list(node, desk.faults, "a list of suggestions")
    chips: list[Chip] = []
    for rank, item in enumerate(items.items if items is not None else (), start=1):
        written = scalars.as_map(item, desk.faults, "a suggestion, like {reply: Oui, goto: …}")
        chip = _read(desk, written, place, rank, f"{key}.suggest") if written is not None else None
        if chip is None:
            continue
        if any(chip.option == other.option for other in chips):
            desk.faults.error(item.mark, "ambiguous", f"two suggestions here are called «{chip.option}»")
        chips.append(chip)
    origin = (place[0].name, place[1]) if place is not None else None
    in_card = key.endswith(".card")
    desk.chip_lists.append(ChipList(chips=tuple(chips), place=origin, mark=node.mark, in_card=in_card))
    return tuple(chips)


def _read(desk: Desk, node: MapNode, place: Place, rank: int, key: str) -> Chip | None:
    kind = next((word for word in CHIPS if word in node.values), None)
    if kind is None:
        hint = next(
            filter(None, (did_you_mean(word.text, CHIPS) for word, _ in node.pairs)), f"one of: {', '.join(CHIPS)}"
        )
        desk.faults.error(node.mark, "missing", "this suggestion does nothing", hint)
        return None
    keys = Keys(node, desk.faults, CHIPS[kind])
    name = keys.get("id")
    option = (scalars.read_name(name, desk.faults, OPTION_ID) if name is not None else None) or str(rank)
    goto = keys.get("goto") if kind == "reply" else None
    chip = Chip(
        kind=cast("_Kind", kind),
        label=_label(desk, keys, kind, f"{key}.{option}"),
        option=option,
        goto=read_target(desk, goto, place, "chip") if goto is not None else None,
        set=_set(desk, keys),
        values=_calendar(desk, keys, f"{key}.{option}") if kind == "calendar" else _VALUES[kind](desk, keys),
        when=read_condition(desk, keys.get("when")),
        topic=read_topic(desk, keys.get("topic")),
        goal=read_goal(desk, keys.get("goal")),
        mark=node.mark,
    )
    return desk.keep(chip, node)


def _label(desk: Desk, keys: Keys, kind: str, key: str) -> Text:
    if kind == "reply":
        return read_text(desk, keys.get("reply"), key, kind="label")
    if kind == "share_location" and keys.get("label") is None:
        return desk.sentences["rbm.share_location"]
    return read_text(desk, keys.get("label"), key, kind="label")


def _set(desk: Desk, keys: Keys) -> dict[str, Data]:
    node = keys.get("set") if "set" in keys.shape.keys else None
    if node is None:
        return {}
    values = read_slot_values(desk, node)
    desk.fills.extend(Fill(slot=slot, by="set") for slot in values)
    return {slot: value if value is not None else Data() for slot, value in values.items()}


def read_topic(desk: Desk, node: Node | None) -> str | None:
    """A word of ``bot.topics`` (fault ``no-topic``)."""
    if node is None:
        return None
    word = scalars.read_words(node, desk.faults, "a topic")
    if word is not None and word not in desk.topics:
        hint = did_you_mean(word, desk.topics) or "topics are listed in «bot: topics:»"
        desk.faults.error(node.mark, "no-topic", f"no topic is called «{word}»", hint)
    return word


def read_goal(desk: Desk, node: Node | None) -> str | None:
    """The name of a goal."""
    return scalars.read_name(node, desk.faults, NAME) if node is not None else None


def _open(desk: Desk, keys: Keys) -> dict[str, Data]:
    node, view = keys.get("open"), keys.word("view")
    values: dict[str, Data] = {}
    if node is not None:
        values["url"] = read_data(desk, node, use="url")
        written = node.text if isinstance(node, Scalar) else ""
        if not written.startswith(("https://", "{{")) or len(written) > URL_MAX:
            scalars.wrong(desk.faults, node, f"an https address of at most {URL_MAX} characters")
    if view is not None:
        values["view"] = Data(literal=view)
    return values


def _dial(desk: Desk, keys: Keys) -> dict[str, Data]:
    node = keys.get("dial")
    if node is None:
        return {}
    if isinstance(node, Scalar) and "{{" in node.text:
        return {"phone": read_data(desk, node)}
    return {"phone": Data(literal=scalars.read_phone(node, desk.faults))}


def _map(desk: Desk, keys: Keys) -> dict[str, Data]:
    node = keys.get("map")
    return read_place(desk, node, query=True) if node is not None else {}


def read_place(desk: Desk, node: Node, *, query: bool) -> dict[str, Data]:
    """A place.

    ``"lat,lng"``, ``{lat, lng, label}``, a location placeholder, and where ``query`` allows it ``{query}``.
    """
    if isinstance(node, Scalar):
        if "{{" in node.text:
            return {"place": read_data(desk, node)}
        match = _POSITION.fullmatch(node.text)
        if match is None or not _on_earth(match[1], match[2]):
            scalars.wrong(desk.faults, node, 'a position like "48.8566,2.3522"')
            return {}
        return {"lat": Data(literal=float(match[1])), "lng": Data(literal=float(match[2]))}
    if not isinstance(node, MapNode):
        scalars.wrong(desk.faults, node, "a place")
        return {}
    if query and "query" in node.values:
        keys = Keys(node, desk.faults, QUERY)
        words = keys.get("query")
        return {"query": read_data(desk, words)} if words is not None else {}
    return _coordinates(desk, Keys(node, desk.faults, PLACE))


def _coordinates(desk: Desk, keys: Keys) -> dict[str, Data]:
    values: dict[str, Data] = {}
    for word, limit in (("lat", 90), ("lng", 180)):
        node = keys.get(word)
        if isinstance(node, Scalar) and "{{" in node.text:
            values[word] = read_data(desk, node)
        elif node is not None:
            number = scalars.read_number(node, desk.faults)
            if number is not None and abs(number) > limit:
                scalars.wrong(desk.faults, node, f"a number from -{limit} to {limit}")
            values[word] = Data(literal=float(number or 0))
    label = keys.get("label")
    if label is not None:
        values["label"] = Data(text=read_text(desk, label, "", kind="place"))
    return values


def _on_earth(lat: str, lng: str) -> bool:
    return abs(Decimal(lat)) <= 90 and abs(Decimal(lng)) <= 180


def _calendar(desk: Desk, keys: Keys, key: str) -> dict[str, Data]:
    written = keys.map("calendar", "a map with «title» and «start»")
    if written is None:
        return {}
    event = Keys(written, desk.faults, EVENT)
    values: dict[str, Data] = {}
    for word, limit in (("title", _EVENT_TITLE_MAX), ("text", _EVENT_TEXT_MAX)):
        node = event.get(word)
        if node is not None:
            text = read_text(desk, node, f"{key}.{word}", kind="other")
            values[word] = Data(text=text)
            if text is not EMPTY and any(len(template.least) > limit for template in text.templates.values()):
                scalars.wrong(desk.faults, node, f"a text of at most {limit} characters")
    start = event.get("start")
    values.update({"start": _instant(desk, start)} if start is not None else {})
    _event_end(desk, event, values)
    return values


def _event_end(desk: Desk, event: Keys, values: dict[str, Data]) -> None:
    minutes, end = event.get("minutes"), event.get("end")
    if minutes is None and end is None:
        desk.faults.error(event.node.mark, "missing", "a calendar entry needs «minutes» or «end»")
    elif minutes is not None and end is not None:
        desk.faults.error(end.mark, "extra", "a calendar entry has «minutes» or «end», not both")
    elif end is not None:
        values["end"] = _instant(desk, end)
    elif isinstance(minutes, Scalar) and "{{" in minutes.text:
        values["minutes"] = read_data(desk, minutes)
    elif minutes is not None:
        values["minutes"] = Data(literal=event.whole("minutes"))


def _instant(desk: Desk, node: Node) -> Data:
    if isinstance(node, Scalar) and "{{" not in node.text:
        return Data(literal=scalars.read_instant(node, desk.faults))
    return read_data(desk, node)


def _share(desk: Desk, keys: Keys) -> dict[str, Data]:
    node = keys.get("share_location")
    if node is not None:
        scalars.read_word(node, desk.faults, ("true",))
    return {}


_VALUES: Final[Mapping[str, Callable[[Desk, Keys], dict[str, Data]]]] = {
    "reply": lambda _desk, _keys: {},
    "open": _open,
    "dial": _dial,
    "map": _map,
    "share_location": _share,
}
