"""The bot's own token: an RS256 JWT beside the application's bearer, checked in a fixed order.

Header there (40001), three parts (40002), algorithm and signature (40003), all claims (40005), issuer is the bot of
the path (40006), audience (40005), scope (40007), not expired (40004), not from the future and not longer than an
hour (40005). 60 s of skew are allowed. Without a public key the signature alone is not checked.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from rbm_bots.emulator.refusals import by_platform
from rbm_bots.emulator.settings import EmulatorSettings
from rbm_bots.errors import SettingsError

__all__ = ["JwtCheck"]

_SCOPE = "Chatbot message"
_SKEW_S = 60
_LIFE_S = 3600
_CLAIMS = ("iss", "scope", "aud", "iat", "exp")


class JwtCheck:
    """Checks the bot's token of each call. Raises ``SettingsError`` when the public key is none."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self._settings = settings
        self._key = _public_key(settings.bot_key) if settings.bot_key else None

    @property
    def checks_signatures(self) -> bool:
        """Whether a public key was given."""
        return self._key is not None

    def check_headers(self, headers: Mapping[str, str], bot: str, now: datetime) -> None:
        """Find the token among the accepted headers and check it. Raises ``CallRefused``."""
        for name in self._settings.gsma_auth_headers:
            if name in headers:
                prefix, value = self._settings.gsma_auth_prefix, headers[name].strip()
                if not value.lower().startswith(prefix.strip().lower()):
                    raise by_platform(40002)
                self.check(value[len(prefix.strip()) :].strip(), bot, now)
                return
        raise by_platform(40001)

    def check(self, token: str, bot: str, now: datetime) -> None:
        """Check one token for ``bot``. Raises ``CallRefused``."""
        parts = token.split(".")
        if len(parts) != 3 or not all(parts):
            raise by_platform(40002)
        header, claims = _json_part(parts[0]), _json_part(parts[1])
        if header is None or header.get("alg") != "RS256":
            raise by_platform(40003, "Token is not signed with RS256")
        self._check_signature(parts)
        if claims is None:
            raise by_platform(40005, "Token claims cannot be read")
        self._check_claims(claims, bot, now)

    def _check_signature(self, parts: list[str]) -> None:
        if self._key is None:
            return
        signed, signature = ".".join(parts[:2]).encode(), _decoded(parts[2])
        try:
            self._key.verify(signature or b"", signed, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise by_platform(40003) from None

    def _check_claims(self, claims: Mapping[str, Any], bot: str, now: datetime) -> None:
        missing = [name for name in _CLAIMS if name not in claims]
        if missing:
            raise by_platform(40005, f"Token claims missing: {', '.join(missing)}")
        issued, ends = _seconds(claims["iat"]), _seconds(claims["exp"])
        if issued is None or ends is None:
            raise by_platform(40005, "iat and exp must be integer seconds")
        if claims["iss"] != bot:
            raise by_platform(40006)
        if claims["aud"] not in (self._settings.jwt_aud, [self._settings.jwt_aud]):
            raise by_platform(40005, "Token has the wrong audience")
        if claims["scope"] != _SCOPE:
            raise by_platform(40007)
        at = now.timestamp()
        if ends + _SKEW_S <= at:
            raise by_platform(40004)
        if issued > at + _SKEW_S:
            raise by_platform(40005, "Token was issued in the future")
        if ends - issued > _LIFE_S + _SKEW_S:
            raise by_platform(40005, "Token lives longer than an hour")


def _public_key(pem: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        raise SettingsError("the bot's public key is not a PEM public key") from None
    if not isinstance(key, RSAPublicKey):
        raise SettingsError("the bot's public key is not an RSA key")
    return key


def _decoded(part: str) -> bytes | None:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _json_part(part: str) -> dict[str, Any] | None:
    raw = _decoded(part)
    try:
        return msgspec.json.decode(raw, type=dict[str, Any]) if raw is not None else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _seconds(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
