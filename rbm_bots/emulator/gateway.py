"""Who may pass: the application's bearer, its quota, then the bot's token, in the order a real call meets them.

Orange: bearer (401 with 40, 41, 42) → quota (429 or 403 with 53) → the bot's JWT (40001 to 40007). GSMA only: one
``Authorization`` with a static token, a token of the token endpoint or, when a public key is set, a JWT.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from rbm_bots.emulator.jwt import JwtCheck
from rbm_bots.emulator.oauth import TokenOffice
from rbm_bots.emulator.quota import Quota
from rbm_bots.emulator.refusals import by_gateway, by_platform
from rbm_bots.emulator.settings import EmulatorSettings

__all__ = ["Gateway"]

_ANY_APPLICATION = "gsma"  # without a gateway there is one application: the caller


class Gateway:
    """The first thing a call meets."""

    def __init__(self, settings: EmulatorSettings, quota: Quota) -> None:
        self._settings = settings
        self._quota = quota
        self.tokens = TokenOffice(settings)
        self.jwt = JwtCheck(settings)

    def application(self, headers: Mapping[str, str], bot: str, now: datetime) -> str:
        """The application that calls. Raises ``CallRefused`` when its credentials are missing, wrong or stale."""
        if self._settings.auth == "gsma":
            self._check_plain(headers.get("Authorization"), bot, now)
            return _ANY_APPLICATION
        header = headers.get("Authorization", "").strip()
        if not header:
            raise by_gateway(401, 40)
        scheme, _, token = header.partition(" ")
        grant = self.tokens.find(token.strip())
        if scheme.lower() != "bearer" or grant is None:
            raise by_gateway(401, 41)
        if grant.expires <= now:
            raise by_gateway(401, 42)
        if self._quota.blocked(grant.owner, now):
            raise by_gateway(403, 50, "Access is switched off: too many messages went to wrong numbers.")
        return grant.owner

    def admit(self, application: str, now: datetime) -> None:
        """Count one call. Raises ``CallRefused`` when the quota is used up."""
        if not self._quota.admit(application, now):
            raise by_gateway(self._settings.throttle_status, 53)

    def bot(self, headers: Mapping[str, str], bot: str, now: datetime) -> None:
        """Check the bot's own token (Orange). Raises ``CallRefused``."""
        if self._settings.auth == "orange":
            self.jwt.check_headers(headers, bot, now)

    def _check_plain(self, header: str | None, bot: str, now: datetime) -> None:
        if header is None:
            raise by_platform(40001)
        scheme, _, token = header.strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise by_platform(40002)
        grant, static = self.tokens.find(token), self._settings.token
        if grant is not None:
            if grant.expires <= now:
                raise by_platform(40004)
            if grant.owner != bot:
                raise by_platform(40006)
        elif static is not None and secrets.compare_digest(token.encode(), static.encode()):
            return
        elif self.jwt.checks_signatures:
            self.jwt.check(token, bot, now)
        elif static is not None:
            raise by_platform(40003, "Token is not known")
