"""Reading the ledger's files: strict JSON and TOML, instants with an offset, and one sentence when they are wrong."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from rbm_bots.clock import parse_instant, to_ms
from rbm_bots.errors import UsageError

__all__ = ["LedgerFileUnreadable", "decode_json", "decode_toml", "read_instant"]

_T = TypeVar("_T")
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


class LedgerFileUnreadable(UsageError):
    """The file of charges, fees or prices cannot be read."""

    code = "ledger_file"


def decode_json(body: bytes, kind: type[_T]) -> _T:
    """``body`` as ``kind``; members it does not know are ignored. Raises ``LedgerFileUnreadable``."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise LedgerFileUnreadable(f"not a file of this kind: {wrong}") from None


def decode_toml(body: bytes, kind: type[_T]) -> _T:
    """As :func:`decode_json`, from TOML."""
    try:
        return msgspec.toml.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as wrong:
        raise LedgerFileUnreadable(f"not a file of this kind: {wrong}") from None


def read_instant(text: str, where: str) -> int:
    """Ms since the epoch of an ISO 8601 instant with an offset, finer digits cut. Raises ``LedgerFileUnreadable``."""
    at = parse_instant(text)
    if at is None or not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise LedgerFileUnreadable(f"no instant with an offset: {text}", where=where)
    return to_ms(at)
