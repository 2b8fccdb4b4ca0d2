"""Long SMS from phones: each part is a row before the centre is answered, and the message is handed on once whole.

Theory of operation. A centre wants an answer to every part, and forgets a part that was answered. So a part is stored
by itself. The last one to come makes the message, in whatever order they came; what is there is handed on when a part
is missing a minute after the first. Handing on comes before the rows are marked: a crash in between hands the same
message on again, under the same id, and the journal knows it. The rows stay a minute more, to know a repeat by.

Phones reuse references. A part whose place is taken by another text begins another message; the one before it is
handed on as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection

from rbm_bots.channels.sms.inbound import inbound_id
from rbm_bots.channels.sms.transport import InboundPart, InboundSms
from rbm_bots.clock import Clock, to_ms
from rbm_bots.errors import SealBroken
from rbm_bots.store import Store, sms_parts
from rbm_bots.store.seal import Seal
from rbm_bots.store.sms_parts import Group, KeptPart

__all__ = ["LongSms", "LongSmsLoop"]

_PURPOSE: Final = b"sms_part.body"
_PATIENCE_MS: Final = 60_000
_LOOK_S: Final = 1.0
_decode = msgspec.json.Decoder(InboundPart).decode
_log = structlog.get_logger("rbm.sms")


class LongSms:
    """The long messages to one short code. ``tell``: stores a whole message."""

    def __init__(
        self, code: str, *, store: Store, seal: Seal, clock: Clock, tell: Callable[[InboundSms], Awaitable[None]]
    ) -> None:
        self.code = code
        self._store = store
        self._seal = seal
        self._clock = clock
        self._tell = tell

    async def take(self, part: InboundPart) -> None:
        """Store a part, and hand its message on when it is whole. What raises is to be told again."""
        place = part.place
        group = Group(
            code=self.code,
            sender=self._seal.index(part.sender.kind, part.sender.value),
            reference=place.ref,
            bits=place.ref_bits,
            total=place.total,
        )
        body = self._seal.close(msgspec.json.encode(part), purpose=_PURPOSE)
        new = KeptPart(part=place.seq, body=body, received_at=to_ms(self._clock.now()))
        displaced = await self._store.read(partial(self._displaced, group=group, part=part))
        if displaced:
            await self.hand_on(group)
        if await self._store.write(partial(self._keep, group=group, new=new, displaced=displaced)):
            await self.hand_on(group)

    def _displaced(self, connection: Connection, group: Group, part: InboundPart) -> bool:
        """Whether the part's place is taken by another text."""
        same_place = [one for one in sms_parts.kept(connection, group) if one.part == part.place.seq]
        return any((read := self._read(one)) is None or read.text != part.text for one in same_place)

    def _keep(self, connection: Connection, group: Group, new: KeptPart, displaced: bool) -> bool:
        """Keep a part; whether its message is whole now."""
        if displaced:
            sms_parts.drop(connection, group)
        sms_parts.keep(connection, group, new)
        return sum(not one.told_at for one in sms_parts.kept(connection, group)) == group.total

    async def hand_on(self, group: Group) -> None:
        """Store what is here of a message, as one; nothing when it was handed on before."""
        kept = [one for one in await self._store.read(partial(sms_parts.kept, group=group)) if not one.told_at]
        parts = [part for one in kept if (part := self._read(one)) is not None]
        if parts:
            if len(parts) < group.total:
                _log.warning("sms.parts_missing", code=self.code, missing=group.total - len(parts), of=group.total)
            await self._tell(_whole(parts))
        await self._store.write(partial(sms_parts.mark_told, group=group, now_ms=to_ms(self._clock.now())))

    def _read(self, kept: KeptPart) -> InboundPart | None:
        """The part; ``None`` for one that was sealed with other keys."""
        try:
            return _decode(self._seal.open(kept.body, purpose=_PURPOSE))
        except SealBroken:
            _log.error("sms.part_unreadable", code=self.code)
            return None


def _whole(parts: Sequence[InboundPart]) -> InboundSms:
    first, text = parts[0], "".join(part.text for part in parts)
    known_by = inbound_id(first.to, first.sender.value, first.sent.isoformat(), text)
    return InboundSms(id=known_by, sender=first.sender, to=first.to, text=text, sent=first.sent)


class LongSmsLoop:
    """Hands on what waits for a missing part for too long; one per process, ``run`` until ``stop``.

    Several processes may do the same at once: the journal takes the second copy for what it is.
    """

    def __init__(self, codes: Sequence[LongSms], *, store: Store, clock: Clock) -> None:
        self._codes = {one.code: one for one in codes}
        self._store = store
        self._clock = clock
        self._stopping = asyncio.Event()

    async def stop(self) -> None:
        """End after what is under way."""
        self._stopping.set()
        self._store.wake.up("timers")

    async def run(self) -> None:
        """Look every second."""
        while not self._stopping.is_set():
            try:
                await self.look_once()
            except Exception:
                _log.exception("sms_parts.fault")
            await self._store.wake.wait("timers", at_most_s=_LOOK_S)

    async def look_once(self) -> None:
        """Hand on what is overdue, and forget what was handed on a minute ago."""
        before_ms = to_ms(self._clock.now()) - _PATIENCE_MS
        for group in await self._store.read(partial(sms_parts.overdue, before_ms=before_ms)):
            mine = self._codes.get(group.code)
            if mine is not None:
                await mine.hand_on(group)
        if await self._store.read(partial(sms_parts.has_told, before_ms=before_ms)):
            await self._store.write(partial(sms_parts.forget_told, before_ms=before_ms))
