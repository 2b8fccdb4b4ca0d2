"""What the gate has to know of people, read for a whole batch in one query each."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, func, select, tuple_

from rbm_bots.store.base import table
from rbm_bots.store.tables import ConversationRow, OptRow, OutboxRow

__all__ = ["LeftMarketing", "OptWord", "heard", "left_marketing", "opt_words"]

_conversation = table(ConversationRow)
_opt = table(OptRow)
_outbox = table(OutboxRow)
_NEVER_LEFT = ("queued", "refused", "rejected", "skipped")


class OptWord(msgspec.Struct, frozen=True, kw_only=True):
    """A STOP, a START or a proven opt-in (``optin``) of a person towards a brand; ``at`` in ms."""

    brand: str
    contact_id: str
    kind: str
    at: int


class LeftMarketing(msgspec.Struct, frozen=True, kw_only=True):
    """Marketing of a brand that left for a person; ``logical_id``: the same for all its legs. ``at`` in ms."""

    brand: str
    contact_id: str
    logical_id: str
    at: int


def opt_words(connection: Connection, people: Collection[tuple[str, str]]) -> list[OptWord]:
    """Every word of these (brand, contact) about marketing, the oldest first; those of a load share their brands."""
    if not people:
        return []
    brands, contact_ids = {brand for brand, _ in people}, {contact for _, contact in people}
    rows = connection.execute(
        select(_opt.c.brand, _opt.c.contact_id, _opt.c.kind, _opt.c.at)
        # the brand comes first in the index: without it, millions of proven opt-ins would be read each time
        .where(_opt.c.brand.in_(sorted(brands)), _opt.c.contact_id.in_(sorted(contact_ids)))
        .order_by(_opt.c.at, _opt.c.seq)
    )
    return [OptWord(brand=row.brand, contact_id=row.contact_id, kind=row.kind, at=row.at) for row in rows]


def heard(connection: Connection, people: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """When each of these (bot, contact) wrote last, by our clock in ms; those who never did are left out."""
    if not people:
        return {}
    rows = connection.execute(
        select(_conversation.c.bot, _conversation.c.contact_id, _conversation.c.heard_at).where(
            tuple_(_conversation.c.bot, _conversation.c.contact_id).in_(sorted(people)),
            _conversation.c.heard_at.is_not(None),
        )
    )
    return {(row.bot, row.contact_id): row.heard_at for row in rows}


def left_marketing(
    connection: Connection, people: Collection[tuple[str, str]], *, since_ms: int
) -> list[LeftMarketing]:
    """Marketing that left since then for each of these (brand, contact), whichever its leg."""
    if not people:
        return []
    rows = connection.execute(
        select(
            _outbox.c.brand,
            _outbox.c.contact_id,
            func.coalesce(_outbox.c.logical_id, _outbox.c.message_id).label("logical_id"),
            _outbox.c.attempted_at,
        ).where(
            _outbox.c.message_class == "marketing",
            _outbox.c.attempted_at >= since_ms,
            _outbox.c.operation != "revoke",
            _outbox.c.state.not_in(_NEVER_LEFT),
            tuple_(_outbox.c.contact_id, _outbox.c.brand).in_([(contact, brand) for brand, contact in sorted(people)]),
        )
    )
    return [
        LeftMarketing(brand=row.brand, contact_id=row.contact_id, logical_id=row.logical_id, at=row.attempted_at)
        for row in rows
    ]
