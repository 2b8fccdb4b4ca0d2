"""How the operator proves itself at a bot's webhook. What Orange sends is not known, so each form is a setting."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

__all__ = [
    "AddressAuth",
    "BasicWebhookAuth",
    "HeaderAuth",
    "JwtAuth",
    "NoAuth",
    "WebhookAuth",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NoAuth(_Frozen):
    """Anybody may call. For an emulator on the same machine."""

    kind: Literal["none"] = "none"


class HeaderAuth(_Frozen):
    """A shared secret in a header, without scheme: the verification token of the portal (field)."""

    kind: Literal["header"] = "header"
    name: str = "Authorization"
    value: SecretStr = Field(min_length=1)


class BasicWebhookAuth(_Frozen):
    """HTTP Basic."""

    kind: Literal["basic"] = "basic"
    user: str
    password: SecretStr = Field(min_length=1)


class JwtAuth(_Frozen):
    """A JWT in a header. ``key``: public key in PEM for RS256, the shared secret for HS256."""

    kind: Literal["jwt"] = "jwt"
    algorithm: Literal["RS256", "HS256"] = "RS256"
    key: SecretStr = Field(min_length=1)
    issuer: str | None = None
    audience: str | None = None
    header: str = "Authorization"
    prefix: str = "Bearer "
    leeway_s: int = Field(default=60, ge=0)


class AddressAuth(_Frozen):
    """The caller's address lies in one of ``networks`` (CIDR).

    ``proxies``: how many proxies of ours stand before the server. 0: the peer itself counts, and ``X-Forwarded-For``,
    which a caller can write, is not read.
    """

    kind: Literal["address"] = "address"
    networks: tuple[str, ...] = Field(min_length=1)
    proxies: int = Field(default=0, ge=0)

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network)
        return networks


WebhookAuth = Annotated[NoAuth | HeaderAuth | BasicWebhookAuth | JwtAuth | AddressAuth, Field(discriminator="kind")]
