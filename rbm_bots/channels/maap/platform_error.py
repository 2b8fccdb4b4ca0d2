"""What a refusing reply says, read in one fixed order whatever its shape.

``reason`` → ``RCSMessage.reason`` → ``error`` → ``code/message/description`` → ``requestError`` → the status line.
The first shape that is there wins. The platform's words may hold a number, so they never go into a message or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

__all__ = ["PlatformError", "Shape", "code_number", "read_error"]

_MAX_DIGITS = 18


class PlatformError(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal: its ``code`` (a number, or a word such as ``invalid_client``), its text, and where both were found."""

    http: int
    code: int | str | None = None
    text: str | None = None
    shape: str = "status"

    def __repr__(self) -> str:
        """Without the text, which may name a person."""
        return f"PlatformError(http={self.http}, code={self.code!r}, shape={self.shape!r})"


Shape = tuple[int | str | None, str | None]


def read_error(http: int, body: bytes) -> PlatformError:
    """The refusal in ``body``; never raises, whatever the body is."""
    try:
        reply = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        reply = None
    if isinstance(reply, dict):
        for name, read in _READERS:
            found = read(reply)
            if found is not None:
                code, text = found
                return PlatformError(http=http, code=code, text=text, shape=name)
    return PlatformError(http=http)


def code_number(value: object) -> int | str | None:
    """A code as a number when it is one, also in a text of digits; any other text as it is."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 10**_MAX_DIGITS else None
    if isinstance(value, str) and value:
        digits = value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS
        return int(value) if digits else value
    return None


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _code_and_text(value: object, *, code: str = "code", texts: tuple[str, ...] = ("text",)) -> Shape | None:
    """A code and the first text of an object; a plain string is the text."""
    if isinstance(value, str) and value:
        return None, value
    if not isinstance(value, Mapping):
        return None
    found = code_number(value.get(code)), next((w for w in map(_word, map(value.get, texts)) if w), None)
    return found if found != (None, None) else None


def _reason(reply: dict[str, Any]) -> Shape | None:
    return _code_and_text(reply.get("reason"))


def _message_reason(reply: dict[str, Any]) -> Shape | None:
    message = reply.get("RCSMessage")
    return _code_and_text(message.get("reason")) if isinstance(message, dict) else None


def _error(reply: dict[str, Any]) -> Shape | None:
    error = reply.get("error")
    if isinstance(error, str) and error:
        return error, _word(reply.get("error_description"))
    found = _code_and_text(error, texts=("message", "status"))
    return found if isinstance(error, dict) else None


def _gateway(reply: dict[str, Any]) -> Shape | None:
    return _code_and_text(reply, texts=("message", "description")) if "code" in reply or "message" in reply else None


def _request_error(reply: dict[str, Any]) -> Shape | None:
    outer = reply.get("requestError")
    if not isinstance(outer, dict):
        return None
    for member in ("policyException", "serviceException"):
        found = _code_and_text(outer.get(member), code="messageId")
        if found is not None:
            return found
    return None


_READERS: tuple[tuple[str, Callable[[dict[str, Any]], Shape | None]], ...] = (
    ("reason", _reason),
    ("message_reason", _message_reason),
    ("error", _error),
    ("gateway", _gateway),
    ("request_error", _request_error),
)
