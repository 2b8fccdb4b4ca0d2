"""Conversations: taking their locks, reading what waits for them, writing what a turn decided.

The lock is the conversation's row. It is held for the one transaction that reads the session, plays and writes, so it
needs no lease: PostgreSQL gives it back when the process dies, SQLite has one writer anyway. State is read after the
lock is held.

What waits is found without an index by person, which each webhook commit would have to pay for: the oldest due rows are
looked through in order, and those of the locked conversations among them are read. Only rows that were put off, behind
a call or after a fault, stand in an index by conversation; they are read wherever they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, select, tuple_, update

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import ConversationRow, InboxRow, JournalRow, TurnRow

__all__ = ["FAR", "Locked", "Waiting", "claim", "forget_inbox", "later", "played", "save", "waiting_count"]

FAR = 1 << 60  # parked behind a call: no clock gets there
_SCAN = 256

_conversation = table(ConversationRow)
_inbox = table(InboxRow)
_journal = table(JournalRow)
_turn = table(TurnRow)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A journal row that its conversation has not handled."""

    seq: int
    due_at: int
    source: str
    source_id: str
    at: int
    kind: str
    via: str | None
    message_id: str | None
    status: str | None
    received_at: int
    body: bytes | None


class Locked(msgspec.Struct, kw_only=True):
    """A conversation whose lock this transaction holds, with everything that waits for it in journal order.

    ``channel``: how the person wrote last; ``heard_at``: when, by our clock in ms.
    """

    bot: str
    contact_id: str
    session: bytes | None
    waiting_for: str | None
    via: str
    recent: str
    turns: int
    rows: list[Waiting]
    channel: Literal["rcs", "sms"] = "rcs"
    heard_at: int | None = None


def claim(connection: Connection, *, bots: Sequence[str], now_ms: int, most: int) -> list[Locked]:
    """Lock at most ``most`` conversations of ``bots`` that have something due, and read them."""
    due = (
        select(_inbox.c.seq, _inbox.c.bot, _inbox.c.contact_id)
        .where(_inbox.c.due_at <= now_ms, _inbox.c.bot.in_(bots))
        .order_by(_inbox.c.seq)
        .limit(_SCAN)
    )
    found = connection.execute(due).all()
    if not found:
        return []
    keys = list(dict.fromkeys((row.bot, row.contact_id) for row in found))
    locked = _lock(connection, keys, most)
    missing = [key for key in keys[:most] if key not in locked]
    if missing and len(locked) < most:
        made = [{"bot": bot, "contact_id": contact, "updated_at": now_ms, **_EMPTY} for bot, contact in sorted(missing)]
        connection.execute(insert_new(connection, _conversation), made)
        locked |= _lock(connection, missing, most - len(locked))
    _read_inbox(connection, locked, upto=found[-1].seq)
    return [one for one in locked.values() if one.rows]


_EMPTY = {"via": "msisdn", "channel": "rcs", "recent": "", "turns": 0}


def _lock(connection: Connection, keys: Iterable[tuple[str, str]], most: int) -> dict[tuple[str, str], Locked]:
    wanted = (
        select(_conversation)
        .where(tuple_(_conversation.c.bot, _conversation.c.contact_id).in_(list(keys)))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return {
        (row.bot, row.contact_id): Locked(
            bot=row.bot,
            contact_id=row.contact_id,
            session=row.session,
            waiting_for=row.waiting_for,
            via=row.via,
            recent=row.recent,
            turns=row.turns,
            rows=[],
            channel=row.channel,
            heard_at=row.heard_at,
        )
        for row in connection.execute(wanted)
    }


def _read_inbox(connection: Connection, locked: dict[tuple[str, str], Locked], *, upto: int) -> None:
    """What waits for these conversations: rows up to ``upto``, and all that were put off, in journal order."""
    if not locked:
        return
    theirs = tuple_(_inbox.c.bot, _inbox.c.contact_id).in_(list(locked))
    put_off = _inbox.c.due_at > literal_column("0")  # as the index of these few rows has it
    seqs = {
        *connection.execute(select(_inbox.c.seq).where(_inbox.c.seq <= upto, theirs)).scalars(),
        *connection.execute(select(_inbox.c.seq).where(put_off, theirs)).scalars(),
    }
    rows = (
        select(_inbox.c.bot, _inbox.c.contact_id, _inbox.c.due_at, _journal)
        .join(_journal, _journal.c.seq == _inbox.c.seq)
        .where(_inbox.c.seq.in_(sorted(seqs)))
        .order_by(_inbox.c.seq)
    )
    for row in connection.execute(rows):
        locked[row.bot, row.contact_id].rows.append(
            Waiting(
                seq=row.seq,
                due_at=row.due_at,
                source=row.source,
                source_id=row.source_id,
                at=row.at,
                kind=row.kind,
                via=row.via,
                message_id=row.message_id,
                status=row.status,
                received_at=row.received_at,
                body=row.body,
            )
        )


def save(connection: Connection, conversations: Sequence[Locked], *, now_ms: int) -> None:
    """Write sessions and what they wait for; the locks are held by this transaction."""
    if not conversations:
        return
    statement = (
        update(_conversation)
        .where(_conversation.c.bot == bindparam("b_bot"), _conversation.c.contact_id == bindparam("b_contact"))
        .values(
            session=bindparam("b_session"),
            waiting_for=bindparam("b_waiting_for"),
            via=bindparam("b_via"),
            recent=bindparam("b_recent"),
            turns=bindparam("b_turns"),
            channel=bindparam("b_channel"),
            heard_at=bindparam("b_heard_at"),
            updated_at=now_ms,
        )
    )
    connection.execute(
        statement,
        [
            {
                "b_bot": one.bot,
                "b_contact": one.contact_id,
                "b_session": one.session,
                "b_waiting_for": one.waiting_for,
                "b_via": one.via,
                "b_recent": one.recent,
                "b_turns": one.turns,
                "b_channel": one.channel,
                "b_heard_at": one.heard_at,
            }
            for one in conversations
        ],
    )


def played(connection: Connection, turns: Sequence[TurnRow]) -> None:
    """Write which rows were handled, and take them out of the inbox."""
    if turns:
        connection.execute(insert(_turn), [turn.model_dump() for turn in turns])
        forget_inbox(connection, [turn.seq for turn in turns])


def forget_inbox(connection: Connection, seqs: Sequence[int]) -> None:
    """Take rows out of the inbox."""
    if seqs:
        connection.execute(delete(_inbox).where(_inbox.c.seq.in_(seqs)))


def later(connection: Connection, due: dict[int, int]) -> None:
    """Let rows wait until another time: seq -> milliseconds, or :data:`FAR` behind a call."""
    if due:
        statement = update(_inbox).where(_inbox.c.seq == bindparam("b_seq")).values(due_at=bindparam("b_due"))
        connection.execute(statement, [{"b_seq": seq, "b_due": at} for seq, at in due.items()])


def waiting_count(connection: Connection) -> int:
    """How many rows no conversation has handled yet."""
    return int(connection.execute(select(func.count()).select_from(_inbox)).scalar_one())
