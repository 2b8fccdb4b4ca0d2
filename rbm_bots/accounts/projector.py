"""The projector: what is new in the journal becomes charges, and so does time that passes.

Theory of operation. A pass is one transaction. It reads the next rows of the journal under its cursor, notes whose
facts they are, takes the keys that are due besides, rates each of these keys *from all of its facts*, and books the
steps between what was booked before and what it costs now. Steps and cursor commit together. So a crash before the
commit repeats a pure function, one after it repeats nothing, and a late, repeated or crossing event needs no care:
the ledger equals a fold of the journal up to the cursor, as of ``as_of``, at every commit.

Time alone changes a key in two ways: 24 hours pass and a held Message Unique becomes final, or the platform's clock was
ahead of ours and an event's own instant comes. Each key has the next such instant in ``ledger_key``.

Prices and switches may change as well. The cursor keeps a digest of those the charges were rated with; when it finds
others, the keys they may touch become due, as a run that is kept with everything it booked.

One process projects at a time (a lease), and that process yields to others between its short transactions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from hashlib import blake2b
from time import monotonic
from typing import Final, Literal

import msgspec
import structlog
from sqlalchemy import Connection

from rbm_bots.accounts.billing import Billing, Terms, price_book, terms_of
from rbm_bots.accounts.keys import rate_key
from rbm_bots.accounts.postings import Postings
from rbm_bots.clock import Clock, to_ms
from rbm_bots.ledger.prices import PriceBook
from rbm_bots.ledger.rating import Rating
from rbm_bots.store import Store, leases, ledger_charges, ledger_journal, ledger_keys, ledger_periods
from rbm_bots.store.ledger_journal import Horizon, Key
from rbm_bots.store.ledger_keys import Cursor
from rbm_bots.store.ledger_periods import Run

__all__ = ["Projector", "due_again"]

_LEASE: Final = "ledger"
_MOST: Final = 64
_log = structlog.get_logger("rbm.ledger")


class Projector:
    """One per process; ``run`` until ``stop``. ``most``: rows and due keys of one transaction."""

    def __init__(
        self,
        *,
        store: Store,
        billing: Billing,
        clock: Clock,
        owner: str,
        lease_s: float = 10.0,
        idle_s: float = 1.0,
        most: int = _MOST,
    ) -> None:
        self._store = store
        self._billing = billing
        self._clock = clock
        self._owner = owner
        self._lease_ms = int(lease_s * 1000)
        self._idle_s = idle_s
        self._most = most
        self._horizon = Horizon()
        self._stopping = asyncio.Event()

    async def stop(self) -> None:
        """Finish the transaction under way and take no more."""
        self._stopping.set()

    async def run(self) -> None:
        """Project until stopped; a database fault is logged and tried again."""
        while not self._stopping.is_set():
            began = monotonic()
            try:
                busy = await self.project_once()
            except Exception:
                _log.exception("ledger.fault")
                busy = False
            # it rests as long as it worked: the webhook's commits want the same writer
            await self._rest(monotonic() - began if busy else self._idle_s)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def catch_up(self) -> int:
        """Project until nothing is left, or until stopped; how many transactions it took."""
        passes = 0
        while not self._stopping.is_set() and await self.project_once():
            passes += 1
        return passes

    async def project_once(self) -> bool:
        """One transaction; false when there was nothing to do, or another process does it."""
        if not await self._store.read(self._has_work):
            return False
        return await self._store.write(self._project)

    def _has_work(self, connection: Connection) -> bool:
        """A look without a lock, so that an idle ledger writes nothing."""
        now_ms = to_ms(self._clock.now())
        cursor = ledger_keys.cursor(connection)
        return (
            self._horizon.look(connection) > cursor.seq
            or ledger_keys.due_count(connection, now_ms=now_ms) > 0
            or self._terms(price_book(connection, self._billing), max(now_ms, cursor.as_of)).encoded != cursor.book
        )

    def _terms(self, book: PriceBook, as_of_ms: int) -> Terms:
        return terms_of(book, self._billing, as_of_ms=as_of_ms)

    def _project(self, connection: Connection) -> bool:
        now_ms = to_ms(self._clock.now())
        if not self._is_mine(connection, now_ms):
            return False
        cursor = ledger_keys.cursor(connection)
        as_of_ms = max(now_ms, cursor.as_of)  # a clock that was set back must not undo what was final
        book = price_book(connection, self._billing)
        terms = self._terms(book, as_of_ms)
        due_again(connection, cursor, terms, who="projector", now_ms=as_of_ms)
        upto = self._horizon.look(connection)
        facts, seq = ledger_journal.read_after(connection, cursor.seq, upto=upto, most=self._most)
        touched = ledger_journal.take_in(connection, facts)
        due = ledger_keys.due(connection, now_ms=as_of_ms, most=self._most)
        self._settle(connection, touched, due, book, as_of_ms)
        ledger_keys.advance(connection, Cursor(seq=seq, as_of=as_of_ms, book=terms.encoded))
        return True

    def _is_mine(self, connection: Connection, now_ms: int) -> bool:
        if self._store.exclusive:
            return True
        lease = leases.acquire(connection, _LEASE, owner=self._owner, now_ms=now_ms, length_ms=self._lease_ms)
        return lease is not None

    def _settle(
        self,
        connection: Connection,
        touched: Collection[Key],
        due: dict[Key, str | None],
        book: PriceBook,
        as_of_ms: int,
    ) -> None:
        """Rate these keys from all of their facts and book the steps."""
        keys = sorted({*touched, *due})
        billing = self._billing
        rating = Rating(
            as_of_ms=as_of_ms,
            prices=book,
            switches=billing.switches,
            default_operator=billing.default_operator,
        )
        facts = ledger_journal.facts_of_keys(connection, keys)
        kept = ledger_charges.of_keys(connection, keys)
        postings = Postings(now_ms=as_of_ms, closed=ledger_periods.closed(connection))
        when: dict[Key, int | None] = {}
        for key in keys:
            result = rate_key(
                rating, *key, facts[key], as_of_ms=as_of_ms, sms_unit=billing.sms_unit, partner=billing.partner
            )
            postings.settle(kept[key], result, run_id=due.get(key))
            when[key] = result.due_ms
        ledger_charges.add(connection, postings.added)
        ledger_charges.move(connection, postings.moved)
        ledger_charges.add_entries(connection, postings.entries)
        ledger_keys.schedule(connection, when)


def due_again(connection: Connection, cursor: Cursor, terms: Terms, *, who: str, now_ms: int) -> Run | None:
    """Make due what other terms than those of the cursor may change, as a run; ``None`` when they are the same."""
    if not cursor.book or terms.encoded == cursor.book:
        return None
    before = msgspec.json.decode(cursor.book, type=Terms)
    kind: Literal["switches", "prices"] = "switches" if before.decided != terms.decided else "prices"
    run_id = f"{kind}-{now_ms}-{blake2b(terms.encoded.encode(), digest_size=4).hexdigest()}"
    if kind == "switches":
        why = "switches, default operator or SMS unit changed"
        keys = ledger_keys.mark_all(connection, run_id=run_id)
    else:
        changed = before.changed(terms)
        why = "prices changed: " + ", ".join(f"{operator} {product}" for operator, product in sorted(changed))
        keys = ledger_keys.mark_priced(connection, _touched(changed), run_id=run_id)
    run = Run(run_id=run_id, kind=kind, who=who, why=why, at=now_ms, keys=keys)
    ledger_periods.add_run(connection, run)
    return run


def _touched(changed: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """A plain-text price stands in for that of a Message Unique, and the other way round."""
    both = {"MU", "MU_BASIC"}
    return changed | {(operator, other) for operator, product in changed if product in both for other in both}
