"""All of history, rated again: an audit of what was booked, a look at what a change would do, and the order to do it.

Theory of operation. The journal's facts come from the database grouped by key; one key is in memory at a time, so the
size of the history does not matter. What was booked comes in the same order beside it. The two are compared key by
key. The audit knows nothing of the projector's state but its cursor: it is a second way to the same result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from rbm_bots.accounts.billing import Billing, price_book
from rbm_bots.accounts.facts import facts_of_rows
from rbm_bots.ledger.charges import Charge, Hold, difference
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.prices import Price
from rbm_bots.ledger.rating import Rating, evidence_in_key_order
from rbm_bots.store import ledger_charges, ledger_journal, ledger_keys, ledger_periods
from rbm_bots.store.ledger_journal import Key
from rbm_bots.store.ledger_periods import Run

__all__ = ["KeyDifference", "audit", "order", "preview"]

_END: Final = ("\U0010ffff", "")


class KeyDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What must be posted and reversed for one (bot, contact). ``hold``: whether what is held differs as well."""

    bot: str
    contact_id: str
    posted: tuple[Charge, ...]
    reversed: tuple[Charge, ...]
    hold: bool = False

    @property
    def micros(self) -> int:
        """By how much the known amounts change, micro-euro."""
        return _sum(self.posted) - _sum(self.reversed)


def audit(connection: Connection, billing: Billing, *, from_ms: int | None = None) -> Iterator[KeyDifference]:
    """Where a fold from nothing differs from what is booked, as of the cursor; nothing comes when all is well.

    Keys that wait for the projector are passed over. ``from_ms``: only charges of that instant or later. Takes a
    while: use :meth:`rbm_bots.store.Store.scan`.
    """
    cursor = ledger_keys.cursor(connection)
    rating = _rating(connection, billing, as_of_ms=cursor.as_of)
    waiting = ledger_keys.waiting(connection, now_ms=cursor.as_of)
    booked = _Booked(connection)
    for bot, user, evidence in evidence_in_key_order(_facts(connection, billing, cursor.seq)):
        for own in booked.before((user, bot)):
            yield from _differ(own, [], None, from_ms)
        own = booked.of((user, bot))
        if (bot, user) not in waiting:
            charges, hold = rating.rate(bot, user, evidence)
            yield from _differ(own, charges, hold, from_ms)
    for own in booked.before(_END):
        yield from _differ(own, [], None, from_ms)


def preview(connection: Connection, billing: Billing, price: Price, *, now_ms: int) -> Iterator[KeyDifference]:
    """What a price row would change if it were entered now; nothing is written."""
    cursor = ledger_keys.cursor(connection)
    as_of_ms = max(now_ms, cursor.as_of)
    entered = msgspec.structs.replace(price, entered_ms=as_of_ms)
    before = _rating(connection, billing, as_of_ms=as_of_ms)
    after = _rating(connection, billing, as_of_ms=as_of_ms, more=entered)
    for bot, user, evidence in evidence_in_key_order(_facts(connection, billing, cursor.seq)):
        (old, held), (new, holds) = before.rate(bot, user, evidence), after.rate(bot, user, evidence)
        changed = difference(old, new)
        if changed.posted or changed.reversed or held != holds:
            yield KeyDifference(
                bot=bot, contact_id=user, posted=changed.posted, reversed=changed.reversed, hold=held != holds
            )


def order(connection: Connection, *, run_id: str, who: str, why: str, now_ms: int, from_ms: int | None = None) -> Run:
    """Have the keys rated again of which something happened since then; the projector books the differences."""
    if from_ms is None:
        keys = ledger_keys.mark_all(connection, run_id=run_id)
    else:
        keys = ledger_keys.mark_since(connection, from_ms, run_id=run_id)
    run = Run(run_id=run_id, kind="rerate", who=who, why=why, at=now_ms, from_at=from_ms, keys=keys)
    ledger_periods.add_run(connection, run)
    return run


class _Booked:
    """The booked charges of all keys, handed out in step with the facts."""

    def __init__(self, connection: Connection) -> None:
        self._groups = groupby(ledger_charges.stream_in_key_order(connection), key=itemgetter(0, 1))
        self._next: tuple[Key, list[Sequence[Any]]] | None = None
        self._forward()

    def _forward(self) -> None:
        group = next(self._groups, None)
        self._next = None if group is None else (group[0], list(group[1]))

    def before(self, key: Key) -> Iterator[list[Sequence[Any]]]:
        """The charges of keys of which the journal has nothing."""
        while self._next is not None and self._next[0] < key:
            yield self._next[1]
            self._forward()

    def of(self, key: Key) -> list[Sequence[Any]]:
        """The charges of this key."""
        if self._next is None or self._next[0] != key:
            return []
        own = self._next[1]
        self._forward()
        return own


def _facts(connection: Connection, billing: Billing, upto: int) -> Iterator[Fact]:
    return facts_of_rows(ledger_journal.stream(connection, upto=upto), sms_unit=billing.sms_unit)


def _rating(connection: Connection, billing: Billing, *, as_of_ms: int, more: Price | None = None) -> Rating:
    return Rating(
        as_of_ms=as_of_ms,
        prices=price_book(connection, billing, () if more is None else (more,)),
        switches=billing.switches,
        default_operator=billing.default_operator,
    )


def _differ(
    booked: list[Sequence[Any]], charges: list[Charge], hold: Hold | None, from_ms: int | None
) -> Iterator[KeyDifference]:
    """The difference of one key. Nearly always there is none, so that is found without making charges of the rows."""
    posted = [row for row in booked if row[2] == "posted"]
    held = [_same(row) for row in booked if row[2] == "held"]
    wanted = [] if hold is None else [_same_hold(hold)]
    if held == wanted and len(posted) == len(charges) and {*map(_same, posted)} == {one.same for one in charges}:
        return
    changed = difference(_since([_as_charge(row) for row in posted], from_ms), _since(charges, from_ms))
    if changed.posted or changed.reversed or held != wanted:
        contact, bot = (booked[0][0], booked[0][1]) if booked else _whose(charges, hold)
        yield KeyDifference(
            bot=bot, contact_id=contact, posted=changed.posted, reversed=changed.reversed, hold=held != wanted
        )


def _whose(charges: list[Charge], hold: Hold | None) -> Key:
    one = hold or charges[0]
    return one.user, one.bot


def _since(charges: list[Charge], from_ms: int | None) -> list[Charge]:
    return charges if from_ms is None else [one for one in charges if one.at_ms >= from_ms]


def _same(row: Sequence[Any]) -> tuple[Any, ...]:
    """As :attr:`rbm_bots.ledger.charges.Charge.same`."""
    contact, bot, _, product, anchor, operator, micros, month, _ = row
    return product, bot, contact, anchor, operator, micros, month


def _same_hold(hold: Hold) -> tuple[Any, ...]:
    return hold.product, hold.bot, hold.user, hold.anchor, hold.operator, hold.micros, hold.month


def _as_charge(row: Sequence[Any]) -> Charge:
    contact, bot, _, product, anchor, operator, micros, month, at_ms = row
    return Charge(
        product=product,
        bot=bot,
        user=contact,
        anchor=anchor,
        operator=operator,
        at_ms=at_ms,
        until_ms=at_ms,
        month=month,
        micros=micros,
        price_from_ms=None,
    )


def _sum(charges: tuple[Charge, ...]) -> int:
    return sum(one.micros for one in charges if one.micros is not None)
