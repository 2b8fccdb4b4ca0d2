"""Did the operator send this? Asked on the raw headers and bytes, before anything is parsed, whatever the web server.

No GSMA platform is known to sign the body (field), so the proofs are: a shared secret in a header, HTTP Basic, a JWT,
or the caller's address. Secrets are compared in constant time. ``X-Forwarded-For`` is written by callers too: only
the entry that our own outermost proxy added counts, and only when the number of our proxies is configured.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Protocol

import msgspec

from rbm_bots.channels.maap.request_header import header
from rbm_bots.channels.maap.verify_jwt import JwtVerifier
from rbm_bots.channels.maap.webhook_auth import (
    AddressAuth,
    BasicWebhookAuth,
    HeaderAuth,
    JwtAuth,
    NoAuth,
    WebhookAuth,
)
from rbm_bots.clock import Clock
from rbm_bots.errors import NotVerified

__all__ = [
    "AddressVerifier",
    "HeaderVerifier",
    "OpenVerifier",
    "UrlCheck",
    "Verifier",
    "answer_url_check",
    "verifier_for",
]


class Verifier(Protocol):
    """Asks for one kind of proof."""

    def verify(self, headers: Mapping[str, str], body: bytes, peer: str | None) -> None:
        """Return when the call is the operator's. Raises ``NotVerified``. ``peer`` is the socket's other end."""
        ...


class UrlCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the portal's ``GET`` that tests a webhook's URL."""

    http: int = 200
    body: bytes = b"ok"
    content_type: str = "text/plain"


def verifier_for(auth: WebhookAuth, *, clock: Clock) -> Verifier:
    """The verifier that a bot's ``webhook_auth`` asks for."""
    match auth:
        case NoAuth():
            return OpenVerifier()
        case HeaderAuth():
            return HeaderVerifier(auth.name, auth.value.get_secret_value())
        case BasicWebhookAuth():
            pair = f"{auth.user}:{auth.password.get_secret_value()}".encode()
            return HeaderVerifier("Authorization", "Basic " + b64encode(pair).decode("ascii"))
        case JwtAuth():
            return JwtVerifier(auth, clock=clock)
        case AddressAuth():
            return AddressVerifier(auth.networks, proxies=auth.proxies)


def answer_url_check(verifier: Verifier, headers: Mapping[str, str], peer: str | None) -> UrlCheck:
    """What to answer to the ``GET`` check: «ok» to a caller with the same proof. Raises ``NotVerified``."""
    verifier.verify(headers, b"", peer)
    return UrlCheck()


class OpenVerifier:
    """Lets everybody in."""

    def verify(self, headers: Mapping[str, str], body: bytes, peer: str | None) -> None:
        """Never refuses."""


class HeaderVerifier:
    """One header has exactly one secret value."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = _octets(value)

    def verify(self, headers: Mapping[str, str], body: bytes, peer: str | None) -> None:  # noqa: ARG002  protocol
        """Compare in constant time. Raises ``NotVerified``."""
        given = _octets(header(headers, self._name) or "")
        if not hmac.compare_digest(given, self._value):
            raise NotVerified


class AddressVerifier:
    """The caller's address lies in one of the networks. ``proxies`` of ours stand between it and the server."""

    def __init__(self, networks: tuple[str, ...], *, proxies: int = 0) -> None:
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(map(ip_network, networks))
        self._proxies = proxies

    def verify(self, headers: Mapping[str, str], body: bytes, peer: str | None) -> None:  # noqa: ARG002  protocol
        """Look the caller's address up. Raises ``NotVerified``, also when there is none."""
        caller = _address(self._caller(headers, peer))
        if caller is None or not any(caller in network for network in self._networks):
            raise NotVerified

    def _caller(self, headers: Mapping[str, str], peer: str | None) -> str | None:
        """Each proxy appends whom it heard; with n proxies the caller is the n-th entry from the end."""
        if not self._proxies:
            return peer
        lines = [value for name, value in headers.items() if name.lower() == "x-forwarded-for"]
        heard = [entry.strip() for line in lines for entry in line.split(",")]
        return heard[-self._proxies] if len(heard) >= self._proxies else None


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
