"""Repeats of what a centre told before.

A centre that saw no result sends again. A repeat has the same addresses, stamp, text and services, and is known for
24 hours. Call input has no stamp: there a repeat also has the same number and comes within 60 s, lest a second «OUI»
be lost.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from rbm_bots.channels.sms.ucp.operations import Deliver, Report

__all__ = ["Incoming"]

_REMEMBERED: Final = timedelta(hours=24)
_CALL_INPUT: Final = timedelta(seconds=60)


class Incoming:
    """What came lately on one link."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, datetime] = OrderedDict()

    def is_repeat(self, operation: Deliver | Report, *, trn: int, now: datetime) -> bool:
        """Whether this operation was handled before."""
        seen = self._seen.get(_key(operation, trn))
        call_input = isinstance(operation, Deliver) and operation.by_call_input
        return seen is not None and now - seen < (_CALL_INPUT if call_input else _REMEMBERED)

    def remember(self, operation: Deliver | Report, *, trn: int, now: datetime) -> None:
        """The operation is handled: a repeat of it is dropped from now on."""
        key = _key(operation, trn)
        self._seen[key] = now
        self._seen.move_to_end(key)
        while now - next(iter(self._seen.values())) >= _REMEMBERED:
            self._seen.popitem(last=False)


def _key(operation: Deliver | Report, trn: int) -> bytes:
    if isinstance(operation, Report):
        extra = f"{operation.recipient}/{operation.scts.digits}/{operation.state}/{operation.done.digits}"
        return sha256(f"53/{operation.to}/{extra}".encode()).digest()
    number = trn if operation.by_call_input else ""
    head = f"{number}/{operation.to}/{operation.sender}/{operation.scts.digits}/{operation.xser}/"
    return sha256((head + operation.text).encode("utf-8", "surrogatepass")).digest()
