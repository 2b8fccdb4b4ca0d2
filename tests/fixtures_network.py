"""Tests never call the network: what leaves this machine is refused, by address and by name."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest


class NetworkRefused(RuntimeError):
    """A test wanted to reach another machine."""


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    """Refuse every connection but loopback and Unix sockets, and the host of RBM_TEST_DATABASE_URL when it is set.

    Seen are calls through Python's ``socket``, which asyncio's own loop uses; not those of uvloop or other processes.
    """
    allowed = _database_hosts()
    connect, connect_ex, sendto, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
        socket.getaddrinfo,
    )

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(address, allowed)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(address, allowed)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, data: Any, *rest: Any) -> int:
        _check(rest[-1], allowed)
        return sendto(self, data, *rest)

    def guarded_look_up(host: Any, *rest: Any, **options: Any) -> Any:
        if host:
            _check((host.decode() if isinstance(host, bytes) else host,), allowed)
        return look_up(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket.socket, "sendto", guarded_sendto)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


def _check(address: Any, allowed: frozenset[str]) -> None:
    if not isinstance(address, tuple):  # a Unix socket's path
        return
    host = str(address[0])
    if host == "localhost" or host in allowed:
        return
    try:
        near = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        near = None
    if near is None or not (near.is_loopback or near.is_unspecified):
        raise NetworkRefused(f"tests never call the network: {host}")


def _database_hosts() -> frozenset[str]:
    host = urlsplit(os.environ.get("RBM_TEST_DATABASE_URL", "")).hostname
    if not host:
        return frozenset()
    return frozenset({host, *(str(found[4][0]) for found in socket.getaddrinfo(host, None))})
