"""Scenes that a campaign starts: journal rows of its own source, handed to their conversations.

A row and its place in the inbox are written in the transaction that marks the recipient ``queued``, so a crash neither
loses a start nor repeats one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, insert, select

from rbm_bots.store.base import table
from rbm_bots.store.tables import InboxRow, JournalRow

__all__ = ["SceneStart", "source_of", "start", "waits"]

_inbox = table(InboxRow)
_journal = table(JournalRow)
_PREFIX: Final = "campaign:"


class SceneStart(msgspec.Struct, frozen=True, kw_only=True):
    """One person's scene; ``body`` is the sealed event. ``key`` tells two starts of one person apart."""

    bot: str
    contact_id: str
    key: str
    message_class: str
    body: bytes


def source_of(campaign: str) -> str:
    """The source that journal rows of a campaign carry."""
    return f"{_PREFIX}{campaign}"


def start(connection: Connection, campaign: str, scenes: Sequence[SceneStart], *, now_ms: int) -> None:
    """Hand scenes to their conversations, in this order. Wake the workers after the commit (``notify("inbox")``)."""
    if not scenes:
        return
    rows = [
        {
            "source": source_of(campaign),
            "at": now_ms,
            "source_id": scene.key,
            "kind": "scene",
            "bot": scene.bot,
            "contact_id": scene.contact_id,
            "message_class": scene.message_class,
            "received_at": now_ms,
            "body": scene.body,
        }
        for scene in scenes
    ]
    made = connection.execute(
        insert(_journal).returning(_journal.c.seq, _journal.c.bot, _journal.c.contact_id, sort_by_parameter_order=True),
        rows,
    )
    waiting = [{"seq": row.seq, "bot": row.bot, "contact_id": row.contact_id, "due_at": 0} for row in made]
    connection.execute(insert(_inbox), waiting)


def waits(connection: Connection, campaign: str) -> bool:
    """Whether a scene of this campaign has not been played yet."""
    found = connection.execute(
        select(_inbox.c.seq)
        .join(_journal, _journal.c.seq == _inbox.c.seq)
        .where(_journal.c.source == source_of(campaign))
        .limit(1)
    )
    return found.first() is not None
