"""The filters of texts (bot language 8.1): values as people write them, by language and zone.

French numbers part thousands with a narrow no-break space (U+202F) and put a no-break space (U+00A0) before ``€``, as
printed French does; an SMS sender rewrites both. A filter never fails: a value of another kind is printed as it is.
Texts are cut to 4,096 characters and lists to 200 items before a filter sees them, so no text takes long to fill.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

from rbm_bots.botfile.parts import Chosen, is_empty
from rbm_bots.values import File, Location, Slot

if TYPE_CHECKING:
    from babel.core import Locale

__all__ = ["FILTERS", "Filter", "Place", "apply", "bounded", "plain"]

_TEXT_MAX = 4096
_LIST_MAX = 200
_DIGITS_MAX = 40


class Place(Protocol):
    """Where a text is read: language and zone."""

    @property
    def language(self) -> str:
        """The language: ``fr``, ``en``, ``en-US``."""
        ...

    @property
    def timezone(self) -> ZoneInfo:
        """The bot's zone."""
        ...


_Apply = Callable[[object, Place, Sequence[Any]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter and what may stand in its brackets: the type of its one argument, and whether it can be left out."""

    apply: _Apply
    argument: type | None = None
    optional: bool = False


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    from babel.core import Locale, UnknownLocaleError

    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("fr")


def _is_american(place: Place) -> bool:
    return place.language.lower() == "en-us"


def _local(value: object, place: Place) -> date | None:
    if isinstance(value, Slot):
        value = value.start
    if isinstance(value, datetime):
        return value.astimezone(place.timezone)
    return value if isinstance(value, date) else None


def _weekday(at: date, place: Place, width: str) -> str:
    return str(_locale(place.language).days["format"][width][at.weekday()])


def _day(value: object, place: Place, _: Sequence[Any]) -> object:
    at = _local(value, place)
    if at is None:
        return value
    month = _locale(place.language).months["format"]["wide"][at.month]
    weekday = _weekday(at, place, "wide")
    if _is_american(place):
        return f"{weekday}, {month} {at.day}"
    first = "er" if at.day == 1 and place.language.startswith("fr") else ""
    return f"{weekday} {at.day}{first} {month}"


def _date(value: object, place: Place, _: Sequence[Any]) -> object:
    at = _local(value, place)
    return value if at is None else f"{at:%m/%d/}{at.year:04d}" if _is_american(place) else f"{at:%d/%m/}{at.year:04d}"


def _time(value: object, place: Place, _: Sequence[Any]) -> object:
    at = _local(value, place)
    return f"{at:%H:%M}" if isinstance(at, datetime) else value


def _short(value: object, place: Place, _: Sequence[Any]) -> object:
    at = _local(value, place)
    if at is None:
        return value
    day = f"{at:%m/%d}" if _is_american(place) else f"{at:%d/%m}"
    hour = f" {at:%H:%M}" if isinstance(at, datetime) else ""
    return f"{_weekday(at, place, 'abbreviated')} {day}{hour}"


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return None
    try:
        number = Decimal(str(value).strip()) if not isinstance(value, int) else Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number.adjusted()) < _DIGITS_MAX else None


def _euros(value: object, place: Place, _: Sequence[Any]) -> object:
    number = _decimal(value)
    if number is None:
        return value
    from babel.numbers import format_currency

    return format_currency(number, "EUR", locale=_locale(place.language))


def _number(value: object, place: Place, _: Sequence[Any]) -> object:
    number = _decimal(value)
    if number is None:
        return value
    from babel.numbers import format_decimal

    return format_decimal(number, locale=_locale(place.language))


def _count(value: object, _: Place, __: Sequence[Any]) -> object:
    if isinstance(value, (list, tuple, dict)):
        return len(value)
    return 0 if is_empty(value) else 1


def _first(value: object, _: Place, __: Sequence[Any]) -> object:
    if isinstance(value, (list, tuple)):
        return value[0] if value else None
    return value


def _join(value: object, place: Place, args: Sequence[Any]) -> object:
    if not isinstance(value, (list, tuple)):
        return value
    return (args[0] if args else ", ").join(plain(item, place) for item in value[:_LIST_MAX])


def _cut(value: object, place: Place, args: Sequence[Any]) -> object:
    text, size = plain(value, place), max(int(args[0]), 1)
    return text if len(text) <= size else text[: size - 1] + "…"


def _default(value: object, _: Place, args: Sequence[Any]) -> object:
    return args[0] if is_empty(value) else value


FILTERS: Mapping[str, Filter] = {
    "day": Filter(apply=_day),
    "date": Filter(apply=_date),
    "time": Filter(apply=_time),
    "short": Filter(apply=_short),
    "euros": Filter(apply=_euros),
    "number": Filter(apply=_number),
    "count": Filter(apply=_count),
    "first": Filter(apply=_first),
    "join": Filter(apply=_join, argument=str, optional=True),
    "upper": Filter(apply=lambda value, place, _: plain(value, place).upper()),
    "lower": Filter(apply=lambda value, place, _: plain(value, place).lower()),
    "cut": Filter(apply=_cut, argument=int),
    "url": Filter(apply=lambda value, place, _: quote(plain(value, place).encode("utf-8", "replace"), safe="")),
    "default": Filter(apply=_default, argument=str),
}


def apply(name: str, value: object, place: Place, args: Sequence[Any]) -> object:
    """``value`` through the filter ``name``; never raises."""
    try:
        return bounded(FILTERS[name].apply(value, place, args))
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return value


def bounded(value: object) -> object:
    """``value``, a long text or list cut to what filters take."""
    if isinstance(value, str):
        return value if len(value) <= _TEXT_MAX else value[:_TEXT_MAX]
    if isinstance(value, (list, tuple)):
        return value if len(value) <= _LIST_MAX else value[:_LIST_MAX]
    return value


def plain(value: object, place: Place) -> str:
    """``value`` as a text prints it without a filter; records print nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _yes_no(value, place.language)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**_DIGITS_MAX else ""
    return _plain_object(value, place)


def _yes_no(value: bool, language: str) -> str:
    yes, no = ("oui", "non") if language.startswith("fr") else ("yes", "no")
    return yes if value else no


def _plain_object(value: object, place: Place) -> str:
    if isinstance(value, (float, Decimal)):
        number = _decimal(value)
        sign = "," if place.language.startswith("fr") else "."
        return "" if number is None else f"{number.normalize():f}".replace(".", sign)
    if isinstance(value, Chosen):
        return value.label
    if isinstance(value, datetime):
        return f"{_date(value, place, ())} {_time(value, place, ())}"
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(item, place) for item in value[:_LIST_MAX] if not isinstance(item, (list, tuple)))
    return _plain_value(value, place)


def _plain_value(value: object, place: Place) -> str:
    match value:
        case date():
            return str(_date(value, place, ()))
        case Slot():
            return value.label or plain(value.start, place)
        case File():
            return value.name or value.url
        case Location():
            return value.label or f"{value.lat},{value.lng}"
    return ""
