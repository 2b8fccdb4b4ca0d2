"""Counts where people stand, batch by batch, so that an audience of any size needs the memory of one batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from rbm_bots.delivery.capability.report import Standing, standing
from rbm_bots.store import Store, capability, opts

__all__ = ["count_standings", "standings_of_bot"]

_AT_ONCE = 1000


def count_standings(
    connection: Connection, contact_ids: Sequence[str], *, brand: str, served: Collection[str], now_ms: int
) -> Counter[Standing]:
    """How many of these people stand where; add the counts of several batches up."""
    known = capability.known(connection, contact_ids, now_ms=now_ms)
    out = opts.opted_out(connection, [(brand, contact) for contact in known])
    return Counter(
        standing(one, opted_out=(brand, contact) in out, served=served) for contact, one in known.items()
    )  # fmt: skip


async def standings_of_bot(
    store: Store, bot: str, *, brand: str, served: Collection[str], now_ms: int
) -> Counter[Standing]:  # fmt: skip
    """The same for everybody this bot has talked with, or asks about."""
    total: Counter[Standing] = Counter()
    after = ""
    while True:

        def work(connection: Connection, after: str = after) -> tuple[list[str], Counter[Standing]]:
            people = capability.people_of(connection, bot, after=after, most=_AT_ONCE)
            return people, count_standings(connection, people, brand=brand, served=served, now_ms=now_ms)

        people, counted = await store.read(work)
        if not people:
            return total
        total += counted
        after = people[-1]
