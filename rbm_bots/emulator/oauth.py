"""The two token endpoints: the gateway's (application credentials) and the plain GSMA one (bot credentials)."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from rbm_bots.emulator.refusals import by_gateway, by_token_endpoint
from rbm_bots.emulator.settings import EmulatorSettings

__all__ = ["Grant", "TokenOffice"]

_LIFE = timedelta(hours=1)
_REFRESH_LIFE = timedelta(days=30)
_MOST_GRANTS = 10_000
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A token that was given: to whom, until when."""

    owner: str
    expires: datetime
    refresh: bool = False


class TokenOffice:
    """Gives tokens and remembers them, stale ones too, so that 42 can be told from 41."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self._settings = settings
        self._grants: dict[str, Grant] = {}
        self._asked: deque[datetime] = deque()

    def grant(self, token: str, owner: str, expires: datetime, *, refresh: bool = False) -> None:
        """Remember ``token`` as given to ``owner`` (application or bot) until ``expires``."""
        if len(self._grants) >= _MOST_GRANTS:
            del self._grants[next(iter(self._grants))]
        self._grants[token] = Grant(owner=owner, expires=expires, refresh=refresh)

    def find(self, token: str) -> Grant | None:
        """The access token's grant, live or stale."""
        grant = self._grants.get(token)
        return None if grant is None or grant.refresh else grant

    def gateway_token(self, headers: Mapping[str, str], body: bytes, now: datetime) -> dict[str, Any]:
        """``POST /oauth/v3/token`` (Orange): 415, 406, 400, 401 and 429 in this order. Raises ``CallRefused``."""
        form = _form(headers, body)
        if not _takes_json(headers):
            raise by_token_endpoint(406, "invalid_request", "The reply is JSON: say Accept: application/json")
        _want_grant_type(form, ("client_credentials",))
        name, secret = _credentials(headers, form)
        settings = self._settings
        if name != settings.app_id or not secrets.compare_digest(secret.encode(), settings.app_secret.encode()):
            if settings.oauth_error_401 == "gateway":
                raise by_gateway(401, 41)
            raise by_token_endpoint(401, "invalid_client", "The client id or the client secret is wrong")
        self._pace(now)
        token = f"OFR-{secrets.token_urlsafe(24)}"
        self.grant(token, name, now + _LIFE)
        return {"token_type": "Bearer", "access_token": token, "expires_in": self._expires_in()}

    def bot_token(self, headers: Mapping[str, str], body: bytes, now: datetime) -> dict[str, Any]:
        """``POST /oauth2/v1/token`` (GSMA mode): Basic ``botId:secret``; refresh tokens too. Raises ``CallRefused``."""
        form = _form(headers, body)
        kind = _want_grant_type(form, ("client_credentials", "refresh_token"))
        if form.get("scope", "") != "botmessage":
            raise by_token_endpoint(400, "invalid_scope", "The scope is botmessage")
        bot, secret = _credentials(headers, form)
        wanted = self._settings.token
        fits = wanted is None or secrets.compare_digest(secret.encode(), wanted.encode())
        if not bot or not secret or not fits:
            raise by_token_endpoint(401, "invalid_client", "The bot id or the secret is wrong")
        if kind == "refresh_token":
            grant = self._grants.get(form.get("refresh_token", ""))
            if grant is None or not grant.refresh or grant.owner != bot or grant.expires <= now:
                raise by_token_endpoint(401, "invalid_grant", "The refresh token is not known or has ended")
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.grant(access, bot, now + _LIFE)
        self.grant(refresh, bot, now + _REFRESH_LIFE, refresh=True)
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": self._expires_in(),
            "token_type": "Bearer",
        }

    def _expires_in(self) -> str | int:
        seconds = int(_LIFE.total_seconds())
        return str(seconds) if self._settings.expires_in_type == "string" else seconds

    def _pace(self, now: datetime) -> None:
        while self._asked and not now - _MINUTE < self._asked[0] <= now:
            self._asked.popleft()
        if len(self._asked) >= self._settings.token_requests_per_min:
            raise by_token_endpoint(429, "temporarily_unavailable", "Too many token requests")
        self._asked.append(now)


def _form(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """The form's members. A body that is not a form is refused with 415."""
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise by_token_endpoint(415, "invalid_request", "The body must be application/x-www-form-urlencoded")
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _takes_json(headers: Mapping[str, str]) -> bool:
    kinds = [kind.partition(";")[0].strip().lower() for kind in headers.get("Accept", "").split(",")]
    return any(kind in ("application/json", "application/*", "*/*") for kind in kinds)


def _want_grant_type(form: Mapping[str, str], known: tuple[str, ...]) -> str:
    kind = form.get("grant_type", "")
    if not kind:
        raise by_token_endpoint(400, "invalid_request", "Missing grant_type in body")
    if kind not in known:
        raise by_token_endpoint(400, "unsupported_grant_type", f"The grant_type is {' or '.join(known)}")
    return kind


def _credentials(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
    """Name and secret from the Basic header, else from the form; two empty texts when they cannot be read."""
    scheme, _, packed = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(packed.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return name, secret
