"""Parts of long SMS from phones: kept from their acknowledgement until the message they make was handed on."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import SmsPartRow

__all__ = ["Group", "KeptPart", "drop", "forget_told", "has_told", "keep", "kept", "mark_told", "overdue"]

_part = table(SmsPartRow)
_KEY = (_part.c.code, _part.c.sender, _part.c.reference, _part.c.bits, _part.c.total)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What the parts of one message share. ``sender``: keyed hash of who wrote."""

    code: str
    sender: str
    reference: int
    bits: int
    total: int


class KeptPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part as it is kept; ``body`` is sealed."""

    part: int
    body: bytes
    received_at: int
    told_at: int = 0


def keep(connection: Connection, group: Group, part: KeptPart) -> None:
    """Keep a part; one that is there already changes nothing."""
    row = msgspec.structs.asdict(group) | msgspec.structs.asdict(part)
    connection.execute(insert_new(connection, _part), row)


def kept(connection: Connection, group: Group) -> list[KeptPart]:
    """The parts of a message that are here, in order."""
    rows = connection.execute(select(_part).where(_is(group)).order_by(_part.c.part))
    return [KeptPart(part=row.part, body=row.body, received_at=row.received_at, told_at=row.told_at) for row in rows]


def mark_told(connection: Connection, group: Group, *, now_ms: int) -> None:
    """The message was handed on."""
    connection.execute(update(_part).where(_is(group), _part.c.told_at == 0).values(told_at=now_ms))


def drop(connection: Connection, group: Group) -> None:
    """Another message begins under the same reference."""
    connection.execute(delete(_part).where(_is(group)))


def overdue(connection: Connection, *, before_ms: int) -> list[Group]:
    """The messages whose first part came before then and which are not handed on."""
    rows = connection.execute(
        select(*_KEY).where(_part.c.told_at == 0).group_by(*_KEY).having(func.min(_part.c.received_at) < before_ms)
    )
    return [Group(**row._asdict()) for row in rows]


def has_told(connection: Connection, *, before_ms: int) -> bool:
    """Whether there are parts of messages that were handed on before then."""
    asked = select(_part.c.code).where(_part.c.told_at.between(1, before_ms)).limit(1)
    return connection.execute(asked).first() is not None


def forget_told(connection: Connection, *, before_ms: int) -> None:
    """Forget the parts of messages that were handed on before then."""
    connection.execute(delete(_part).where(_part.c.told_at.between(1, before_ms)))


def _is(group: Group) -> ColumnElement[bool]:
    return and_(*(column == getattr(group, column.name) for column in _KEY))
