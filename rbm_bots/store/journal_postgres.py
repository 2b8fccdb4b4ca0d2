"""The journal's fast path on PostgreSQL: one statement for all waiting events, one round trip.

Theory of operation. The rows travel as one JSON text, which is written in a microsecond each and read by the server,
and their sealed bodies as one array beside it; an array per column would cost this process several times as much.
The statement answers the places of the rows that were seen before, which are few; all others are new. Place 0 stands
for the wake-up that it sends.

Unknown addresses and opt-outs are rare; a load that has one takes a transaction of several statements. Unknown
addresses are settled first; two processes that meet the same new number agree, because the insert gives way and the
look-up then finds the winner's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import asyncpg
import msgspec

from rbm_bots.store.base import Appended, NewEvent

__all__ = ["append_rows"]

_APPEND: Final = """
WITH given AS (
    SELECT * FROM ROWS FROM (
        json_to_recordset($1::json) AS (source text, at bigint, source_id text, kind text, bot text, contact_id text,
            via text, message_id text, status text, message_class text, operator text, received_at bigint,
            body_hash text, detail text, in_reply_to text, logical_id text, brand text, campaign text, sender text,
            partner text, plays bool),
        unnest($2::bytea[])
    ) WITH ORDINALITY AS t(source, at, source_id, kind, bot, contact_id, via, message_id, status, message_class,
        operator, received_at, body_hash, detail, in_reply_to, logical_id, brand, campaign, sender, partner, plays,
        body, place)
), kept AS (
    INSERT INTO journal (source, at, source_id, kind, bot, contact_id, via, message_id, status, message_class, operator,
        received_at, body, body_hash, detail, in_reply_to, logical_id, brand, campaign, sender, partner)
    SELECT source, at, source_id, kind, bot, contact_id, via, message_id, status, message_class, operator, received_at,
        body, body_hash, detail, in_reply_to, logical_id, brand, campaign, sender, partner FROM given
    ON CONFLICT DO NOTHING
    RETURNING seq, source, at, source_id
), queued AS (
    INSERT INTO inbox (seq, bot, contact_id, due_at)
    SELECT kept.seq, given.bot, given.contact_id, 0 FROM kept JOIN given USING (source, at, source_id)
    WHERE given.plays AND given.contact_id IS NOT NULL
    RETURNING 1
), woken AS (
    SELECT pg_notify('rbm_wake', 'inbox') FROM (SELECT 1 FROM queued LIMIT 1) AS one
)
SELECT given.place FROM given LEFT JOIN kept USING (source, at, source_id) WHERE kept.seq IS NULL
UNION ALL SELECT 0 FROM woken
"""
_OPT: Final = "INSERT INTO opt (brand, contact_id, kind, at, proof) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"


class _Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A journal row as it travels, without its body."""

    source: str
    at: int
    source_id: str
    kind: str
    bot: str
    received_at: int
    plays: bool
    contact_id: str | None = None
    via: str | None = None
    message_id: str | None = None
    status: str | None = None
    message_class: str | None = None
    operator: str | None = None
    body_hash: str | None = None
    detail: str | None = None
    in_reply_to: str | None = None
    logical_id: str | None = None
    brand: str | None = None
    campaign: str | None = None
    sender: str | None = None
    partner: str | None = None


_encode = msgspec.json.Encoder().encode


async def append_rows(connection: asyncpg.Connection, events: Sequence[NewEvent]) -> list[Appended]:
    """Append in one transaction. Two events of one key in one call: the first is new."""
    if not any(event.newcomer is not None or event.opt is not None for event in events):
        return await _append(connection, events, [event.contact_id for event in events])
    async with connection.transaction():
        known = await _contacts_of(connection, events)
        contacts = [event.contact_id or (known[event.newcomer.index] if event.newcomer else None) for event in events]
        appended = await _append(connection, events, contacts)
        opts = [
            (event.brand, one.contact_id, event.opt, event.at or event.received_at, event.proof)
            for event, one in zip(events, appended, strict=True)
            if event.opt is not None and one.new and one.contact_id is not None
        ]
        if opts:
            await connection.executemany(_OPT, opts)
        return appended


async def _append(
    connection: asyncpg.Connection, events: Sequence[NewEvent], contacts: Sequence[str | None]
) -> list[Appended]:
    # the first of each key; nearly always all of them
    first = {(event.source, event.at, event.source_id): place for place, event in reversed(list(enumerate(events)))}
    places = sorted(first.values())
    rows = _encode([_row(events[place], contacts[place]) for place in places]).decode()
    seen = {record[0] for record in await connection.fetch(_APPEND, rows, [events[place].body for place in places])}
    new = {place for ordinal, place in enumerate(places, 1) if ordinal not in seen}
    return [Appended(place in new, contact) for place, contact in enumerate(contacts)]


def _row(event: NewEvent, contact: str | None) -> _Row:
    return _Row(
        source=event.source,
        at=event.at,
        source_id=event.source_id,
        kind=event.kind,
        bot=event.bot,
        received_at=event.received_at,
        plays=event.plays,
        contact_id=contact,
        via=event.via,
        message_id=event.message_id,
        status=event.status,
        message_class=event.message_class,
        operator=event.operator,
        body_hash=event.body_hash,
        detail=event.detail,
        in_reply_to=event.in_reply_to,
        logical_id=event.logical_id,
        brand=event.brand or None,
        campaign=event.campaign,
        sender=event.sender,
        partner=event.partner,
    )


async def _contacts_of(connection: asyncpg.Connection, events: Sequence[NewEvent]) -> dict[str, str]:
    new = {event.newcomer.index: event.newcomer for event in events if event.newcomer is not None}
    if not new:
        return {}
    indices = sorted(new)  # one order for all processes, so that two batches cannot deadlock
    created_at = events[0].received_at
    inserted = await connection.fetch(
        "INSERT INTO address (hmac_index, epoch, contact_id)"
        " SELECT i, 0, c FROM unnest($1::text[], $2::text[]) AS t(i, c)"
        " WHERE NOT EXISTS (SELECT 1 FROM address WHERE hmac_index = i)"
        " ON CONFLICT DO NOTHING RETURNING hmac_index",
        indices,
        [new[index].contact_id for index in indices],
    )
    fresh = [new[row["hmac_index"]] for row in inserted]
    if fresh:
        await connection.executemany(
            "INSERT INTO contact (contact_id, created_at) VALUES ($1, $2)",
            [(one.contact_id, created_at) for one in fresh],
        )
        await connection.executemany(
            "INSERT INTO vault (contact_id, kind, sealed) VALUES ($1, $2, $3)",
            [(one.contact_id, one.kind, one.sealed) for one in fresh],
        )
    known = await connection.fetch(
        "SELECT DISTINCT ON (hmac_index) hmac_index, contact_id FROM address WHERE hmac_index = ANY($1::text[])"
        " ORDER BY hmac_index, epoch DESC",
        indices,
    )
    return {row["hmac_index"]: row["contact_id"] for row in known}
