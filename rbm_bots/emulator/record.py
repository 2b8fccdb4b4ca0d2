"""What went over the wire, one line per exchange, with every credential masked.

A line is ``{t, direction, method, path, headers, body, status, reply}``; ``direction`` is ``in`` for a call to the
operator and ``out`` for a call to a bot's webhook. ``status`` and ``reply`` are null when no answer came.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

import msgspec

from rbm_bots.clock import rfc3339
from rbm_bots.emulator.members import Json

__all__ = ["MASK", "Record"]

MASK = "•••"
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_SECRET_MEMBERS = frozenset({"access_token", "refresh_token", "client_secret", "client_assertion"})
_SCHEME = re.compile(r"(Basic|Bearer) +\S", re.IGNORECASE)


class Record:
    """The last exchanges in memory, and all of them in a file when one is named."""

    def __init__(self, *, lines: int, secret_headers: Iterable[str] = (), file: Path | None = None) -> None:
        self._lines: deque[dict[str, Any]] = deque(maxlen=lines)
        self._secret = _SECRET_HEADERS | {name.lower() for name in secret_headers}
        self._file = file.open("a", encoding="utf-8") if file else None

    def add(
        self,
        *,
        at: datetime,
        direction: Literal["in", "out"],
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Json,
        status: int | None,
        reply: Json,
    ) -> None:
        """Keep one exchange."""
        line = {
            "t": rfc3339(at),
            "direction": direction,
            "method": method,
            "path": path,
            "headers": {name: self._header(name, value) for name, value in headers.items()},
            "body": _masked(body),
            "status": status,
            "reply": _masked(reply),
        }
        self._lines.append(line)
        if self._file:
            self._file.write(msgspec.json.encode(line).decode() + "\n")
            self._file.flush()

    def lines(self) -> list[dict[str, Any]]:
        """What is kept in memory, oldest first."""
        return list(self._lines)

    def close(self) -> None:
        """Close the file; memory stays."""
        if self._file:
            self._file.close()
            self._file = None

    def _header(self, name: str, value: str) -> str:
        if name.lower() not in self._secret:
            return value
        scheme = _SCHEME.match(value)
        return f"{scheme[1]} {MASK}" if scheme else MASK


def _masked(value: Json) -> Json:
    """``value`` without the secrets a token exchange has; a form's text is read as a form."""
    if isinstance(value, dict):
        return {name: MASK if name in _SECRET_MEMBERS else _masked(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_masked(member) for member in value]
    if isinstance(value, str) and any(f"{name}=" in value for name in _SECRET_MEMBERS):
        pairs = parse_qsl(value, keep_blank_values=True)
        return urlencode([(name, MASK if name in _SECRET_MEMBERS else text) for name, text in pairs], safe=MASK)
    return value
