"""Opt-outs: every STOP and START is a row with its proof; the newest by the platform's time counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from rbm_bots.store.base import insert_new, table
from rbm_bots.store.bulk import insert_many
from rbm_bots.store.tables import OptRow

__all__ = ["is_opted_out", "opted_out", "record", "record_opt_ins"]

_opt = table(OptRow)


def record(connection: Connection, rows: Sequence[OptRow]) -> None:
    """Keep STOPs and STARTs; one already kept under the same proof changes nothing."""
    if rows:
        connection.execute(insert_new(connection, _opt), [row.model_dump(exclude={"seq"}) for row in rows])


def record_opt_ins(connection: Connection, brand: str, given: Iterable[tuple[str, int, str]]) -> None:
    """Keep proven opt-ins towards one brand: (contact, when in ms, where it can be shown); many in one statement."""
    rows = [(brand, contact, "optin", at, proof) for contact, at, proof in sorted(given)]
    insert_many(connection, _opt, ("brand", "contact_id", "kind", "at", "proof"), rows)


def opted_out(connection: Connection, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (brand, contact) have forbidden marketing."""
    if not keys:
        return set()
    rows = connection.execute(
        select(_opt.c.brand, _opt.c.contact_id, _opt.c.kind)
        .where(_opt.c.brand.in_({brand for brand, _ in keys}), _opt.c.contact_id.in_({contact for _, contact in keys}))
        .order_by(_opt.c.at, _opt.c.seq)
    )
    newest = {(row.brand, row.contact_id): row.kind for row in rows}
    return {key for key in keys if newest.get(key) == "stop"}


def is_opted_out(connection: Connection, brand: str, contact_id: str) -> bool:
    """Whether this person forbade marketing of this brand."""
    return bool(opted_out(connection, [(brand, contact_id)]))
