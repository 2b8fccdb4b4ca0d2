"""``host:port`` in a setting."""

from __future__ import annotations

__all__ = ["read_host"]


def read_host(text: str) -> tuple[str, int]:
    """Host and port; an IPv6 address stands in brackets. Raises ``ValueError``."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65_535:
        raise ValueError("a host is written «host:port»")
    return host.removeprefix("[").removesuffix("]"), int(port)
