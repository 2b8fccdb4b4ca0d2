"""What conversations have handled, in their order: what a replay reads."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from rbm_bots.store.base import table
from rbm_bots.store.tables import ConversationRow, JournalRow, OutboxRow, TurnRow

__all__ = ["Handled", "Sent", "Talked", "conversations", "handled", "sent"]

_conversation = table(ConversationRow)
_journal = table(JournalRow)
_outbox = table(OutboxRow)
_turn = table(TurnRow)


class Talked(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation and the session it has now, sealed."""

    bot: str
    contact_id: str
    session: bytes | None


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """A journal row with its turn: when it was played (ms), by which version of the bot, knowing what (sealed)."""

    seq: int
    source: str
    at: int
    source_id: str
    kind: str
    status: str | None
    body: bytes | None
    ordinal: int
    played_at: int
    bot_version: str
    facts: bytes | None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message that a turn has sent; ``body`` is sealed."""

    message_id: str
    body: bytes | None


def conversations(connection: Connection) -> list[Talked]:
    """Every conversation."""
    rows = connection.execute(
        select(_conversation.c.bot, _conversation.c.contact_id, _conversation.c.session).order_by(
            _conversation.c.bot, _conversation.c.contact_id
        )
    )
    return [Talked(bot=row.bot, contact_id=row.contact_id, session=row.session) for row in rows]


def handled(connection: Connection, *, bot: str, contact_id: str) -> list[Handled]:
    """What one conversation has handled, oldest first."""
    columns = (_turn.c.ordinal, _turn.c.played_at, _turn.c.bot_version, _turn.c.facts)
    facts = [_journal.c[name] for name in ("seq", "source", "at", "source_id", "kind", "status", "body")]
    rows = connection.execute(
        select(*facts, *columns)
        .join(_turn, _turn.c.seq == _journal.c.seq)
        .where(_turn.c.bot == bot, _turn.c.contact_id == contact_id)
        .order_by(_turn.c.ordinal)
    )
    return [Handled(**row) for row in rows.mappings()]


def sent(connection: Connection, *, bot: str, contact_id: str) -> list[Sent]:
    """What turns of one conversation have sent, whatever became of it, oldest first."""
    rows = connection.execute(
        select(_outbox.c.message_id, _outbox.c.body)
        .where(_outbox.c.bot == bot, _outbox.c.contact_id == contact_id, _outbox.c.operation == "message")
        .order_by(_outbox.c.seq)
    )
    return [Sent(message_id=row.message_id, body=row.body) for row in rows]
