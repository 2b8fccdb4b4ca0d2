"""From one part and a profile to one request. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

import msgspec

from rbm_bots.channels.sms.address import written
from rbm_bots.channels.sms.header import write_part
from rbm_bots.channels.sms.http.profiles import Profile
from rbm_bots.channels.sms.http.settings import HttpTransportSettings
from rbm_bots.channels.sms.http.template import filled_form, filled_json, filled_text, filled_url, names_in
from rbm_bots.channels.sms.transport import OutSms
from rbm_bots.channels.sms.validity import lived_until
from rbm_bots.clock import rfc3339

__all__ = ["HttpRequest", "build_request", "report_url"]

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request, ready to leave. All of it may hold a text, a number or a secret: it is never logged."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


def build_request(
    sms: OutSms, *, settings: HttpTransportSettings, profile: Profile, code: str, public_url: str, now: datetime
) -> HttpRequest:
    """The request for ``sms``. ``Idempotency-Key`` is our id, the same for every repetition.

    Raises ``TimesRefused`` for a validity that is over.
    """
    wanted = profile.request
    values = _values(sms, settings=settings, profile=profile, code=code, public_url=public_url, now=now)
    values = dict.fromkeys(names_in(wanted.model_dump())) | values
    query = filled_form(wanted.query, values)
    url = filled_url(wanted.url, values)
    headers = {name: text for name, raw in wanted.headers.items() if (text := filled_text(raw, values)) is not None}
    headers["Idempotency-Key"] = sms.id
    body = None
    if wanted.method == "POST":
        body, kind = b"", _FORM
        if wanted.body:
            body, kind = msgspec.json.encode(filled_json(wanted.body, values)), "application/json"
        elif wanted.form:
            body = filled_form(wanted.form, values).encode("ascii")
        headers.setdefault("Content-Type", kind)
    joint = "&" if "?" in url else "?"
    return HttpRequest(method=wanted.method, url=f"{url}{joint}{query}" if query else url, headers=headers, body=body)


def _values(
    sms: OutSms, *, settings: HttpTransportSettings, profile: Profile, code: str, public_url: str, now: datetime
) -> dict[str, str | int | bytes | None]:
    place, until = sms.part.place, lived_until(sms.validity_until, now=now)
    header = None if place is None else write_part(place)
    report = report_url(sms.id, settings=settings, profile=profile, code=code, public_url=public_url)
    return {
        **settings.values,
        "url": profile.url.rstrip("/"),
        "username": settings.username,
        "password": settings.password.get_secret_value(),
        "token": settings.token.get_secret_value(),
        "code": code,
        "id": sms.id,
        "to": written(sms.to, profile.number_form),
        "sender": sms.sender,
        "text": sms.part.text,
        "encoding": sms.part.encoding,
        "coding": 0 if sms.part.encoding == "gsm7" else 2,
        "udh": header,
        "udh_hex": None if header is None else header.hex().upper(),
        "part": sms.part.number,
        "parts": sms.part.count,
        "validity": None if until is None else rfc3339(until),
        "validity_minutes": _minutes(until, now),
        "report_url": report if sms.report else None,
    }


def report_url(
    sms_id: str, *, settings: HttpTransportSettings, profile: Profile, code: str, public_url: str
) -> str | None:
    """Where the gateway reports this part; ``None`` when no webhook is set up.

    The profile's ``query`` stands there as it is written: the gateway fills it in.
    """
    webhook = settings.webhook
    if webhook is None or not public_url:
        return None
    pairs = [f"id={quote(sms_id, safe='')}", *([profile.report.query] if profile.report.query else [])]
    if webhook.secret is not None and webhook.shown_in == "query":
        pairs.append(f"{quote(webhook.secret_name)}={quote(webhook.secret.get_secret_value(), safe='')}")
    return f"{public_url.rstrip('/')}/webhooks/sms/{quote(code)}/report?{'&'.join(pairs)}"


def _minutes(until: datetime | None, now: datetime) -> int | None:
    """Whole minutes until the end, cut: a message must not live longer than asked."""
    return None if until is None else math.floor((until - now).total_seconds() / 60)
