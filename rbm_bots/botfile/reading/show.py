"""Steps that send and do not wait: ``say card carousel file location`` (bot language 6.2)."""

from __future__ import annotations

from typing import Literal, cast

from rbm_bots.botfile.model import CarouselFor, Show, ShowCard, ShowCarousel, Step
from rbm_bots.botfile.reading.cards import read_card, read_carousel
from rbm_bots.botfile.reading.chips import read_place
from rbm_bots.botfile.reading.media import read_media
from rbm_bots.botfile.reading.spot import Spot
from rbm_bots.botfile.reading.targets import read_target
from rbm_bots.botfile.reading.texts import read_text
from rbm_bots.botfile.source import ListNode

__all__ = ["read_card_step", "read_carousel_step", "read_file", "read_location", "read_say"]


def read_say(spot: Spot) -> Step:
    """``say``."""
    return Show(**spot.sending(), text=read_text(spot.desk, spot.keys.get("say"), f"{spot.key}.say"))


def read_card_step(spot: Spot) -> Step:
    """``card``."""
    node = spot.keys.get("card")
    return ShowCard(**spot.sending(), card=read_card(spot.desk, node or spot.node, spot.place, spot.key))


def read_carousel_step(spot: Spot) -> Step:
    """``carousel``: 2 to 10 cards; tall ones are not small (fault ``rcs-carousel``)."""
    desk, keys = spot.desk, spot.keys
    node = keys.get("carousel")
    cards = read_carousel(desk, node, spot.place, spot.key) if node is not None else ()
    if (
        node is not None
        and not isinstance(cards, CarouselFor)
        and isinstance(node, ListNode)
        and not 2 <= len(cards) <= 10
    ):
        desk.faults.error(node.mark, "rcs-carousel", f"this carousel has {len(cards)} cards; RCS shows 2 to 10")
    height, none = keys.get("height"), keys.get("none")
    wide, high = keys.word("width"), keys.word("height")
    if height is not None and wide == "small" and high == "tall":
        desk.faults.error(height.mark, "rcs-carousel", "tall cards are not small", "use «width: medium»")
    return ShowCarousel(
        **spot.sending(),
        cards=cards,
        width=cast('Literal["small", "medium"]', wide or "medium"),
        height=cast('Literal["short", "medium", "tall"]', high or "medium"),
        none=read_target(desk, none, spot.place, "none", next_too=True) if none is not None else None,
    )


def read_file(spot: Spot) -> Step:
    """``file``, with ``name`` and ``thumbnail``."""
    node, name, thumbnail = spot.keys.get("file"), spot.keys.get("name"), spot.keys.get("thumbnail")
    return Show(
        **spot.sending(),
        media=read_media(spot.desk, node, "file", card=False) if node is not None else None,
        file_name=read_text(spot.desk, name, f"{spot.key}.name", kind="other") if name is not None else None,
        thumbnail=read_media(spot.desk, thumbnail, "image", card=False) if thumbnail is not None else None,
    )


def read_location(spot: Spot) -> Step:
    """``location``."""
    node = spot.keys.get("location")
    return Show(**spot.sending(), place=read_place(spot.desk, node, query=False) if node is not None else {})
