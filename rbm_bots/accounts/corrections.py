"""Entering a price: a row that was wrong is not edited, a later one takes its place, and what it changes is booked."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from rbm_bots.accounts.billing import Billing, price_book, terms_of
from rbm_bots.accounts.projector import due_again
from rbm_bots.ledger.prices import Price
from rbm_bots.store import ledger_keys, ledger_prices
from rbm_bots.store.ledger_periods import Run

__all__ = ["enter"]


def enter(connection: Connection, billing: Billing, price: Price, *, who: str, now_ms: int) -> Run | None:
    """Enter a row as of now, and make due what it may change; the run, or ``None`` when it can change nothing.

    The row's ``entered_ms`` becomes now, or the ledger's own latest instant when the clock stands before that. Look at
    :func:`rbm_bots.accounts.rerate.preview` first. Raises ``LedgerFileUnreadable`` for a second row of one instant.
    """
    cursor = ledger_keys.cursor(connection)
    as_of_ms = max(now_ms, cursor.as_of)
    entered = msgspec.structs.replace(price, entered_ms=as_of_ms)
    book = price_book(connection, billing, [entered])
    ledger_prices.add(connection, entered, who=who)
    terms = terms_of(book, billing, as_of_ms=as_of_ms)
    run = due_again(connection, cursor, terms, who=who, now_ms=as_of_ms)
    if run is not None:
        ledger_keys.advance(connection, msgspec.structs.replace(cursor, as_of=as_of_ms, book=terms.encoded))
    return run
