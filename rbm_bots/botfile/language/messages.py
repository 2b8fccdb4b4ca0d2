"""Keys of what is sent: cards, carousels, suggestions and their values (bot language 6.2, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rbm_bots.botfile.language.kinds import (
    Condition,
    Data,
    FileRef,
    Flag,
    Forms,
    In,
    Key,
    ListOf,
    Name,
    NamesTo,
    Number,
    Phone,
    Ref,
    Shape,
    TextOf,
    Url,
    Whole,
    Word,
    Words,
)

__all__ = ["CARD", "CARDS_FOR", "CHIPS", "COMMON", "EVENT", "LABEL", "PLACE", "QUERY", "SUGGEST"]

LABEL: Final = TextOf(25)
_HEIGHT: Final = Word(("short", "medium", "tall"))

SUGGEST: Final = Key(kind=ListOf(In("chip"), least=0), says="the suggestions under it")

CARD: Final = Shape(
    what="a card",
    keys={
        "title": Key(kind=TextOf(200), says="its title"),
        "text": Key(kind=TextOf(2000), says="its text"),
        "image": Key(kind=FileRef(), says="a picture: jpg, png or gif"),
        "video": Key(kind=FileRef(), says="a video instead of a picture: mp4 or webm"),
        "alt": Key(kind=TextOf(200), default="the title", says="what the picture shows, for those who cannot see it"),
        "height": Key(kind=_HEIGHT, default="medium", says="how high the picture is"),
        "layout": Key(kind=Word(("vertical", "horizontal")), default="vertical", says="picture above or beside"),
        "image_side": Key(kind=Word(("left", "right")), default="left", says="its side, when horizontal"),
        "suggest": Key(
            kind=ListOf(In("chip"), least=0, most=4), says="suggestions in the card; they stay on the screen"
        ),
        "topic": Key(kind=Ref("topic"), says="what an opened page of this card is about"),
        "when": Key(kind=Condition(), says="the card is left out unless this is true"),
    },
)

CARDS_FOR: Final = Shape(
    what="a carousel",
    keys={
        "for": Key(kind=Words(), need=True, says="«x in LIST»: a card for each entry of a list"),
        "card": Key(kind=In("card"), need=True, says="the card; «x» may be read in it"),
    },
)

PLACE: Final = Shape(
    what="a place",
    keys={
        "lat": Key(kind=Number(), need=True, says="latitude, -90 to 90"),
        "lng": Key(kind=Number(), need=True, says="longitude, -180 to 180"),
        "label": Key(kind=TextOf(100), says="its name on the map"),
    },
)

QUERY: Final = Shape(
    what="a place by query",
    keys={"query": Key(kind=Data(), need=True, says="words that the phone's map looks for")},
)

EVENT: Final = Shape(
    what="a calendar entry",
    keys={
        "title": Key(kind=TextOf(100), need=True, says="its title"),
        "start": Key(kind=Data(), need=True, says="when it begins: an instant or a placeholder"),
        "minutes": Key(kind=Whole(1, 60 * 24 * 31), says="how long it takes"),
        "end": Key(kind=Data(), says="when it ends; instead of «minutes»"),
        "text": Key(kind=TextOf(500), says="more words"),
    },
)

COMMON: Final[Mapping[str, Key]] = {
    "id": Key(kind=Name(), default="its rank", says="its name, for translations and tests"),
    "when": Key(kind=Condition(), says="it is left out unless this is true"),
    "topic": Key(kind=Ref("topic"), says="what a tap tells about the person's interests"),
    "goal": Key(kind=Name(), says="counted when it is tapped"),
}
_BUTTON: Final = Key(kind=LABEL, need=True, says="what stands on the button")


def _chip(kind: str, keys: Mapping[str, Key]) -> Shape:
    return Shape(what=f"a «{kind}» suggestion", keys={**keys, **COMMON})


CHIPS: Final[Mapping[str, Shape]] = {
    "reply": _chip(
        "reply",
        {
            "reply": Key(kind=LABEL, need=True, says="an answer to tap: its label"),
            "goto": Key(kind=Ref("target"), says="where a tap leads"),
            "set": Key(kind=NamesTo(Data(), names="slot"), says="slots that a tap fills"),
        },
    ),
    "open": _chip(
        "open",
        {
            "open": Key(kind=Url(), need=True, says="a page to open, at most 2,048 characters"),
            "label": _BUTTON,
            "view": Key(
                kind=Word(("full", "half", "tall")), says="in the phone's built-in page, so much of the screen"
            ),
        },
    ),
    "dial": _chip("dial", {"dial": Key(kind=Phone(), need=True, says="a number to call"), "label": _BUTTON}),
    "map": _chip(
        "map",
        {
            "map": Key(
                kind=Forms(words=Words(), map=In("query_or_place")),
                need=True,
                says='a place: `"lat,lng"`, `{lat, lng, label}`, `{query}` or a location slot',
            ),
            "label": _BUTTON,
        },
    ),
    "calendar": _chip(
        "calendar",
        {"calendar": Key(kind=In("event"), need=True, says="an entry for the person's own diary"), "label": _BUTTON},
    ),
    "share_location": _chip(
        "share_location",
        {
            "share_location": Key(kind=Flag(), need=True, says="`true`: the phone offers to send its position"),
            "label": Key(kind=LABEL, default="a built-in one", says="what stands on the button"),
        },
    ),
}
"""The six kinds of suggestions, by the key that makes them one; the first that is there decides."""
