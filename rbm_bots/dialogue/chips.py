"""From a suggestion as written to one on the phone, with what its tap means kept on the screen.

Values are fixed here, when the message is sent. A suggestion that cannot be shown (a label or address that came out
empty or unusable) is left out with a note; it never makes a message fail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from rbm_bots.botfile.model import Chip, Target
from rbm_bots.botfile.services import PaidHelp
from rbm_bots.botfile.text import Scope, Text
from rbm_bots.dialogue.outgoing import Offered, cut
from rbm_bots.dialogue.playing import Playing
from rbm_bots.dialogue.session import Option
from rbm_bots.dialogue.stored import NotStorable, store
from rbm_bots.dialogue.targets import write_target
from rbm_bots.messages import (
    V10,
    CalendarEvent,
    Dial,
    OpenUrl,
    Postback,
    Reply,
    RequestLocation,
    ShowPlace,
    Suggestion,
)
from rbm_bots.values import Location
from rbm_bots.words import fold

__all__ = ["offer_chips", "offer_option", "place_of", "words_of"]

_DIALABLE: Final = frozenset("+0123456789")


def words_of(playing: Playing, text: Text, scope: Scope, *, limit: int, step: str = "") -> str:
    """A text, filled, and cut to its limit with a note."""
    filled = text.render(scope).strip()
    if len(filled) > limit:
        playing.note("cut", step=step)
    return cut(filled, limit)


def offer_chips(
    playing: Playing,
    chips: Iterable[Chip],
    *,
    step: str,
    most: int,
    scope: Scope | None = None,
    prefix: str = "",
    topic: str | None = None,
) -> list[Offered]:
    """The chips that are to be shown, at most ``most``; ``prefix`` keeps the cards of one message apart.

    ``topic``: what those are about that do not say.
    """
    scope = scope or playing
    offered: list[Offered] = []
    for chip in chips:
        if chip.when is not None and not chip.when.holds(scope):
            continue
        if len(offered) >= most:
            playing.note("chip_dropped", step=step)
            continue
        shown = _offer_chip(playing, chip, step=step, scope=scope, key=prefix + chip.option, topic=topic)
        if shown is None:
            playing.note("chip_dropped", step=step)
        else:
            offered.append(shown)
    return offered


def offer_option(playing: Playing, label: str, option: Option) -> Offered:
    """An answer that the open question offers by itself."""
    label = cut(label, V10.label)
    known = playing.register(_labelled(option, label))
    return Offered(suggestion=Reply(label=label, postback=_pack(playing, known)))


def _offer_chip(
    playing: Playing, chip: Chip, *, step: str, scope: Scope, key: str, topic: str | None
) -> Offered | None:
    label = words_of(playing, chip.label, scope, limit=V10.label, step=step)
    if not label or not _is_open_to(playing, chip.goto):
        return None
    option = _meaning(playing, chip, step=step, scope=scope, key=key)
    if option is None:
        return None
    option = msgspec.structs.replace(_labelled(option, label), topic=chip.topic or topic or _topic_at(playing, step))
    if chip.kind == "reply":
        return Offered(suggestion=Reply(label=label, postback=_pack(playing, playing.register(option))))
    values = {name: data.value(scope) for name, data in chip.values.items()}
    button = _button(chip.kind, label, values, playing)
    if button is None:
        return None
    postback = _pack(playing, playing.register(option) if option.goal or option.topic else option)
    return Offered(suggestion=msgspec.structs.replace(button, postback=postback))


def _is_open_to(playing: Playing, target: Target | None) -> bool:
    """Metered help does not exist for people of other operators or who blocked it, nor do chips that lead there.

    (Bot language 12.)
    """
    help_, operator = playing.bot.paid_help, playing.facts.operator
    served = operator is None or help_ is None or operator in help_.operators
    if target is None or (served and not playing.paid_locked):
        return True
    flow = playing.bot.flows.get(target.name) if target.kind == "flow" else None
    begins = flow is not None and bool(flow.steps) and isinstance(flow.steps[0], PaidHelp)
    return target.kind != "paid_help" and not begins


def _topic_at(playing: Playing, step: str) -> str:
    """What the flow or the faq entry is about that this step belongs to."""
    home, _, name = step.partition("/")
    place = playing.bot.faq.get(name) if home == "faq" else playing.bot.flows.get(home)
    return (place.topic or "") if place is not None else ""


def _meaning(playing: Playing, chip: Chip, *, step: str, scope: Scope, key: str) -> Option | None:
    if chip.kind != "reply":
        return Option(step=step, option=key, kind="button", goal=chip.goal or "")
    try:
        sets = {name: store(data.value(scope)) for name, data in chip.set.items()}
    except NotStorable:
        return None
    goto = write_target(playing.bot, chip.goto) if chip.goto is not None else ""
    return Option(step=step, option=key, goto=goto, sets=sets, goal=chip.goal or "")


def _labelled(option: Option, label: str) -> Option:
    return msgspec.structs.replace(option, label=fold(label))


def _pack(playing: Playing, option: Option) -> str:
    return Postback(
        bot_version=playing.bot.version, talk=playing.talk, turn=playing.turn, step=option.step, option=option.option
    ).pack()


def _button(kind: str, label: str, values: dict[str, Any], playing: Playing) -> Suggestion | None:
    """The button, or ``None`` when its values do not make one."""
    match kind:
        case "open":
            url = str(values.get("url") or "")
            usable = url.startswith("https://") and len(url) <= V10.url and not any(map(str.isspace, url))
            return OpenUrl(label=label, url=url, view=values.get("view")) if usable else None
        case "dial":
            phone = "".join(char for char in str(values.get("phone") or "") if char not in " .-()")
            return Dial(label=label, phone=phone) if phone and set(phone) <= _DIALABLE else None
        case "map":
            return _map(label, values)
        case "calendar":
            return _calendar(label, values, playing)
        case "share_location":
            return RequestLocation(label=label)
    return None


def _map(label: str, values: dict[str, Any]) -> ShowPlace | None:
    if values.get("query"):
        return ShowPlace(label=label, query=cut(str(values["query"]), V10.map_query))
    place = place_of(values)
    if place is None:
        return None
    name = cut(place.label, V10.map_label) if place.label else None
    return ShowPlace(label=label, latitude=place.lat, longitude=place.lng, name=name)


def place_of(values: dict[str, Any]) -> Location | None:
    """A position written as ``place`` (a location or ``lat,lng``) or as ``lat`` and ``lng`` with a ``label``."""
    place = values.get("place")
    if isinstance(place, Location):
        return place
    written = place.split(",", 1) if isinstance(place, str) and "," in place else None
    lat, lng = written or (values.get("lat"), values.get("lng"))
    try:
        found = Location(float(str(lat)), float(str(lng)), values.get("label"))
    except ValueError:
        return None
    return found if abs(found.lat) <= 90 and abs(found.lng) <= 180 else None


def _calendar(label: str, values: dict[str, Any], playing: Playing) -> CalendarEvent | None:
    start, end = _instant(values.get("start")), _instant(values.get("end"))
    if start is not None and end is None:
        try:
            end = start + timedelta(minutes=int(str(values.get("minutes") or 60)))
        except (ValueError, OverflowError):
            return None
    if start is None or end is None or end <= start:
        return None
    title = cut(str(values.get("title") or playing.bot.name), V10.calendar_title)
    text = values.get("text")
    description = cut(str(text), V10.calendar_description) if text else None
    return CalendarEvent(label=label, start=start, end=end, title=title, description=description)


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return at if isinstance(at, datetime) and at.tzinfo is not None else None
