"""The projector's own state: its cursor, and when each key must be looked at because time has passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rbm_bots.store.base import table
from rbm_bots.store.ledger_journal import Key
from rbm_bots.store.tables import ChargeRow, JournalRow, LedgerCursorRow, LedgerFactRow, LedgerKeyRow

__all__ = [
    "Cursor",
    "advance",
    "cursor",
    "due",
    "due_count",
    "mark_all",
    "mark_priced",
    "mark_since",
    "schedule",
    "waiting",
]

_NAME: Final = "ledger"
_cursor = table(LedgerCursorRow)
_key = table(LedgerKeyRow)
_charge = table(ChargeRow)
_fact = table(LedgerFactRow)
_journal = table(JournalRow)


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """All journal rows up to ``seq`` are rated as of ``as_of`` (ms), with the prices and switches of ``book``."""

    seq: int = 0
    as_of: int = 0
    book: str = ""


def cursor(connection: Connection) -> Cursor:
    """Where the projector stands."""
    row = connection.execute(select(_cursor).where(_cursor.c.name == _NAME)).one_or_none()
    return Cursor() if row is None else Cursor(seq=row.seq, as_of=row.as_of, book=row.book)


def advance(connection: Connection, to: Cursor) -> None:
    """Stand there from now on."""
    moved = update(_cursor).where(_cursor.c.name == _NAME).values(**msgspec.structs.asdict(to))
    if not connection.execute(moved).rowcount:
        connection.execute(insert(_cursor), {"name": _NAME, **msgspec.structs.asdict(to)})


def due(connection: Connection, *, now_ms: int, most: int) -> dict[Key, str | None]:
    """Keys whose time has come, longest waiting first, each with the run that asked for it."""
    rows = connection.execute(
        select(_key).where(_key.c.due_at <= now_ms).order_by(_key.c.due_at, _key.c.contact_id).limit(most)
    )
    return {(row.bot, row.contact_id): row.run_id for row in rows}


def waiting(connection: Connection, *, now_ms: int) -> set[Key]:
    """All keys whose time has come."""
    rows = connection.execute(select(_key.c.bot, _key.c.contact_id).where(_key.c.due_at <= now_ms))
    return {(row.bot, row.contact_id) for row in rows}


def due_count(connection: Connection, *, now_ms: int) -> int:
    """How many keys wait to be looked at."""
    return int(connection.execute(select(func.count()).select_from(_key).where(_key.c.due_at <= now_ms)).scalar_one())


def schedule(connection: Connection, when: Mapping[Key, int | None]) -> None:
    """When each key is looked at next, ms; ``None``: not before something happens."""
    if not when:
        return
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = make(_key)
    again = statement.on_conflict_do_update(
        index_elements=["contact_id", "bot"], set_={"due_at": statement.excluded.due_at, "run_id": None}
    )
    rows = [
        {"bot": bot, "contact_id": contact, "due_at": at, "run_id": None} for (bot, contact), at in sorted(when.items())
    ]
    connection.execute(again, rows)


def mark_all(connection: Connection, *, run_id: str) -> int:
    """Have every key looked at again for a run; how many."""
    return connection.execute(update(_key).values(due_at=0, run_id=run_id)).rowcount


def mark_since(connection: Connection, from_ms: int, *, run_id: str) -> int:
    """As :func:`mark_all`, for keys of which something happened at that instant or later."""
    touched = (
        select(_fact.c.seq)
        .join(_journal, _journal.c.seq == _fact.c.seq)
        .where(_journal.c.at >= from_ms, _fact.c.contact_id == _key.c.contact_id, _fact.c.bot == _key.c.bot)
    )
    return _mark(connection, touched, run_id)


def mark_priced(connection: Connection, priced: Collection[tuple[str, str]], *, run_id: str) -> int:
    """As :func:`mark_all`, for keys that have a charge of one of these (operator, product)."""
    marked = 0
    for operator, product in sorted(priced):
        touched = select(_charge.c.contact_id).where(
            _charge.c.operator == operator,
            _charge.c.product == product,
            _charge.c.state.in_(("posted", "held")),
            _charge.c.contact_id == _key.c.contact_id,
            _charge.c.bot == _key.c.bot,
        )
        marked += _mark(connection, touched, run_id)
    return marked


def _mark(connection: Connection, touched: Select[Any], run_id: str) -> int:
    return connection.execute(update(_key).where(touched.exists()).values(due_at=0, run_id=run_id)).rowcount
