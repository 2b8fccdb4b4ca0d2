"""Cards and carousels (bot language 6.2)."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, cast

from rbm_bots.botfile import scalars
from rbm_bots.botfile.kinds import ANY, Kind, UnknownName
from rbm_bots.botfile.language.messages import CARD, CARDS_FOR
from rbm_bots.botfile.model import CardSpec, CarouselFor, MediaRef
from rbm_bots.botfile.names import NAME, RESERVED_SLOTS
from rbm_bots.botfile.reading.chips import read_chips, read_topic
from rbm_bots.botfile.reading.desk import Desk, Read, TextKind
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.media import read_media
from rbm_bots.botfile.reading.targets import Place
from rbm_bots.botfile.reading.texts import read_condition, read_text
from rbm_bots.botfile.source import ListNode, MapNode, Node, Scalar

__all__ = ["read_card", "read_carousel"]

_Height = Literal["short", "medium", "tall"]
_TEXTS: Final[tuple[tuple[str, TextKind], ...]] = (("title", "title"), ("text", "card"), ("alt", "alt"))
_EACH: Final = re.compile(r"\s*([a-z][a-z0-9_]*)\s+in\s+([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\s*")


def read_card(desk: Desk, node: Node, place: Place, key: str) -> CardSpec:
    """One card; nothing in it is the fault ``missing``."""
    written = scalars.as_map(node, desk.faults, "a card: title, text, image …")
    if written is None:
        return CardSpec(mark=node.mark)
    keys = Keys(written, desk.faults, CARD)
    if not any(keys.get(word) for word in ("title", "text", "image", "video")):
        desk.faults.error(
            written.mark, "missing", "there is nothing in this card", "give it a title, a text or an image"
        )
    layout = keys.word("layout") or "vertical"
    texts = {
        word: read_text(desk, keys.get(word), f"{key}.{word}", kind=kind) if keys.get(word) is not None else None
        for word, kind in _TEXTS
    }
    card = CardSpec(
        **texts,
        media=_media(desk, keys),
        height=cast("_Height", keys.word("height") or "medium"),
        layout=cast('Literal["vertical", "horizontal"]', layout),
        image_side=_side(desk, keys, layout),
        suggest=read_chips(desk, keys.get("suggest"), place, f"{key}.card"),
        topic=read_topic(desk, keys.get("topic")),
        when=read_condition(desk, keys.get("when")),
        mark=written.mark,
    )
    return desk.keep(card, written)


def _side(desk: Desk, keys: Keys, layout: str) -> Literal["left", "right"] | None:
    node = keys.get("image_side")
    word = keys.word("image_side") or "left"
    if layout == "horizontal":
        return cast('Literal["left", "right"]', word)
    if node is not None:
        desk.faults.error(
            node.mark, "rcs-card", "«image_side» is for the horizontal layout", "add «layout: horizontal»"
        )
    return None


def _media(desk: Desk, keys: Keys) -> MediaRef | None:
    image, video = keys.get("image"), keys.get("video")
    if image is not None and video is not None:
        desk.faults.error(video.mark, "rcs-card", "a card shows one «image» or one «video», not both")
    if image is not None:
        return read_media(desk, image, "image", card=True)
    return read_media(desk, video, "video", card=True) if video is not None else None


def read_carousel(desk: Desk, node: Node, place: Place, key: str) -> tuple[CardSpec, ...] | CarouselFor:
    """Written cards, or ``{for: x in LIST, card: …}``. Cards in a carousel have no layout and height of their own."""
    if isinstance(node, MapNode):
        return _for_each(desk, node, place, key)
    if not isinstance(node, ListNode):
        scalars.wrong(desk.faults, node, "a list of cards, or {for: x in LIST, card: …}")
        return ()
    cards = tuple(read_card(desk, item, place, f"{key}.{rank}") for rank, item in enumerate(node.items, start=1))
    for card in cards:
        _own_shape(desk, card)
    return cards


def _own_shape(desk: Desk, card: CardSpec) -> None:
    written = desk.node_of(card)
    for word in ("layout", "height", "image_side"):
        value = written.get(word) if written is not None else None
        if value is not None:
            hint = "give the carousel one «height» for all" if word == "height" else ""
            desk.faults.error(value.mark, "rcs-carousel", f"a card in a carousel has no «{word}» of its own", hint)


def _for_each(desk: Desk, node: MapNode, place: Place, key: str) -> CarouselFor | tuple[CardSpec, ...]:
    keys = Keys(node, desk.faults, CARDS_FOR)
    each, card = keys.get("for"), keys.get("card")
    match = _EACH.fullmatch(each.text) if isinstance(each, Scalar) else None
    if each is not None and match is None:
        scalars.wrong(desk.faults, each, "«x in LIST»")
    if each is None or match is None or card is None:
        return ()
    variable, path = match[1], tuple(match[2].split("."))
    if not NAME.fullmatch(variable) or variable in RESERVED_SLOTS:
        desk.faults.error(each.mark, "type", f"«{variable}» cannot name a list's entry", "choose another name")
    elif variable in desk.slots:
        desk.faults.error(each.mark, "ambiguous", f"«{variable}» is the name of a slot", "choose another name")
    names: dict[str, Any] = {variable: _entry_kind(desk, path, each)}
    with desk.also_named(names):
        read = read_card(desk, card, place, key)
    _own_shape(desk, read)
    return CarouselFor(variable=variable, items=path, card=read)


def _entry_kind(desk: Desk, path: tuple[str, ...], each: Node) -> Kind:
    try:
        kind = desk.kind(path)
    except UnknownName as error:
        desk.unknown_name(error, each.mark, error.word)
        return ANY
    desk.reads.append(Read(path=path, use="data", mark=each.mark))
    if kind.name not in ("list", "any"):
        scalars.wrong(desk.faults, each, f"a list (this is a {kind.name})")
    return kind.item or ANY
