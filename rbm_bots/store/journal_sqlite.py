"""The journal's fast path on SQLite: statements of many rows, straight through the driver.

Theory of operation. Each statement hands the interpreter's lock to the event loop and waits to get it back, which
costs more than the row. So rows go in by 64, 32, 16 … and 1, each size one statement that the driver keeps prepared.
Numbers of new rows are consecutive, since one connection writes: the last number and the count tell them all. Only
when some rows of a statement were seen before is it asked which.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Final

from rbm_bots.store.base import Appended, NewcomerAddress, NewEvent
from rbm_bots.store.slices import slices

__all__ = ["append_rows"]

_MOST: Final = 64
_JOURNAL: Final = (
    "INSERT INTO journal (source, at, source_id, kind, bot, contact_id, via, message_id, status, message_class,"
    " operator, received_at, body, body_hash, detail, in_reply_to, logical_id, brand, campaign, sender, partner)"
    " VALUES {rows} ON CONFLICT DO NOTHING"
)
_MARKS: Final = "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_INBOX: Final = "INSERT INTO inbox (seq, bot, contact_id, due_at) VALUES {rows}"
_OPT: Final = "INSERT INTO opt (brand, contact_id, kind, at, proof) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING"
_KNOWN: Final = "SELECT contact_id FROM address WHERE hmac_index = ? ORDER BY epoch DESC LIMIT 1"
_SINCE: Final = "SELECT source, at, source_id, seq FROM journal WHERE seq > ?"


def append_rows(driver: sqlite3.Connection, events: Sequence[NewEvent]) -> list[Appended]:
    """Append inside the caller's transaction; a key seen before is not new and changes nothing."""
    cursor = driver.cursor()
    appended: list[Appended] = []
    for load in slices(events, most=_MOST):
        contacts = [event.contact_id or _contact_of(cursor, event) for event in load]
        seqs = _write(cursor, load, contacts)
        _queue(cursor, load, contacts, seqs)
        _record_opts(cursor, load, contacts, seqs)
        appended += [Appended(seq is not None, contact) for seq, contact in zip(seqs, contacts, strict=True)]
    return appended


@cache
def _statement(text: str, marks: str, rows: int) -> str:
    return text.format(rows=",".join([marks] * rows))


def _write(cursor: sqlite3.Cursor, events: Sequence[NewEvent], contacts: Sequence[str | None]) -> list[int | None]:
    """The journal number of each row; ``None`` for one seen before."""
    values: list[object] = []
    for event, contact in zip(events, contacts, strict=True):
        values += (
            event.source, event.at, event.source_id, event.kind, event.bot, contact, event.via, event.message_id,
            event.status, event.message_class, event.operator, event.received_at, event.body, event.body_hash,
            event.detail, event.in_reply_to, event.logical_id, event.brand or None, event.campaign, event.sender,
            event.partner,
        )  # fmt: skip
    cursor.execute(_statement(_JOURNAL, _MARKS, len(events)), values)
    new = cursor.rowcount
    if new == 0:
        return [None] * len(events)
    last = cursor.lastrowid
    assert last is not None  # an INSERT that inserted
    if new == len(events):
        return list(range(last - new + 1, last + 1))
    found = {tuple(key): seq for *key, seq in cursor.execute(_SINCE, (last - new,))}
    return [found.pop((event.source, event.at, event.source_id), None) for event in events]


def _queue(
    cursor: sqlite3.Cursor, events: Sequence[NewEvent], contacts: Sequence[str | None], seqs: Sequence[int | None]
) -> None:
    values: list[object] = []
    for event, contact, seq in zip(events, contacts, seqs, strict=True):
        if event.plays and contact is not None and seq is not None:
            values += (seq, event.bot, contact)
    if values:
        cursor.execute(_statement(_INBOX, "(?,?,?,0)", len(values) // 3), values)


def _record_opts(
    cursor: sqlite3.Cursor, events: Sequence[NewEvent], contacts: Sequence[str | None], seqs: Sequence[int | None]
) -> None:
    for event, contact, seq in zip(events, contacts, seqs, strict=True):
        if event.opt and contact is not None and seq is not None:
            cursor.execute(_OPT, (event.brand, contact, event.opt, event.at or event.received_at, event.proof))


def _contact_of(cursor: sqlite3.Cursor, event: NewEvent) -> str | None:
    newcomer: NewcomerAddress | None = event.newcomer
    if newcomer is None:
        return None
    known = cursor.execute(_KNOWN, (newcomer.index,)).fetchone()
    if known is not None:
        return str(known[0])
    cursor.execute(
        "INSERT INTO contact (contact_id, created_at) VALUES (?,?)", (newcomer.contact_id, event.received_at)
    )
    cursor.execute(
        "INSERT INTO address (hmac_index, epoch, contact_id) VALUES (?,0,?)", (newcomer.index, newcomer.contact_id)
    )
    cursor.execute(
        "INSERT INTO vault (contact_id, kind, sealed) VALUES (?,?,?)",
        (newcomer.contact_id, newcomer.kind, newcomer.sealed),
    )
    return newcomer.contact_id
