"""What an event means to a slot, by the slot's type (bot language 5). Checks of the brand come after, elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from rbm_bots.botfile.slots import (
    BooleanSlot,
    ChoiceSlot,
    DateSlot,
    DateTimeSlot,
    EmailSlot,
    FileSlot,
    ListSlot,
    LocationSlot,
    NumberSlot,
    PhoneSlot,
    SlotSpec,
    TextSlot,
)
from rbm_bots.dialogue.answers.choice import Choosable, read_choice, read_label, read_yes_no
from rbm_bots.dialogue.answers.dates import read_date
from rbm_bots.dialogue.answers.email import read_email
from rbm_bots.dialogue.answers.number import read_number
from rbm_bots.dialogue.answers.phone import read_phone
from rbm_bots.dialogue.answers.pieces import cut_into_pieces
from rbm_bots.dialogue.answers.place import read_place
from rbm_bots.dialogue.answers.times import DayOnly, read_datetime
from rbm_bots.events import Said, SentFile, SentLocation
from rbm_bots.values import File, Location

__all__ = ["NOT_UNDERSTOOD", "Hearing", "NotUnderstood", "understand"]

_LONGEST_TEXT: Final = 10_000
_KINDS: Final[Mapping[str, str]] = {"image/": "image", "application/pdf": "pdf", "video/": "video", "audio/": "audio"}
_ENDINGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "webp", "heic"), "image"),
    **dict.fromkeys(("mp4", "webm", "mov", "3gp"), "video"),
    **dict.fromkeys(("mp3", "aac", "ogg", "m4a", "amr", "wav"), "audio"),
    "pdf": "pdf",
}


class NotUnderstood:
    """The type of :data:`NOT_UNDERSTOOD`."""


NOT_UNDERSTOOD: Final = NotUnderstood()
"""The event says nothing that the slot could keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How to listen: the person's language, the instant, the bot's zone and country, and the options on offer.

    ``options``: of a choice, a boolean or a list of a choice, in the order of the screen. ``day``: what an earlier
    message named, when the hour alone was asked for.
    """

    now: datetime
    zone: ZoneInfo
    language: str = "fr"
    country: str = "FR"
    options: tuple[Choosable, ...] = ()
    day: date | None = None

    @property
    def today(self) -> date:
        """The bot's day."""
        return self.now.astimezone(self.zone).date()


def understand(
    spec: SlotSpec, event: Said | SentFile | SentLocation, hearing: Hearing
) -> object | DayOnly | NotUnderstood:
    """The value, a day that still wants its hour, or :data:`NOT_UNDERSTOOD`.

    A location with a ``check`` gives words that are no position as they are: the check may know the place.
    """
    found: object
    if isinstance(event, SentFile):
        found = _file(spec, event) if isinstance(spec, FileSlot) else None
    elif isinstance(event, SentLocation):
        found = _shared(event) if isinstance(spec, LocationSlot) else None
    else:
        found = _typed(spec, event.text, hearing)
    return NOT_UNDERSTOOD if found is None else found


def _typed(spec: SlotSpec, text: str, hearing: Hearing) -> object | None:
    match spec:
        case TextSlot():
            return _text(spec, text)
        case NumberSlot():
            return _number(spec, text, hearing)
        case ChoiceSlot():
            return read_choice(text, hearing.options)
        case BooleanSlot():
            return _boolean(text, hearing.options)
        case DateTimeSlot():
            return _datetime(spec, text, hearing)
        case DateSlot():
            day = read_date(text, today=hearing.today, language=hearing.language, prefer=spec.prefer)
            return day if day is not None and _within(spec, day, hearing) else None
        case ListSlot():
            return _list(spec, text, hearing)
    return _typed_address(spec, text, hearing)


def _typed_address(spec: SlotSpec, text: str, hearing: Hearing) -> object | None:
    match spec:
        case PhoneSlot():
            return read_phone(text, country=hearing.country, mobile=spec.mobile)
        case EmailSlot():
            return read_email(text)
        case LocationSlot():
            return read_place(text) or (text.strip()[:_LONGEST_TEXT] or None if spec.check else None)
    return None


def _text(spec: TextSlot, text: str) -> str | None:
    words = text.strip()
    if not max(spec.min, 1) <= len(words) <= spec.max:
        return None
    return words if spec.pattern is None or spec.pattern.fullmatch(words) else None


def _number(spec: NumberSlot, text: str, hearing: Hearing) -> Decimal | int | None:
    number = read_number(text, language=hearing.language, unit=spec.unit)
    if number is None or (spec.min is not None and number < spec.min) or (spec.max is not None and number > spec.max):
        return None
    if not spec.integer:
        return number
    return int(number) if number == number.to_integral_value() else None


def _boolean(text: str, options: Sequence[Choosable]) -> bool | None:
    words = {option.key: option.words for option in options}
    yes_first = not options or options[0].key == "true"
    return read_yes_no(text, yes=words.get("true", ()), no=words.get("false", ()), yes_first=yes_first)


def _datetime(spec: DateTimeSlot, text: str, hearing: Hearing) -> datetime | DayOnly | None:
    at = read_datetime(
        text, now=hearing.now, zone=hearing.zone, language=hearing.language, prefer=spec.prefer, day=hearing.day
    )
    day = at.day if isinstance(at, DayOnly) else at.date() if at is not None else None
    return at if day is not None and _within(spec, day, hearing) else None


def _within(spec: DateSlot, day: date, hearing: Hearing) -> bool:
    first = spec.min.on(hearing.today) if spec.min is not None else date.min
    last = spec.max.on(hearing.today) if spec.max is not None else date.max
    return first <= day <= last


def _list(spec: ListSlot, text: str, hearing: Hearing) -> list[object] | None:
    if spec.item is None:
        return None
    whole = isinstance(spec.item, ChoiceSlot) and read_label(text, hearing.options)
    pieces = (text,) if whole else cut_into_pieces(text, decimals=isinstance(spec.item, NumberSlot))
    found = [_typed(spec.item, piece, hearing) for piece in pieces]
    understood = [item for item in found if item is not None and not isinstance(item, DayOnly)]
    return understood if 0 < len(understood) == len(found) <= spec.max else None


def _file(spec: FileSlot, event: SentFile) -> File | None:
    kind = _kind(event)
    if event.url is None or kind not in spec.accept:
        return None
    if event.size is not None and event.size > spec.max_mb * 1024 * 1024:
        return None
    return File(url=event.url, name=event.name, media=event.mime_type, size=event.size)


def _kind(event: SentFile) -> str | None:
    if event.mime_type:
        media = event.mime_type.lower()
        return next((kind for start, kind in _KINDS.items() if media.startswith(start)), None)
    if event.content == "audio":
        return "audio"
    return _ENDINGS.get((event.name or event.url or "").rpartition(".")[2].lower())


def _shared(event: SentLocation) -> Location | None:
    if event.latitude is None or event.longitude is None:
        return None
    return Location(event.latitude, event.longitude, event.label)
