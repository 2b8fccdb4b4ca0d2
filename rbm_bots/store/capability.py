"""The book of capability: who can be reached by RCS, who said so, and how old that is.

Theory of operation. An answer is paid for with a call that runs only at night, so it is kept for as long as it may be
believed: three months when it says yes, two when it says no. After that the person is unknown again, and the night's
check asks anew. Two things are learned for nothing. Whoever writes by RCS, or whose phone took a message, has it: such
an event is written down only when no yes younger than a month stands there, so that talking people cost no writes. A
send that found nobody says no for four hours, without harm to the answer before: a phone that was merely moved to
another network is believed again by itself.

One row for each person, not for each bot: the answer is about a phone. ``bot`` is who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

import msgspec
from sqlalchemy import Connection, Row, and_, case, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rbm_bots.clock import from_ms, to_ms
from rbm_bots.store.base import insert_new, table
from rbm_bots.store.bulk import insert_many
from rbm_bots.store.tables import CapabilityRow, ConversationRow, VaultRow

__all__ = [
    "FAILED_FOR_MS",
    "Answer",
    "Known",
    "Learned",
    "Source",
    "due",
    "enrol",
    "known",
    "learned",
    "months_before",
    "note_operators",
    "people_of",
    "reached",
    "want",
    "without_operator",
]

Answer = Literal["rcs", "none", "unknown"]
Source = Literal["bulk", "unitary", "failed_send", "inbound", "import"]

FAILED_FOR_MS: Final = 4 * 3_600_000
"""How long a send that found nobody counts as a no."""

_YES_MONTHS: Final = 3
_NO_MONTHS: Final = 2
_FRESH_MONTHS: Final = 1  # a yes younger than this is not written again; a person asked about is left alone as long
_AT_ONCE: Final = 500

_Row = TypeVar("_Row")
_book = table(CapabilityRow)
_conversation = table(ConversationRow)
_vault = table(VaultRow)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What may be believed of a person now. ``at``: since when (ms); ``operator``: who serves the number, if known."""

    answer: Answer = "unknown"
    operator: str | None = None
    at: int | None = None
    source: Source | None = None


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was learned at ``at`` (ms); ``answer`` is ``None`` when the platform said nothing of the person.

    A ``failed_send`` says ``none`` whatever its ``answer``. ``bot``: who asks about the person from now on, if nobody
    does.
    """

    contact_id: str
    bot: str
    answer: Literal["rcs", "none"] | None
    source: Source
    at: int


def known(connection: Connection, contact_ids: Sequence[str], *, now_ms: int) -> dict[str, Known]:
    """What is known of each of these people; all of them are in it."""
    found = dict.fromkeys(contact_ids, Known())
    for some in _slices(list(found)):
        for row in connection.execute(select(_book).where(_book.c.contact_id.in_(some))):
            found[row.contact_id] = _believed(row, now_ms)
    return found


def _believed(row: Row[Any], now_ms: int) -> Known:
    proven = row.source == "inbound" and row.at >= row.operator_at  # it came by a route of ours, whatever a file says
    operator = None if proven else row.operator
    if row.failed_at > max(row.at, now_ms - FAILED_FOR_MS):
        return Known(answer="none", operator=operator, at=row.failed_at, source="failed_send")
    months = _YES_MONTHS if row.answer == "rcs" else _NO_MONTHS
    if row.answer is None or row.at < months_before(now_ms, months):
        return Known(operator=operator)
    return Known(answer=row.answer, operator=operator, at=row.at, source=row.source)


def learned(connection: Connection, rows: Sequence[Learned]) -> None:
    """Write into the book; what is older than what stands there changes nothing."""
    newest = {one.contact_id: one for one in sorted(rows, key=lambda one: one.at) if one.source != "failed_send"}
    failed = {one.contact_id: one for one in sorted(rows, key=lambda one: one.at) if one.source == "failed_send"}
    for some in _slices(list(newest.values())):
        told = [one for one in some if one.answer is not None]
        _upsert(connection, [_answered(one) for one in told], ("answer", "at", "source", "asked_at"), by="at")
        silent = [{**_blank(one), "asked_at": one.at} for one in some if one.answer is None]
        _upsert(connection, silent, ("asked_at",), by="asked_at")
    for some in _slices(list(failed.values())):
        _upsert(connection, [{**_blank(one), "failed_at": one.at} for one in some], ("failed_at",), by="failed_at")


def _blank(one: Learned) -> dict[str, object]:
    return {
        "contact_id": one.contact_id,
        "bot": one.bot,
        "answer": None,
        "at": 0,
        "source": None,
        "failed_at": 0,
        "asked_at": 0,
        "operator": None,
        "operator_at": 0,
    }


def _answered(one: Learned) -> dict[str, object]:
    return {**_blank(one), "answer": one.answer, "at": one.at, "source": one.source, "asked_at": one.at}


def _upsert(connection: Connection, rows: Sequence[dict[str, object]], columns: Sequence[str], *, by: str) -> None:
    """Insert rows, or take ``columns`` from them where their ``by`` is the later one. The rows go in by contact.

    One order for all writers: two transactions never wait for each other in a circle.
    """
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    wanted = insert(_book).values(sorted(rows, key=lambda row: str(row["contact_id"])))
    changed = {name: wanted.excluded[name] for name in columns}
    connection.execute(
        wanted.on_conflict_do_update(
            index_elements=["contact_id"], set_=changed, where=_book.c[by] < wanted.excluded[by]
        )
    )


def reached(connection: Connection, pairs: Iterable[tuple[str, str]], *, now_ms: int) -> None:
    """Something came from the RCS of these (bot, contact), so they have it. A fresh yes is not written again.

    It is where their operator was looked up since, because the look-up may be wrong about them.
    """
    bots = {contact: bot for bot, contact in pairs}
    fresh = and_(
        _book.c.answer == "rcs",
        _book.c.at >= months_before(now_ms, _FRESH_MONTHS),
        _book.c.failed_at < _book.c.at,
        _book.c.operator.is_(None) | ((_book.c.source == "inbound") & (_book.c.operator_at <= _book.c.at)),
    )
    told = set(connection.execute(select(_book.c.contact_id).where(_book.c.contact_id.in_(bots), fresh)).scalars())
    rows = [
        Learned(contact_id=contact, bot=bot, answer="rcs", source="inbound", at=now_ms)
        for contact, bot in bots.items()
        if contact not in told
    ]
    learned(connection, rows)


def want(connection: Connection, bot: str, contact_ids: Sequence[str]) -> None:
    """Let the nightly check of ``bot`` ask about these people from now on; somebody who has a row keeps it."""
    columns = ("contact_id", "bot", "at", "failed_at", "asked_at", "operator_at")
    insert_many(connection, _book, columns, [(one, bot, 0, 0, 0, 0) for one in sorted(set(contact_ids))])


def enrol(connection: Connection, bot: str) -> None:
    """Let the nightly check of ``bot`` ask about everybody it has ever talked with."""
    talked = select(
        _conversation.c.contact_id, _conversation.c.bot, *(literal(0) for _ in range(4))
    ).where(_conversation.c.bot == bot)  # fmt: skip
    columns = ("contact_id", "bot", "at", "failed_at", "asked_at", "operator_at")
    # SQLite reads «SELECT … ON CONFLICT» as a join without a WHERE; there is one
    connection.execute(insert_new(connection, _book).from_select(columns, talked))


def due(
    connection: Connection, bot: str, *, now_ms: int, most: int, served: Iterable[str], looked_since_ms: int = 0
) -> list[str]:
    """Whom the bot's next check asks about: never tested first, then the oldest.

    A no is asked again after two months, a yes after three (Orange). Left out are people without a number, those asked
    about within a month (the platform said nothing of them), and numbers of operators that are not ``served``, if they
    were looked up after ``looked_since_ms``: numbers change their operator.
    """
    old_no, old_yes = months_before(now_ms, _NO_MONTHS), months_before(now_ms, _YES_MONTHS)
    has_number = select(_vault.c.contact_id).where(
        _vault.c.contact_id == _book.c.contact_id, _vault.c.kind == "msisdn"
    )  # fmt: skip
    found = connection.execute(
        select(_book.c.contact_id)
        .where(
            _book.c.bot == bot,
            _book.c.at < case((_book.c.answer == "rcs", old_yes), else_=old_no),
            _book.c.at < old_no,  # says the same, in words the index understands
            _book.c.asked_at < months_before(now_ms, _FRESH_MONTHS),
            or_(
                _book.c.operator.is_(None),
                _book.c.operator.in_(tuple(served)),
                _book.c.operator_at < looked_since_ms,
            ),
            has_number.exists(),
        )
        .order_by(_book.c.at, _book.c.contact_id)
        .limit(most)
    )
    return list(found.scalars())


def people_of(connection: Connection, bot: str, *, after: str, most: int) -> list[str]:
    """Whom the bot has talked with or asks about, in the order of their ids, beginning after ``after``."""
    talked = select(_conversation.c.contact_id).where(_conversation.c.bot == bot, _conversation.c.contact_id > after)
    asked = select(_book.c.contact_id).where(_book.c.bot == bot, _book.c.contact_id > after)
    both = talked.union(asked).order_by("contact_id").limit(most)
    return list(connection.execute(both).scalars())


def without_operator(connection: Connection, contact_ids: Sequence[str], *, since_ms: int) -> list[str]:
    """Which of these people have no operator in the book that was looked up since then."""
    told: set[str] = set()
    for some in _slices(list(contact_ids)):
        asked = select(_book.c.contact_id).where(_book.c.contact_id.in_(some), _book.c.operator_at >= since_ms)
        told |= set(connection.execute(asked).scalars())
    return [one for one in contact_ids if one not in told]


def note_operators(connection: Connection, operators: dict[str, str | None], *, now_ms: int) -> None:
    """Who serves each contact; ``None``: the look-up does not know. Whoever is not in the book is not added."""
    for operator in sorted(set(operators.values()), key=str):
        for some in _slices([one for one, name in operators.items() if name == operator]):
            connection.execute(
                update(_book).where(_book.c.contact_id.in_(some)).values(operator=operator, operator_at=now_ms)
            )


def months_before(now_ms: int, months: int) -> int:
    """The same instant (ms) so many calendar months earlier, UTC; in a month that is too short, its last day."""
    now = from_ms(now_ms)
    whole = now.year * 12 + now.month - 1 - months
    first = datetime(whole // 12, whole % 12 + 1, 1, tzinfo=now.tzinfo)
    after = datetime((whole + 1) // 12, (whole + 1) % 12 + 1, 1, tzinfo=now.tzinfo)
    day = min(now.day, (after - first).days)
    return to_ms(now.replace(year=first.year, month=first.month, day=day)) + now_ms % 1


def _slices(rows: Sequence[_Row]) -> Iterable[list[_Row]]:
    return (list(rows[at : at + _AT_ONCE]) for at in range(0, len(rows), _AT_ONCE))
