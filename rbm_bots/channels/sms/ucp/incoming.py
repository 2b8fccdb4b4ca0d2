"""Messages from phones: repeats dropped, parts put together.

A centre that saw no result sends again. A repeat has the same addresses, stamp, text and services, and is known for
24 hours. Call input has no stamp: there a repeat also has the same number and comes within 60 s, lest a second «OUI»
be lost. Parts of a long message are collected in any order; what is there is handed out after 60 s.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from rbm_bots.channels.sms.ucp.operations import Deliver, Report

__all__ = ["Inbound", "Incoming"]

_REMEMBERED: Final = timedelta(hours=24)
_CALL_INPUT: Final = timedelta(seconds=60)
_PARTS: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A whole message from a phone. ``sent`` is the centre's stamp, else the time of receipt; aware UTC.

    ``missing``: parts that never came.
    """

    to: str
    sender: str
    text: str
    sent: datetime
    missing: int = 0


@dataclass(slots=True)
class _Group:
    since: datetime
    parts: dict[int, Deliver]
    total: int

    def whole(self) -> Inbound:
        parts = [self.parts[seq] for seq in sorted(self.parts)]
        text = "".join(part.text for part in parts)
        missing = self.total - len(parts)
        return Inbound(
            to=parts[0].to, sender=parts[0].sender, text=text, sent=parts[0].scts.at or self.since, missing=missing
        )


class Incoming:
    """What came lately on one link."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, datetime] = OrderedDict()
        self._groups: dict[tuple[str, str, int, int], _Group] = {}

    def is_repeat(self, operation: Deliver | Report, *, trn: int, now: datetime) -> bool:
        """Whether this operation was handled before."""
        key = _key(operation, trn)
        seen = self._seen.get(key)
        call_input = isinstance(operation, Deliver) and operation.by_call_input
        return seen is not None and now - seen < (_CALL_INPUT if call_input else _REMEMBERED)

    def remember(self, operation: Deliver | Report, *, trn: int, now: datetime) -> None:
        """The operation is handled: a repeat of it is dropped from now on."""
        key = _key(operation, trn)
        self._seen[key] = now
        self._seen.move_to_end(key)
        while now - next(iter(self._seen.values())) >= _REMEMBERED:
            self._seen.popitem(last=False)

    def collect(self, message: Deliver, *, now: datetime) -> Inbound | None:
        """The whole message, once its last part is here."""
        part = message.part
        if part is None:
            return _Group(now, {1: message}, 1).whole()
        key = (message.sender, message.to, part.ref, part.total)
        group = self._groups.setdefault(key, _Group(now, {}, part.total))
        group.parts[part.seq] = message
        if len(group.parts) < part.total:
            return None
        return self._groups.pop(key).whole()

    def overdue(self, now: datetime) -> tuple[Inbound, ...]:
        """Long messages whose missing parts are no longer waited for."""
        late = [key for key, group in self._groups.items() if now - group.since >= _PARTS]
        return tuple(self._groups.pop(key).whole() for key in late)


def _key(operation: Deliver | Report, trn: int) -> bytes:
    if isinstance(operation, Report):
        extra = f"{operation.recipient}/{operation.scts.digits}/{operation.state}/{operation.done.digits}"
        return sha256(f"53/{operation.to}/{extra}".encode()).digest()
    number = trn if operation.by_call_input else ""
    head = f"{number}/{operation.to}/{operation.sender}/{operation.scts.digits}/{operation.xser}/"
    return sha256((head + operation.text).encode("utf-8", "surrogatepass")).digest()
