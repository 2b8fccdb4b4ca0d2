"""The bot's own proof (layer 2): an RS256 JWT signed with its private key, kept until shortly before its end.

``iss`` is the bot's platform id, ``scope`` the words «Chatbot message», lifetime one hour (Orange). A token is signed
again after 55 minutes, or at once when the platform refused it.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from google.auth import crypt, jwt

from rbm_bots.clock import Clock
from rbm_bots.errors import SettingsError

__all__ = ["BotJwt", "read_private_key", "sign_jwt"]

_SCOPE = "Chatbot message"
_LIFETIME_S = 3600
_SIGN_AGAIN_S = 55 * 60

_PEM = re.compile(r"-----BEGIN (RSA )?PRIVATE KEY-----(.*?)-----END (RSA )?PRIVATE KEY-----", re.DOTALL)
_BLANK = re.compile(r"(\\r|\\n|\s)+")


class BotJwt:
    """The JWT of one bot, signed when first needed. Raises ``SettingsError`` for a key that cannot be read."""

    def __init__(
        self,
        platform_id: str,
        private_key: str,
        *,
        audience: str,
        clock: Clock,
        claim_form: Literal["plain", "arrays"] = "plain",
    ) -> None:
        self._platform_id = platform_id
        self._audience = audience
        self._claim_form: Literal["plain", "arrays"] = claim_form
        self._clock = clock
        self._signer = _signer(private_key)
        self._token = ""
        self._signed_at: datetime | None = None

    def token(self) -> str:
        """The present JWT; signs a new one after 55 minutes (about 1 ms)."""
        now = self._clock.now()
        if self._signed_at is None or (now - self._signed_at).total_seconds() >= _SIGN_AGAIN_S:
            self._token = sign_jwt(
                self._signer, self._platform_id, audience=self._audience, now=now, claim_form=self._claim_form
            )
            self._signed_at = now
        return self._token

    def forget(self, refused: str) -> None:
        """Sign anew next time, unless ``refused`` is no longer the present one."""
        if refused == self._token:
            self._signed_at = None


def sign_jwt(
    signer: crypt.Signer,
    platform_id: str,
    *,
    audience: str,
    now: datetime,
    claim_form: Literal["plain", "arrays"] = "plain",
) -> str:
    """One signed JWT. ``arrays`` puts ``iss``, ``iat`` and ``exp`` into lists of one."""
    issued = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": platform_id,
        "scope": _SCOPE,
        "aud": audience,
        "iat": issued,
        "exp": issued + _LIFETIME_S,
    }
    if claim_form == "arrays":
        claims.update({name: [claims[name]] for name in ("iss", "iat", "exp")})
    signed: bytes = jwt.encode(signer, claims)  # type: ignore[no-untyped-call]  # google-auth has no types
    return signed.decode("ascii")


def read_private_key(text: str) -> str:
    r"""A clean PEM out of what a portal hands over.

    Taken: PKCS#8, PKCS#1, base64 of either PEM, and a PEM whose line ends became blanks or the two characters ``\n``.
    Raises ``SettingsError`` for anything else.
    """
    found = _PEM.search(text) or _PEM.search(_unwrapped(text))
    if found is None:
        raise SettingsError("the bot's private key is no PEM", hint="BEGIN PRIVATE KEY or BEGIN RSA PRIVATE KEY")
    kind = f"{found.group(1) or ''}PRIVATE KEY"
    body = _BLANK.sub("", found.group(2))
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def _unwrapped(text: str) -> str:
    try:
        return base64.b64decode(_BLANK.sub("", text), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def _signer(private_key: str) -> crypt.Signer:
    """The signer of an RSA key; google-auth itself would take a key of another kind and fail at the first signature."""
    pem = read_private_key(private_key)
    try:
        key = load_pem_private_key(pem.encode("ascii"), password=None)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise SettingsError("the bot's private key cannot be read", hint="an RSA key in PEM is needed")
    signer: crypt.Signer = crypt.RSASigner.from_string(pem)  # type: ignore[no-untyped-call]  # google-auth has no types here
    return signer
