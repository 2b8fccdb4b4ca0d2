"""What a person sees of a message, in the words of a ``bot:`` line: to compare it, and to draw it as one.

``say`` is the text of any text message, ``card`` a title, ``carousel`` the titles, ``file`` a name, ``location`` a
label or the position; ``suggest`` are the chips outside cards; ``sms`` and ``parts`` what a phone without RCS gets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from rbm_bots.botfile.alphabet import parts
from rbm_bots.messages import Audio, Card, Carousel, Content, FileContent, Message, Place, RichCard, Text
from rbm_bots.testing.talks import Pattern

__all__ = ["differing", "draw", "draw_value", "like", "main_keys", "seen"]

_ORDER: Final = ("say", "card", "carousel", "file", "location", "sms", "suggest", "parts")
_SPECIAL: Final = re.compile(r"[\x00-\x1f,\[\]{}#&*!|>%@`\"\\:]|^[-'~=<?]|^\s|\s$")
_UNSEEN: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_WORDS_OF_YAML: Final = frozenset(("", "null", "Null", "NULL", "any"))


def seen(message: Message) -> dict[str, Pattern]:
    """Every key that a ``bot:`` line may have, as this message shows it."""
    words = message.sms or ""
    return {
        **_content(message.content),
        "suggest": tuple(chip.label for chip in message.chips),
        "sms": words,
        "parts": parts(words),
    }


def _content(content: Content) -> dict[str, Pattern]:
    match content:
        case Text(text=text):
            return {"say": text}
        case RichCard(card=card):
            return {"card": _title(card)}
        case Carousel(cards=cards):
            return {"carousel": tuple(map(_title, cards))}
        case FileContent(name=name, url=url) | Audio(name=name, url=url):
            return {"file": name or url.rpartition("/")[2]}
        case Place(label=label, latitude=latitude, longitude=longitude):
            return {"location": label or f"{latitude},{longitude}"}


def _title(card: Card) -> str:
    return card.title or card.text or (card.media.alt or card.media.url if card.media is not None else "")


def main_keys(message: Mapping[str, Pattern], *, sms: bool) -> tuple[str, ...]:
    """The keys that say what a message is: its SMS text and parts, or its content and its chips."""
    if sms:
        return ("sms", "parts")
    content = tuple(key for key in message if key not in ("suggest", "sms", "parts"))
    return (*content, "suggest") if message["suggest"] else content


def differing(expected: Mapping[str, Pattern], message: Mapping[str, Pattern]) -> tuple[str, ...]:
    """The keys in which a message is not what a line expects, in the line's order."""
    return tuple(key for key, pattern in expected.items() if not like(pattern, message.get(key)))


def like(pattern: Pattern, shown: Pattern | None) -> bool:
    """Whether something shown fits its pattern; ``*`` in a pattern is anything, and alone any list."""
    if isinstance(pattern, tuple):
        return (
            isinstance(shown, tuple)
            and len(pattern) == len(shown)
            and all(_words_like(one, other) for one, other in zip(pattern, shown, strict=True))
        )
    if isinstance(pattern, int):
        return pattern == shown
    return pattern == "*" if isinstance(shown, tuple) else isinstance(shown, str) and _words_like(pattern, shown)


def _words_like(pattern: str, words: str) -> bool:
    return pattern == words or ("*" in pattern and _expression(pattern).fullmatch(words) is not None)


@lru_cache(maxsize=512)
def _expression(pattern: str) -> re.Pattern[str]:
    """Stars that follow each other are one, so the search stays short."""
    return re.compile(".*?".join(map(re.escape, re.split(r"\*+", pattern))), re.DOTALL)


def draw(message: Mapping[str, Pattern], keys: Iterable[str]) -> str:
    """A message, or what a line expects of one, as the map of a ``bot:`` line."""
    wanted = set(keys)
    return "{" + ", ".join(f"{key}: {draw_value(message[key])}" for key in _ORDER if key in wanted & set(message)) + "}"


def draw_value(value: Pattern) -> str:
    """One value as it is written inside ``{…}``."""
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_quoted, value)) + "]"
    return str(value) if isinstance(value, int) else _quoted(value)


def _quoted(text: str) -> str:
    """The words as YAML reads them back: plain where nothing in them is special."""
    if not _SPECIAL.search(text) and not _UNSEEN.search(text) and text not in _WORDS_OF_YAML:
        return text
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
