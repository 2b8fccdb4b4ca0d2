"""What people wrote, and what campaigns were told of them, goes after some days; the facts stay.

Theory of operation. The sealed columns (bodies of journal rows, what a turn knew, bodies of messages) are emptied in
the order of their rows, a slice in a transaction, and how far it came is a row. A slice ends before the first row that
is too young or still has work before it, so nothing is looked at twice and a crash only repeats a slice. Rows
themselves stay: charges are folded from them until their month is closed and longer.

The cells of a campaign's audience go when the campaign has been over for as long. Campaigns end in any order, so each
has a mark of its own, set when nobody is left; a crash before it walks through the campaign's people once more.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Table, delete, func, literal, select, update

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import (
    BotVersionRow,
    CampaignRecipientRow,
    CampaignRow,
    InboxRow,
    JournalRow,
    OutboxRow,
    PrunedRow,
    TurnRow,
)

__all__ = [
    "forget_versions",
    "prune_cells",
    "prune_events",
    "prune_messages",
    "used_versions",
    "with_cells",
]

_journal = table(JournalRow)
_inbox = table(InboxRow)
_turn = table(TurnRow)
_outbox = table(OutboxRow)
_pruned = table(PrunedRow)
_version = table(BotVersionRow)
_campaign = table(CampaignRow)
_recipient = table(CampaignRecipientRow)

_MOVING = ("queued", "attempting")
_CELLS: Final = "campaign:"


def prune_events(connection: Connection, *, before_ms: int, most: int) -> int:
    """Empty the bodies of at most ``most`` journal rows received before then, and what their turns knew; how many.

    Stops at a row that its conversation has not handled yet.
    """
    since = _progress(connection, "journal")
    waiting = connection.execute(select(func.min(_inbox.c.seq))).scalar_one()
    until = _slice_end(connection, _journal, "received_at", since=since, before_ms=before_ms, most=most)
    if waiting is not None:
        until = min(until, waiting - 1)
    if until <= since:
        return 0
    connection.execute(update(_journal).where(_journal.c.seq > since, _journal.c.seq <= until).values(body=None))
    connection.execute(update(_turn).where(_turn.c.seq > since, _turn.c.seq <= until).values(facts=None))
    _advance(connection, "journal", until)
    return until - since


def prune_messages(connection: Connection, *, before_ms: int, most: int) -> int:
    """Empty the bodies of at most ``most`` messages queued before then; how many. Stops at one that has not left."""
    since = _progress(connection, "outbox")
    until = _slice_end(connection, _outbox, "created_at", since=since, before_ms=before_ms, most=most)
    moving = connection.execute(
        select(func.min(_outbox.c.seq)).where(
            _outbox.c.seq > since, _outbox.c.seq <= until, _outbox.c.state.in_(_MOVING)
        )
    ).scalar_one()
    if moving is not None:
        until = moving - 1
    if until <= since:
        return 0
    connection.execute(update(_outbox).where(_outbox.c.seq > since, _outbox.c.seq <= until).values(body=None))
    _advance(connection, "outbox", until)
    return until - since


def with_cells(connection: Connection, *, before_ms: int) -> list[str]:
    """The campaigns that were over before then and still have the cells of their people, the oldest first."""
    mark = select(_pruned.c.name).where(_pruned.c.name == literal(_CELLS) + _campaign.c.campaign_id)
    found = connection.execute(
        select(_campaign.c.campaign_id)
        .where(_campaign.c.state.in_(("done", "cancelled")), _campaign.c.changed_at < before_ms, ~mark.exists())
        .order_by(_campaign.c.changed_at, _campaign.c.campaign_id)
    )
    return list(found.scalars())


def prune_cells(connection: Connection, campaign: str, *, after: str, most: int) -> tuple[str, int]:
    """Empty the cells of at most ``most`` people of a campaign that is over, by contact behind ``after``.

    The last contact and how many people it were; ``("", 0)`` when nobody is left, and the campaign is not asked about
    again.
    """
    found = connection.execute(
        select(_recipient.c.contact_id)
        .where(_recipient.c.campaign_id == campaign, _recipient.c.contact_id > after)
        .order_by(_recipient.c.contact_id)
        .limit(most)
    )
    contacts = list(found.scalars())
    if not contacts:
        connection.execute(insert_new(connection, _pruned), {"name": f"{_CELLS}{campaign}", "seq": 0})
        return "", 0
    whose = (_recipient.c.campaign_id == campaign, _recipient.c.contact_id.in_(contacts))
    connection.execute(update(_recipient).where(*whose).values(fields=None))
    return contacts[-1], len(contacts)


def used_versions(connection: Connection, *, since_ms: int) -> set[tuple[str, str]]:
    """The versions of bots that some turn was played with since then. Reads all turns: ask where nobody waits."""
    rows = connection.execute(select(_turn.c.bot, _turn.c.bot_version).where(_turn.c.played_at >= since_ms).distinct())
    return {(row.bot, row.bot_version) for row in rows}


def forget_versions(connection: Connection, *, before_ms: int, used: set[tuple[str, str]]) -> int:
    """Delete versions that no server has started with since then, but for those in ``used``; how many."""
    rows = connection.execute(select(_version.c.bot, _version.c.version).where(_version.c.last_used < before_ms))
    old = [(row.bot, row.version) for row in rows if (row.bot, row.version) not in used]
    for bot, version in old:
        connection.execute(delete(_version).where(_version.c.bot == bot, _version.c.version == version))
    return len(old)


def _progress(connection: Connection, name: str) -> int:
    """Where the last slice ended; the row stays locked, so that two processes never do one slice at once."""
    connection.execute(insert_new(connection, _pruned), {"name": name, "seq": 0})
    wanted = select(_pruned.c.seq).where(_pruned.c.name == name).with_for_update()
    return int(connection.execute(wanted).scalar_one())


def _slice_end(connection: Connection, rows: Table, at: str, *, since: int, before_ms: int, most: int) -> int:
    """The last of the next ``most`` rows such that it and all before it in the slice are old enough."""
    found = connection.execute(
        select(rows.c.seq, rows.c[at]).where(rows.c.seq > since).order_by(rows.c.seq).limit(most)
    ).all()
    until = since
    for seq, instant in found:
        if instant >= before_ms:
            break
        until = seq
    return until


def _advance(connection: Connection, name: str, seq: int) -> None:
    connection.execute(update(_pruned).where(_pruned.c.name == name).values(seq=seq))
