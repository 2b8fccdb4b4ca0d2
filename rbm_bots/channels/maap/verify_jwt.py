"""A JWT as the operator's proof: signature by the configured algorithm only, then time, issuer and audience.

The algorithm is never taken from the token: a token that says ``none``, or HS256 where RS256 is configured, fails.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from rbm_bots.channels.maap.request_header import header
from rbm_bots.channels.maap.webhook_auth import JwtAuth
from rbm_bots.clock import Clock
from rbm_bots.errors import NotVerified, SettingsError

__all__ = ["JwtVerifier"]


class JwtVerifier:
    """Checks the JWT of one header. Raises ``SettingsError`` for a public key that cannot be read."""

    def __init__(self, auth: JwtAuth, *, clock: Clock) -> None:
        self._auth = auth
        self._clock = clock
        secret = auth.key.get_secret_value()
        self._public_key = _public_key(secret) if auth.algorithm == "RS256" else None
        self._shared_key = secret.encode()

    def verify(self, headers: Mapping[str, str], body: bytes, peer: str | None) -> None:  # noqa: ARG002  protocol
        """Check the token. Raises ``NotVerified`` and never says which check failed."""
        value = header(headers, self._auth.header) or ""
        parts = value.removeprefix(self._auth.prefix).split(".")
        if not value.startswith(self._auth.prefix) or len(parts) != 3:
            raise NotVerified
        try:
            head, claims = _object(parts[0]), _object(parts[1])
            signature = _decode(parts[2])
            signed = f"{parts[0]}.{parts[1]}".encode("ascii")
        except (ValueError, msgspec.DecodeError, RecursionError):
            raise NotVerified from None
        if head.get("alg") != self._auth.algorithm or not self._signature_fits(signed, signature):
            raise NotVerified
        if not self._claims_fit(claims):
            raise NotVerified

    def _signature_fits(self, signed: bytes, signature: bytes) -> bool:
        if self._public_key is None:
            expected = hmac.new(self._shared_key, signed, hashlib.sha256).digest()
            return hmac.compare_digest(expected, signature)
        try:
            self._public_key.verify(signature, signed, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    def _claims_fit(self, claims: dict[str, Any]) -> bool:
        """``exp`` is required; ``nbf`` and ``iat`` may not lie ahead; issuer and audience when configured."""
        now, leeway = self._clock.now().timestamp(), self._auth.leeway_s
        expires = _number(claims.get("exp"))
        if expires is None or now >= expires + leeway:
            return False
        for name in ("nbf", "iat"):
            if name in claims:
                begins = _number(claims[name])
                if begins is None or begins > now + leeway:
                    return False
        if self._auth.issuer is not None and claims.get("iss") != self._auth.issuer:
            return False
        audience = claims.get("aud")
        return self._auth.audience is None or self._auth.audience in (
            audience if isinstance(audience, list) else [audience]
        )


def _public_key(pem: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise SettingsError("the webhook's public key cannot be read", hint="an RSA public key in PEM is needed")
    return key


def _decode(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as fault:
        raise ValueError("not base64url") from fault


def _object(part: str) -> dict[str, Any]:
    return msgspec.json.decode(_decode(part), type=dict[str, Any])


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
