"""Charges and their entries: what the accounts write, and what invoices, statements and explanations read.

Nothing is deleted and no amount is changed: a charge moves from ``held`` to ``posted`` or ``void``, and from ``posted``
to ``reversed``; each step adds entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, or_, select, update

from rbm_bots.store.base import by_bytes, stream_rows, table
from rbm_bots.store.tables import ChargeRow, EntryRow

__all__ = [
    "Amount",
    "ChargeState",
    "Entry",
    "KeptCharge",
    "Moved",
    "Step",
    "add",
    "add_entries",
    "amounts",
    "balances",
    "entries",
    "get",
    "move",
    "of_key",
    "of_keys",
    "stream",
    "stream_in_key_order",
]

_charge = table(ChargeRow)
_entry = table(EntryRow)
_AT_ONCE: Final = 1000
_KEYS_AT_ONCE: Final = 400

ChargeState = Literal["held", "posted", "void", "reversed"]
Step = Literal["hold", "release", "void", "post", "reverse"]


class KeptCharge(msgspec.Struct, frozen=True, kw_only=True):
    """A charge as it stands; the members are those of ``ChargeRow``. Instants in ms, ``micros`` null: UNPRICED."""

    charge_id: str
    product: str
    bot: str
    contact_id: str
    brand: str
    sender: str | None
    partner: str | None
    campaign: str | None
    operator: str
    anchor: str
    logical_id: str | None
    times: int
    at: int
    until: int
    month: str
    booked_in: str
    reversed_in: str | None
    adjusts: str | None
    state: ChargeState
    micros: int | None
    price_from: int | None
    mt_count: int
    mo_count: int
    opened_by: str | None
    double_cost: bool
    run_id: str | None
    written_at: int
    changed_at: int


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A charge's new state, and what of it follows the fold without being money."""

    charge_id: str
    state: ChargeState
    booked_in: str
    reversed_in: str | None
    at: int
    until: int
    mt_count: int
    mo_count: int
    opened_by: str | None
    price_from: int | None
    double_cost: bool
    run_id: str | None
    changed_at: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Half of a booking; the members are those of ``EntryRow``."""

    entry_id: str
    charge_id: str
    step: Step
    account: str
    micros: int
    month: str
    booked_in: str
    reverses: str | None = None
    note: str = ""
    run_id: str | None = None
    written_at: int


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """Charges of a month that have everything here in common: how many, and their sum (``None``: UNPRICED)."""

    state: ChargeState
    bot: str
    brand: str
    operator: str
    product: str
    unit: int | None
    price_from: int | None
    month: str
    booked_in: str
    reversed_in: str | None
    quantity: int
    micros: int | None


def get(connection: Connection, charge_id: str) -> KeptCharge | None:
    """One charge; ``None`` when there is none of this id."""
    row = connection.execute(select(_charge).where(_charge.c.charge_id == charge_id)).mappings().one_or_none()
    return None if row is None else KeptCharge(**row)


def of_key(connection: Connection, *, bot: str, contact_id: str) -> list[KeptCharge]:
    """All charges of one person with one bot, whatever their state, by charge date."""
    return of_keys(connection, [(bot, contact_id)])[bot, contact_id]


def of_keys(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[KeptCharge]]:
    """As :func:`of_key`, for many (bot, contact)."""
    found: dict[tuple[str, str], list[KeptCharge]] = {key: [] for key in keys}
    contacts = sorted({contact for _, contact in found})
    for first in range(0, len(contacts), _KEYS_AT_ONCE):
        some = contacts[first : first + _KEYS_AT_ONCE]
        asked = (
            select(*(_charge.c[name] for name in KeptCharge.__struct_fields__))
            .where(_charge.c.contact_id.in_(some))
            .order_by(_charge.c.at, _charge.c.charge_id)
        )
        for row in connection.execute(asked):
            own = found.get((row.bot, row.contact_id))
            if own is not None:
                own.append(KeptCharge(**dict(zip(KeptCharge.__struct_fields__, row, strict=True))))
    return found


def stream(
    connection: Connection,
    *,
    month: str,
    bot: str | None = None,
    brand: str | None = None,
    operator: str | None = None,
    campaign: str | None = None,
    sender: str | None = None,
) -> Iterator[KeptCharge]:
    """What the invoice of a month is made of, by charge date, a thousand rows in memory at most.

    That is each charge that was booked, is held or was reversed in that month. A charge booked in one month and
    reversed in a later one comes in both: the first shows it as it was, the second takes it back.
    """
    asked = (
        select(_charge)
        .where(_in_month(month), *_filters(bot, brand, operator, campaign, sender))
        .order_by(_charge.c.at, _charge.c.charge_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in connection.execute(asked).mappings():
        yield KeptCharge(**row)


def amounts(
    connection: Connection,
    *,
    month: str,
    bot: str | None = None,
    brand: str | None = None,
    operator: str | None = None,
    campaign: str | None = None,
    sender: str | None = None,
) -> list[Amount]:
    """The same charges, counted and added up by the database: what a month's lines need."""
    alike = [
        _charge.c[name]
        for name in (
            "state", "bot", "brand", "operator", "product", "micros", "price_from", "month", "booked_in", "reversed_in",
        )
    ]  # fmt: skip
    asked = (
        select(*alike, func.count().label("quantity"))
        .where(_in_month(month), *_filters(bot, brand, operator, campaign, sender))
        .group_by(*alike)
        .order_by(*alike)
    )
    return [
        Amount(
            state=row.state,
            bot=row.bot,
            brand=row.brand,
            operator=row.operator,
            product=row.product,
            unit=row.micros,
            price_from=row.price_from,
            month=row.month,
            booked_in=row.booked_in,
            reversed_in=row.reversed_in,
            quantity=row.quantity,
            micros=None if row.micros is None else row.micros * row.quantity,
        )
        for row in connection.execute(asked)
    ]


def stream_in_key_order(connection: Connection) -> Iterator[Sequence[Any]]:
    """Every charge that is posted or held, person by person and bot by bot, as the journal's facts are streamed.

    Rows are (contact, bot, state, product, anchor, operator, micros, month, at).
    """
    contact, bot = by_bytes(connection, _charge.c.contact_id), by_bytes(connection, _charge.c.bot)
    names = ("contact_id", "bot", "state", "product", "anchor", "operator", "micros", "month", "at")
    asked = (
        select(*(_charge.c[name] for name in names))
        .where(_charge.c.state.in_(("posted", "held")))
        .order_by(contact, bot, _charge.c.at)
    )
    yield from stream_rows(connection, asked)


def entries(connection: Connection, charge_ids: Sequence[str]) -> list[Entry]:
    """The bookings of these charges, in the order they were made."""
    found: list[Entry] = []
    for first in range(0, len(charge_ids), _KEYS_AT_ONCE):
        some = charge_ids[first : first + _KEYS_AT_ONCE]
        asked = select(_entry).where(_entry.c.charge_id.in_(some)).order_by(_entry.c.written_at, _entry.c.entry_id)
        found += [Entry(**row) for row in connection.execute(asked).mappings()]
    return found


def balances(connection: Connection, *, month: str | None = None) -> dict[str, int]:
    """What stands on each account, micro-euro: of all time, or of what was booked in a month. They sum to zero."""
    asked = select(_entry.c.account, func.sum(_entry.c.micros)).group_by(_entry.c.account)
    if month is not None:
        asked = asked.where(_entry.c.booked_in == month)
    return {account: int(micros) for account, micros in connection.execute(asked)}


def add(connection: Connection, charges: Sequence[KeptCharge]) -> None:
    """Write new charges."""
    if charges:
        connection.execute(insert(_charge), [msgspec.structs.asdict(one) for one in charges])


def move(connection: Connection, moves: Sequence[Moved]) -> None:
    """Move charges on."""
    if moves:
        names = [name for name in Moved.__struct_fields__ if name != "charge_id"]
        statement = update(_charge).where(_charge.c.charge_id == bindparam("b_charge_id"))
        values: Mapping[str, Any] = {name: bindparam(f"b_{name}") for name in names}
        given = [{f"b_{name}": value for name, value in msgspec.structs.asdict(one).items()} for one in moves]
        connection.execute(statement.values(values), given)


def add_entries(connection: Connection, added: Sequence[Entry]) -> None:
    """Book. A step that was booked already fails: no step of a charge happens twice."""
    if added:
        connection.execute(insert(_entry), [msgspec.structs.asdict(one) for one in added])


def _in_month(month: str) -> ColumnElement[bool]:
    return or_(_charge.c.booked_in == month, _charge.c.reversed_in == month)


def _filters(
    bot: str | None, brand: str | None, operator: str | None, campaign: str | None, sender: str | None
) -> list[ColumnElement[bool]]:
    wanted = {"bot": bot, "brand": brand, "operator": operator, "campaign": campaign, "sender": sender}
    return [_charge.c[name] == value for name, value in wanted.items() if value is not None]
