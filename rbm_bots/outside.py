"""HTTP to hosts that a bot's file names: only public addresses, no redirects, no endless answers.

A name in a bot's file may lead anywhere, and may lead elsewhere a second later. So the check is not made on the name:
each socket is made by :func:`_public_socket`, which sees the very address that is about to be connected, whether it
came from a name server, from ``/etc/hosts`` or was written as digits. Nothing is resolved twice, so nothing can
change between check and use.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any, Final

import aiohttp

__all__ = ["AddressNotPublic", "AnswerTooLarge", "is_public", "outside_session", "read_at_most"]

_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64: the last four bytes are an IPv4 address
_CHUNK: Final = 16 * 1024


class AddressNotPublic(OSError):
    """The host leads to an address of this machine or of a private network."""


class AnswerTooLarge(Exception):
    """The answer has more bytes than are read."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet; IPv4 inside of IPv6 counts as what it leads to."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.is_site_local:
            return False
    return found.is_global and not found.is_multicast


def outside_session(*, allow_private: bool = False) -> aiohttp.ClientSession:
    """A client without cookies, proxies or credentials of its own; connecting to a private address fails.

    The fault is an ``aiohttp.ClientConnectorError`` whose cause is :class:`AddressNotPublic`. The caller closes it.
    """
    make: Callable[[Any], socket.socket] | None = None if allow_private else _public_socket
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=make, limit=64),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "identity"},
        trust_env=False,
    )


def _public_socket(info: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise AddressNotPublic("this host leads to a private address")
    return socket.socket(family, kind, protocol)


async def read_at_most(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body, at most ``most`` bytes (counted after decompression). Raises :class:`AnswerTooLarge`."""
    found = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        found += chunk
        if len(found) > most:
            raise AnswerTooLarge
    return bytes(found)
