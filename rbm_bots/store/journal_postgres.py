"""The journal's fast path on PostgreSQL: one ``unnest`` statement for all waiting events, one round trip.

Unknown addresses are rare, so they are settled first in a transaction of two statements; two processes that meet the
same new number agree, because the insert gives way and the look-up then finds the winner's row.
"""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from rbm_bots.store.base import Appended, NewEvent

__all__ = ["append_rows"]

_APPEND = """
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[],
        $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bytea[], $14::text[], $15::bool[], $16::text[],
        $17::text[], $18::text[])
        AS t(source, at, source_id, kind, bot, contact_id, via, message_id, status, message_class, operator,
        received_at,
             body, body_hash, plays, opt, brand, proof)
), kept AS (
    INSERT INTO journal (source, at, source_id, kind, bot, contact_id, via, message_id, status, message_class, operator,
        received_at, body, body_hash)
    SELECT source, at, source_id, kind, bot, contact_id, via, message_id, status, message_class, operator, received_at,
        body, body_hash FROM given
    ON CONFLICT DO NOTHING
    RETURNING seq, source, at, source_id, bot, contact_id
), queued AS (
    INSERT INTO inbox (seq, bot, contact_id, due_at)
    SELECT kept.seq, kept.bot, kept.contact_id, 0 FROM kept JOIN given USING (source, at, source_id)
    WHERE given.plays AND kept.contact_id IS NOT NULL
    RETURNING 1
), opted AS (
    INSERT INTO opt (brand, contact_id, kind, at, proof)
    SELECT given.brand, kept.contact_id, given.opt,
        CASE WHEN given.at = 0 THEN given.received_at ELSE given.at END, given.proof
    FROM kept JOIN given USING (source, at, source_id) WHERE given.opt IS NOT NULL AND kept.contact_id IS NOT NULL
    ON CONFLICT DO NOTHING
), woken AS (
    SELECT pg_notify('rbm_wake', 'inbox') FROM (SELECT 1 FROM queued LIMIT 1) AS one
)
SELECT source, at, source_id, (SELECT count(*) FROM woken) FROM kept
"""


async def append_rows(connection: asyncpg.Connection, events: Sequence[NewEvent]) -> list[Appended]:
    """Append in one transaction. Two events of one key in one call: the first is new."""
    if any(event.newcomer is not None for event in events):
        async with connection.transaction():
            contacts = await _contacts_of(connection, events)
            return await _append(connection, events, contacts)
    return await _append(connection, events, {})


async def _append(
    connection: asyncpg.Connection, events: Sequence[NewEvent], contacts: dict[str, str]
) -> list[Appended]:
    whose = [
        event.contact_id or (contacts[event.newcomer.index] if event.newcomer is not None else None) for event in events
    ]
    rows, seen = [], set()
    for event, contact in zip(events, whose, strict=True):
        key = (event.source, event.at, event.source_id)
        if key not in seen:
            seen.add(key)
            rows.append(_values(event, contact))
    kept = {tuple(row)[:3] for row in await connection.fetch(_APPEND, *map(list, zip(*rows, strict=True)))}
    appended = []
    for event, contact in zip(events, whose, strict=True):
        key = (event.source, event.at, event.source_id)
        appended.append(Appended(key in kept, contact))
        kept.discard(key)
    return appended


def _values(event: NewEvent, contact: str | None) -> tuple[object, ...]:
    return (
        event.source, event.at, event.source_id, event.kind, event.bot, contact, event.via, event.message_id,
        event.status, event.message_class, event.operator, event.received_at, event.body, event.body_hash,
        event.plays, event.opt, event.brand, event.proof,
    )  # fmt: skip


async def _contacts_of(connection: asyncpg.Connection, events: Sequence[NewEvent]) -> dict[str, str]:
    new = {event.newcomer.index: event.newcomer for event in events if event.newcomer is not None}
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
