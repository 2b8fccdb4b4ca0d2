"""What a gateway tells our webhooks, as events. Pure but for the clock that the caller reads.

A call is proven first: a shared secret, compared in constant time, an address, or both. Then its values are looked up
in the query, a form body or a JSON body alike. Query and form are octets of whatever charset the gateway says, so they
are kept as octets until the charset is known.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl

import msgspec
import structlog

from rbm_bots.channels.maap.request_header import header
from rbm_bots.channels.maap.verify import AddressVerifier
from rbm_bots.channels.sms.address import AddressKind, read_sender
from rbm_bots.channels.sms.http.reading import at, dig
from rbm_bots.channels.sms.http.settings import MessageSettings, ReportSettings, WebhookSettings
from rbm_bots.channels.sms.inbound import inbound_id
from rbm_bots.channels.sms.transport import DeliveryReport, InboundSms
from rbm_bots.clock import parse_instant
from rbm_bots.errors import BodyMalformed, NotVerified

__all__ = ["WebhookCall", "prove", "read_messages", "read_reports"]

_FORM: Final = "application/x-www-form-urlencoded"
_TEL: Final = "tel:"
_log = structlog.get_logger("rbm.sms.http")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCall:
    """A call as it came. ``query`` is the raw query string; ``peer`` the other end of the socket."""

    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    peer: str | None = None


def prove(call: WebhookCall, settings: WebhookSettings) -> None:
    """Return when the call is the gateway's. Raises ``NotVerified``."""
    if settings.networks:
        AddressVerifier(settings.networks, proxies=settings.proxies).verify(call.headers, call.body, call.peer)
    if settings.secret is not None:
        name = settings.secret_name
        shown = _pairs(call.query).get(name) if settings.shown_in == "query" else header(call.headers, name)
        wanted = settings.secret.get_secret_value().encode()
        if not hmac.compare_digest((shown or "").encode("utf-8", "surrogateescape"), wanted):
            raise NotVerified


def read_reports(call: WebhookCall, settings: ReportSettings, *, now: datetime) -> Iterator[DeliveryReport]:
    """The reports of a call; a state that has no meaning here is left out. Raises ``BodyMalformed``."""
    for item in _items(call, settings.items):
        own, reference = _text(item, settings.id), _text(item, settings.reference)
        if settings.reference_text:
            found = re.search(settings.reference_text, reference)
            reference = found[1] if found is not None else ""
        word = _text(item, settings.state)
        if not (own or reference) or not word:
            raise BodyMalformed("the report names no SMS or no state")
        state = settings.states.get(word)
        if state is None:
            _log.warning("sms.report_unknown", word=word[:20])
            continue
        reason = "" if state == "delivered" else _text(item, settings.reason)[:40]
        yield DeliveryReport(id=own, reference=reference, state=state, reason=reason, at=now)


def read_messages(
    call: WebhookCall, settings: MessageSettings, *, inbound: AddressKind, code: str, now: datetime
) -> Iterator[InboundSms]:
    """The messages of a call; one whose sender is neither a number nor an alias is left out.

    Raises ``BodyMalformed`` when sender or text are missing.
    """
    for item in _items(call, settings.items):
        written_by = _text(item, settings.sender)
        text = _in_charset(item, settings)
        if not written_by or text is None:
            raise BodyMalformed("the message names no sender or has no text")
        sender = read_sender(written_by.removeprefix(_TEL), inbound)
        if sender is None:
            _log.warning("sms.sender_unreadable", length=len(written_by))
            continue
        to = _text(item, settings.to).removeprefix(_TEL) or code
        stamp = _text(item, settings.sent)
        sent = _instant(stamp) or now
        own = _text(item, settings.id) or inbound_id(to, written_by, stamp or now.isoformat(), text)
        yield InboundSms(id=own, sender=sender, to=to, text=text, sent=sent)


def _items(call: WebhookCall, path: str) -> list[object]:
    """What one call tells: itself, or the entries of its list."""
    document = _document(call)
    if not path:
        return [document]
    found = at(document, path)
    if not isinstance(found, list):
        raise BodyMalformed("the body has no list where one is expected")
    return [{**document, **item} if isinstance(item, dict) else item for item in found]


def _document(call: WebhookCall) -> dict[str, object]:
    """Query, form and JSON as one; texts of query and form are their octets, read as UTF-8 where they are that."""
    found: dict[str, object] = {name: _utf8(value) for name, value in _pairs(call.query).items()}
    kind = (header(call.headers, "Content-Type") or "").partition(";")[0].strip().lower()
    if kind == _FORM:
        found |= {name: _utf8(value) for name, value in _pairs(call.body.decode("latin-1")).items()}
    elif call.body.strip():
        try:
            found |= msgspec.json.decode(call.body, type=dict)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise BodyMalformed from None
    return found


def _pairs(text: str) -> dict[str, str]:
    """The pairs with each octet as one character; of several with one name the first."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, encoding="latin-1"):
        found.setdefault(name, value)
    return found


def _utf8(value: str) -> str:
    """Octets as UTF-8; what is none is kept in a form that gives the octets back."""
    return value.encode("latin-1").decode("utf-8", "surrogateescape")


def _in_charset(item: object, settings: MessageSettings) -> str | None:
    found = dig(item, settings.text)
    charset = _text(item, settings.charset)
    if found is None:
        return None
    octets = str(found).encode("utf-8", "surrogateescape")
    try:
        return octets.decode(charset or "utf-8", "replace")
    except LookupError:
        raise BodyMalformed("the message's charset is not known") from None


def _text(item: object, path: str) -> str:
    found = dig(item, path) if path else None
    return "" if found is None else str(found).strip()


def _instant(text: str) -> datetime | None:
    """ISO 8601 with a zone, or seconds since 1970."""
    if text.isascii() and text.isdigit() and len(text) <= 11:
        return datetime.fromtimestamp(int(text), UTC)
    return parse_instant(text)
