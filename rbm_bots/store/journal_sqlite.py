"""The journal's fast path on SQLite: plain driver statements, a few microseconds a row."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from rbm_bots.store.base import Appended, NewcomerAddress, NewEvent

__all__ = ["append_rows"]

_JOURNAL = (
    "INSERT INTO journal (source, at, source_id, kind, bot, contact_id, via, message_id, status, message_class,"
    " operator, received_at, body, body_hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"
)
_INBOX = "INSERT INTO inbox (seq, bot, contact_id, due_at) VALUES (?,?,?,0)"
_OPT = "INSERT INTO opt (brand, contact_id, kind, at, proof) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING"
_KNOWN = "SELECT contact_id FROM address WHERE hmac_index = ? ORDER BY epoch DESC LIMIT 1"


def append_rows(driver: sqlite3.Connection, events: Sequence[NewEvent]) -> list[Appended]:
    """Append inside the caller's transaction; a key seen before is not new and changes nothing."""
    cursor = driver.cursor()
    return [_append(cursor, event) for event in events]


def _append(cursor: sqlite3.Cursor, event: NewEvent) -> Appended:
    contact = event.contact_id
    if contact is None and event.newcomer is not None:
        contact = _contact_of(cursor, event.newcomer, event.received_at)
    cursor.execute(
        _JOURNAL,
        (
            event.source, event.at, event.source_id, event.kind, event.bot, contact, event.via, event.message_id,
            event.status, event.message_class, event.operator, event.received_at, event.body, event.body_hash,
        ),
    )  # fmt: skip
    if cursor.rowcount == 0:
        return Appended(False, contact)
    if event.plays and contact is not None:
        cursor.execute(_INBOX, (cursor.lastrowid, event.bot, contact))
    if event.opt and contact is not None:
        cursor.execute(_OPT, (event.brand, contact, event.opt, event.at or event.received_at, event.proof))
    return Appended(True, contact)


def _contact_of(cursor: sqlite3.Cursor, newcomer: NewcomerAddress, now: int) -> str:
    known = cursor.execute(_KNOWN, (newcomer.index,)).fetchone()
    if known is not None:
        return str(known[0])
    cursor.execute("INSERT INTO contact (contact_id, created_at) VALUES (?,?)", (newcomer.contact_id, now))
    cursor.execute(
        "INSERT INTO address (hmac_index, epoch, contact_id) VALUES (?,0,?)", (newcomer.index, newcomer.contact_id)
    )
    cursor.execute(
        "INSERT INTO vault (contact_id, kind, sealed) VALUES (?,?,?)",
        (newcomer.contact_id, newcomer.kind, newcomer.sealed),
    )
    return newcomer.contact_id
