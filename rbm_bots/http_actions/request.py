"""From an HTTP action and its arguments to one request. Pure.

Whatever a person wrote may become part of the address, so a value is never more than a value: it is percent-encoded
whole, ``/ ? # @ :`` included, and a value that would still change what the path *is* (an empty segment, ``.`` or
``..``, also for a server that decodes before it splits) makes no request at all. The host is fixed before any value is
looked at.

Numbers, days and instants are written for machines (``12.5``, ``2026-11-24``), not as texts print them for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import msgspec

from rbm_bots.botfile.model import Bot
from rbm_bots.botfile.parts import Chosen, dig
from rbm_bots.botfile.services import HttpAction
from rbm_bots.botfile.text import Data, Text
from rbm_bots.http_actions.faults import RequestRefused
from rbm_bots.values import File, Location, Slot

__all__ = ["HttpRequest", "build_request", "secrets_of"]

_LONGEST: Final = 8192
_WRITTEN: Final = "!$&'()*+,;=:@/?-._~%"
_OWN_HEADERS: Final = frozenset({"connection", "content-length", "host", "idempotency-key", "transfer-encoding"})
_SPLITS: Final = re.compile(r"[/\\]")

_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request, ready to leave. ``url`` is encoded; ``headers`` may hold secrets and are never logged."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


class _Names:
    """What an action's texts read: its parameters, the bot, the time, and in headers the secrets."""

    def __init__(self, bot: Bot, args: Mapping[str, Any], now: datetime) -> None:
        self.language, self.timezone, self.now = bot.languages[0], bot.timezone, now
        local = now.astimezone(bot.timezone)
        self._names = {"bot": {"id": bot.id, "name": bot.name}, "now": local, "today": local.date(), **args}

    def lookup(self, path: tuple[str, ...]) -> object:
        """The value of ``name.part``."""
        if path[0] == "secret":
            raise RequestRefused("secrets stand in headers only")
        return dig(self._names.get(path[0]), path[1:])

    def missing(self, path: tuple[str, ...]) -> None:
        """An empty value is written as nothing."""


class _HeaderNames(_Names):
    def __init__(self, bot: Bot, args: Mapping[str, Any], now: datetime, secrets: Mapping[str, str]) -> None:
        super().__init__(bot, args, now)
        self._secrets = secrets

    def lookup(self, path: tuple[str, ...]) -> object:
        """The value of ``name.part``, ``secret.X`` included."""
        if path[0] != "secret":
            return super().lookup(path)
        variable = _variable(path)
        if not self._secrets.get(variable):
            raise RequestRefused(f"{variable} is not set")
        return self._secrets[variable]


def _variable(path: tuple[str, ...]) -> str:
    return f"RBM_SECRET_{'_'.join(path[1:])}"


def secrets_of(bot: Bot) -> frozenset[str]:
    """The names in the environment of every ``secret.X`` that the bot's actions send."""
    texts = (data.text for action in bot.http.values() for data in action.headers.values() if data.text is not None)
    templates = (template for text in texts for template in text.templates.values())
    return frozenset(
        _variable(place.path) for template in templates for place in template.placeholders if place.path[0] == "secret"
    )


def build_request(
    action: HttpAction, *, bot: Bot, args: Mapping[str, Any], now: datetime, key: str, secrets: Mapping[str, str]
) -> HttpRequest:
    """The request for ``args`` (live values by parameter). ``key`` is the same for every repetition of this call.

    Raises :class:`RequestRefused`.
    """
    names = _Names(bot, args, now)
    headers = {
        name: _header(name, data, _HeaderNames(bot, args, now, secrets)) for name, data in action.headers.items()
    }
    body = None
    if action.json is not None:
        body = _encode({name: _plain(_value(data, names)) for name, data in action.json.items()})
        headers.setdefault("Content-Type", "application/json")
    if action.method == "POST":
        headers["Idempotency-Key"] = key
    url = _address(action.url, names, dict(_query(action.query, names)))
    return HttpRequest(method=action.method, url=url, headers=headers, body=body)


def _address(text: Text, names: _Names, query: Mapping[str, list[str]]) -> str:
    """The address with its values, of the same shape as with any other values."""
    parts = text.pick(names.language).parts
    written = [part if isinstance(part, str) else None for part in parts]
    filled = [_quoted(part) if isinstance(part, str) else _escaped(_words(part.value(names))) for part in parts]
    shape = urlsplit("".join(_quoted(part) if part is not None else "x" for part in written))
    found = urlsplit("".join(filled))
    here, there = found.path.split("/"), shape.path.split("/")
    if (found.scheme, found.netloc, len(here)) != (shape.scheme, shape.netloc, len(there)):
        raise RequestRefused("a value would change the host or the path")
    if any(one != other and _leads_elsewhere(one) for one, other in zip(here, there, strict=True)):
        raise RequestRefused("a value of the path is empty, or means another folder")
    more = [f"{_escaped(name)}={_escaped(value)}" for name, values in query.items() for value in values]
    joined = "&".join([found.query, *more] if found.query else more)
    url = urlunsplit((found.scheme, found.netloc, found.path, joined, ""))
    if len(url) > _LONGEST:
        raise RequestRefused(f"the address has more than {_LONGEST} characters")
    return url


def _leads_elsewhere(segment: str) -> bool:
    return not segment or not {".", ".."}.isdisjoint(_SPLITS.split(unquote(segment)))


def _query(query: Mapping[str, Data], names: _Names) -> Iterator[tuple[str, list[str]]]:
    """Empty values are left out; a list is its entries, each under the same name."""
    for name, data in query.items():
        value = _value(data, names)
        if value is not None:
            yield name, [_words(one) for one in (value if isinstance(value, list | tuple) else [value])]


def _header(name: str, data: Data, names: _HeaderNames) -> str:
    if name.lower() in _OWN_HEADERS:
        raise RequestRefused(f"the header «{name}» is not yours to set")
    words = _words(_value(data, names))
    if not words.isprintable():
        raise RequestRefused(f"the header «{name}» would hold a line end")
    return words


def _value(data: Data, names: _Names) -> object:
    """A data value; text that is exactly one placeholder keeps its value's type."""
    if data.items is not None:
        return [_value(item, names) for item in data.items]
    if data.fields is not None:
        return {name: _value(item, names) for name, item in data.fields.items()}
    if data.text is None:
        return data.literal
    parts = data.text.pick(names.language).parts
    if len(parts) == 1 and not isinstance(parts[0], str):
        return parts[0].value(names)
    return "".join(part if isinstance(part, str) else _words(part.value(names)) for part in parts)


def _words(value: object) -> str:
    """One value as a machine reads it."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() | Decimal():
            return f"{Decimal(str(value)):f}"
        case date():
            return value.isoformat()
        case Chosen():
            return value.id
        case Location():
            return f"{value.lat},{value.lng}"
        case File():
            return value.url
        case Slot():
            return value.start.isoformat()
    raise RequestRefused("a list or a record does not go into an address or a header")


def _plain(value: object) -> object:
    """A value as JSON holds it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Chosen):
        return value.id
    if isinstance(value, datetime) and isinstance(value.tzinfo, ZoneInfo):
        return value.isoformat()
    return value


def _escaped(text: str) -> str:
    return quote(text.encode("utf-8", "replace"), safe="")


def _quoted(text: str) -> str:
    return quote(text.partition("#")[0].encode("utf-8", "replace"), safe=_WRITTEN)
