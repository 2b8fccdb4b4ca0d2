"""Every message of a bot on one HTML page: RCS beside SMS, in each language, with lengths and parts.

The page is one file: no script, nothing from elsewhere. Pictures of the bot's own folder are put into it, pictures from
the web are named and not fetched.
"""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from rbm_bots.botfile.alphabet import rewritten
from rbm_bots.botfile.model import Bot
from rbm_bots.dialogue.preview import Preview
from rbm_bots.messages import (
    Audio,
    CalendarEvent,
    Card,
    Carousel,
    Dial,
    FileContent,
    OpenUrl,
    Place,
    RequestLocation,
    RichCard,
    ShowPlace,
    Suggestion,
    Text,
)
from rbm_bots.messages.segments import segments
from rbm_bots.paths import templates_dir

__all__ = ["preview_page"]

_EMBEDDED_MAX: Final = 200_000  # bytes
_ICONS: Final[dict[type, str]] = {
    OpenUrl: "↗",
    Dial: "✆",
    ShowPlace: "◎",
    CalendarEvent: "▦",
    RequestLocation: "◎",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sms:
    """An SMS as the sender leaves it: rewritten where that saves a part."""

    text: str
    characters: int
    alphabet: str
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """One message in one language."""

    language: str
    kind: str
    cards: tuple[Card, ...]
    text: str
    chips: tuple[Suggestion, ...]
    sms: _Sms | None
    width: str = "medium"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One message in every language; ``name`` is the step's, without its flow."""

    id: str
    name: str
    shown: list[_Shown]


def preview_page(bot: Bot, previews: Iterable[Preview]) -> str:
    """The page."""
    groups: dict[str, dict[str, _Entry]] = {}
    for found in previews:
        group, _, name = found.id.partition("/")
        entry = groups.setdefault(group, {}).setdefault(found.id, _Entry(id=found.id, name=name, shown=[]))
        entry.shown.append(_shown(found))
    environment = Environment(
        loader=FileSystemLoader(templates_dir()), autoescape=select_autoescape(["html"]), undefined=StrictUndefined
    )
    environment.filters["picture"] = lambda url: _picture(bot.folder, url)
    environment.filters["icon"] = lambda chip: _ICONS.get(type(chip), "")
    environment.filters["told"] = _told
    return environment.get_template("pages/preview.html").render(
        bot=bot, groups={name: list(entries.values()) for name, entries in groups.items()}
    )


def _shown(found: Preview) -> _Shown:
    content = found.message.content
    kind, text, cards = "text", "", tuple[Card, ...]()
    match content:
        case Text(text=words):
            text = words
        case RichCard(card=card):
            kind, cards = "card", (card,)
        case Carousel(cards=several):
            kind, cards = "carousel", several
        case FileContent() | Audio():
            kind, text = "file", content.name or content.url
        case Place():
            kind, text = "place", content.label or f"{content.latitude}, {content.longitude}"
    return _Shown(
        language=found.language,
        kind=kind,
        cards=cards,
        text=text,
        chips=found.message.chips,
        sms=_sms(found.message.sms),
        width=content.width if isinstance(content, Carousel) else "medium",
    )


def _sms(text: str | None) -> _Sms | None:
    if not text:
        return None
    sent = min((text, rewritten(text)), key=lambda words: segments(words).parts)
    counted = segments(sent)
    alphabet = "GSM-7" if counted.encoding == "gsm7" else "UCS-2"
    return _Sms(text=sent, characters=len(sent), alphabet=alphabet, parts=counted.parts)


def _picture(folder: Path, url: str) -> str:
    """A picture of the bot's own folder as a ``data:`` address; an empty text for any other."""
    scheme, _, rest = url.partition("://")
    path = folder / "media" / rest.partition("/")[2]
    if scheme != "media" or not path.is_file() or path.stat().st_size > _EMBEDDED_MAX:
        return ""
    kind = mimetypes.guess_type(path.name)[0] or ""
    if not kind.startswith("image/"):
        return ""
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _told(chip: Suggestion) -> str:
    """Where a button leads."""
    match chip:
        case OpenUrl(url=url):
            return url
        case Dial(phone=phone):
            return phone
        case ShowPlace():
            return chip.query or f"{chip.latitude}, {chip.longitude}"
        case CalendarEvent(title=title, start=start):
            return f"{title}, {start:%Y-%m-%d %H:%M}"
    return ""
