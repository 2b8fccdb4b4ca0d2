"""The journal as the ledger reads it: onward under a cursor, by person, and all of it in key order.

Theory of operation. The projector reads rows by their number. On SQLite numbers are given in the order of commits. On
PostgreSQL a number is given when a row is inserted, and a transaction with a lower number may commit after one with a
higher; a cursor that had passed it would never see it. Holes in the numbers say nothing, since a row that was a copy
uses its number up. So :class:`Horizon` asks who may still fill a hole. Whoever inserts into the journal holds the
table's ``RowExclusiveLock`` from before the first number is drawn until after the commit can be seen. It notes the
highest number visible, *then* who holds that lock. When each of these transactions has ended, no row up to that
number can appear any more. Nobody waits and nobody is held up.

The journal has no index by person: the webhook's commit would have to pay for it. The projector keeps one in
``ledger_fact``, in the commit that moves its cursor.

A receipt can come for a contact that its message was not sent to: the two were linked in between. It belongs to the
contact the message was sent to, so that no message is charged twice. ``ledger_moved`` keeps those few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, FromClause, Select, case, delete, func, select, text, tuple_

from rbm_bots.store.base import by_bytes, insert_new, stream_rows, table
from rbm_bots.store.tables import ContactRow, JournalRow, LedgerFactRow, LedgerMovedRow, OutboxRow

__all__ = ["Horizon", "KeptFact", "Key", "facts_of_keys", "read_after", "stream", "take_in", "unread_since"]

Key = tuple[str, str]
"""(bot, contact id)."""

_journal = table(JournalRow)
_fact = table(LedgerFactRow)
_moved = table(LedgerMovedRow)
_contact = table(ContactRow)
_outbox = table(OutboxRow)

_AT_ONCE: Final = 400
_KINDS: Final = ("sent", "sms", "message", "response", "newUser", "messageStatus")
_HOLDERS: Final = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'journal'::regclass"
    " AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class KeptFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A journal row that may cost something. ``at`` is the platform's time, ms; our receipt where it gave none."""

    seq: int
    source: str
    at: int
    source_id: str
    kind: str
    bot: str
    contact_id: str
    message_id: str | None
    status: str | None
    message_class: str | None
    operator: str | None
    received_at: int
    detail: str | None
    in_reply_to: str | None
    logical_id: str | None
    brand: str | None
    campaign: str | None
    sender: str | None
    partner: str | None
    basic: bool | None


class Horizon:
    """Up to which number the journal is settled. One per process; see the module's docstring."""

    def __init__(self) -> None:
        self._settled = 0
        self._highest = 0
        self._open: set[str] = set()

    def look(self, connection: Connection) -> int:
        """The greatest number of which it is certain that nothing at or below it can still appear."""
        if connection.dialect.name != "postgresql":
            return _highest(connection)
        if self._open:
            self._open &= _holders(connection)
        if not self._open:
            self._settled = self._highest
            self._highest = _highest(connection)
            self._open = _holders(connection)
            if not self._open:
                self._settled = self._highest
        return self._settled


def _highest(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(_journal.c.seq), 0))).scalar_one())


def _holders(connection: Connection) -> set[str]:
    return set(connection.execute(_HOLDERS).scalars())


def read_after(connection: Connection, seq: int, *, upto: int, most: int) -> tuple[list[KeptFact], int]:
    """The facts among the next ``most`` rows of the journal, and the number of the last of these rows."""
    next_rows = (
        select(_journal.c.seq)
        .where(_journal.c.seq > seq, _journal.c.seq <= upto)
        .order_by(_journal.c.seq)
        .limit(most)
        .subquery()
    )
    last: int | None = connection.execute(select(func.max(next_rows.c.seq))).scalar_one()
    if last is None:
        return [], seq
    asked = _facts().where(_journal.c.seq > seq, _journal.c.seq <= last, *_may_cost()).order_by(_journal.c.seq)
    return [_kept(row) for row in connection.execute(asked)], last


def unread_since(connection: Connection, seq: int, *, received_before: int) -> int:
    """How many facts beyond a number of the journal came in before an instant (ms)."""
    asked = select(func.count()).where(_journal.c.seq > seq, _journal.c.received_at < received_before, *_may_cost())
    return int(connection.execute(asked).scalar_one())


def take_in(connection: Connection, facts: Sequence[KeptFact]) -> set[Key]:
    """Note whose facts these are; the keys they touch."""
    owners = _owners(connection, facts)
    keys = [(one.bot, owners.get(one.seq, one.contact_id)) for one in facts]
    if facts:
        rows = [
            {"bot": bot, "contact_id": contact, "seq": one.seq} for (bot, contact), one in zip(keys, facts, strict=True)
        ]
        connection.execute(insert_new(connection, _fact), rows)
    if owners:
        moved = [{"seq": seq, "contact_id": contact} for seq, contact in owners.items()]
        connection.execute(insert_new(connection, _moved), moved)
    return {*keys, *_fetch_back(connection, facts)}


def facts_of_keys(connection: Connection, keys: Iterable[Key]) -> dict[Key, list[KeptFact]]:
    """What the ledger knows of these (bot, contact), in the order of the journal."""
    found: dict[Key, list[KeptFact]] = {key: [] for key in keys}
    contacts = sorted({contact for _, contact in found})
    for first in range(0, len(contacts), _AT_ONCE):
        asked = (
            _facts(_fact.c.contact_id)
            .join_from(_fact, _journal, _fact.c.seq == _journal.c.seq)
            .where(_fact.c.contact_id.in_(contacts[first : first + _AT_ONCE]))
            .order_by(_fact.c.contact_id, _fact.c.bot, _fact.c.seq)
        )
        for row in connection.execute(asked):
            own = found.get((row.bot, row.contact_id))
            if own is not None:
                own.append(_kept(row))
    return found


def stream(connection: Connection, *, upto: int) -> Iterator[Sequence[Any]]:
    """All facts up to a number of the journal, grouped by (contact, bot), read straight from the journal.

    Rows are (contact, bot, at, whether by SMS, kind, status, detail, message, in reply to, operator, basic, logical
    id); the message of a user event without an id is the source's own. The database sorts, so the rows are narrow.
    """
    joined: FromClause = _journal
    owner: ColumnElement[str] = _journal.c.contact_id
    if connection.execute(select(_moved.c.seq).limit(1)).first() is not None:
        joined = _journal.outerjoin(_moved, _moved.c.seq == _journal.c.seq)
        owner = func.coalesce(_moved.c.contact_id, _journal.c.contact_id)
    own_id = case((_journal.c.detail.is_not(None), _journal.c.source_id))
    asked = (
        select(
            owner,
            _journal.c.bot,
            _at(),
            _journal.c.source.like("sms:%"),
            _journal.c.kind,
            _journal.c.status,
            _journal.c.detail,
            func.coalesce(_journal.c.message_id, own_id),
            _journal.c.in_reply_to,
            _journal.c.operator,
            _journal.c.basic,
            _journal.c.logical_id,
        )
        .select_from(joined)
        .where(_journal.c.seq <= upto, *_may_cost())
        .order_by(by_bytes(connection, owner), by_bytes(connection, _journal.c.bot))
    )
    yield from stream_rows(connection, asked)


def _at() -> ColumnElement[int]:
    return case((_journal.c.at == 0, _journal.c.received_at), else_=_journal.c.at)


def _facts(contact: ColumnElement[str] = _journal.c.contact_id) -> Select[Any]:
    """The columns of a fact; of the key it belongs to, where that is asked for."""
    columns: dict[str, ColumnElement[Any]] = dict(_journal.c)
    columns |= {"at": _at().label("at"), "contact_id": contact.label("contact_id")}
    return select(*[columns[name] for name in KeptFact.__struct_fields__])


def _kept(row: Sequence[Any]) -> KeptFact:
    return KeptFact(**dict(zip(KeptFact.__struct_fields__, row, strict=True)))


def _may_cost() -> list[ColumnElement[bool]]:
    return [_journal.c.kind.in_(_KINDS), _journal.c.contact_id.is_not(None)]


def _owners(connection: Connection, facts: Sequence[KeptFact]) -> dict[int, str]:
    """To whom receipts belong that came for somebody whom another contact was linked to."""
    receipts = [one for one in facts if one.kind == "messageStatus" and one.message_id is not None]
    contacts = {one.contact_id for one in receipts}
    if not contacts:
        return {}
    linked = connection.execute(select(_contact.c.linked_to).where(_contact.c.linked_to.in_(contacts)))
    doubtful = set(linked.scalars())
    asked = {(one.bot, one.message_id): one for one in receipts if one.contact_id in doubtful}
    if not asked:
        return {}
    sent = connection.execute(
        select(_outbox.c.bot, _outbox.c.platform_id, _outbox.c.contact_id).where(
            tuple_(_outbox.c.bot, _outbox.c.platform_id).in_(list(asked))
        )
    )
    senders = {(row.bot, row.platform_id): row.contact_id for row in sent}
    return {
        one.seq: senders[one.bot, one.message_id]
        for one in receipts
        if senders.get((one.bot, one.message_id), one.contact_id) != one.contact_id
    }


def _fetch_back(connection: Connection, facts: Sequence[KeptFact]) -> set[Key]:
    """Receipts that overtook the acceptance of a message to a contact that is linked to another by now."""
    sends = {one.contact_id: one for one in facts if one.kind == "sent" and one.message_id is not None}
    if not sends:
        return set()
    linked = connection.execute(
        select(_contact.c.contact_id, _contact.c.linked_to).where(
            _contact.c.contact_id.in_(sends), _contact.c.linked_to.is_not(None)
        )
    ).all()
    touched: set[Key] = set()
    for contact, other in linked:
        for send in (one for one in facts if one.contact_id == contact and one.kind == "sent"):
            touched |= _bring_home(connection, send, other)
    return touched


def _bring_home(connection: Connection, send: KeptFact, other: str) -> set[Key]:
    strays = [
        one
        for one in facts_of_keys(connection, [(send.bot, other)])[send.bot, other]
        if one.kind == "messageStatus" and one.message_id == send.message_id
    ]
    if not strays:
        return set()
    seqs = [one.seq for one in strays]
    connection.execute(delete(_fact).where(_fact.c.contact_id == other, _fact.c.seq.in_(seqs)))
    home = [{"contact_id": send.contact_id, "bot": send.bot, "seq": seq} for seq in seqs]
    connection.execute(insert_new(connection, _fact), home)
    connection.execute(insert_new(connection, _moved), [{"seq": seq, "contact_id": send.contact_id} for seq in seqs])
    return {(send.bot, other), (send.bot, send.contact_id)}
