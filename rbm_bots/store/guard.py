"""Attempts and misses: of a campaign over all its sends, of an application over its last thousand.

Totals are one row each, raised by one statement for a whole batch. The last sends of an application stand in a small
table of their own, because a receipt may say only later that one of them missed; what is older than the window goes.
Whoever lets a campaign or an application go on sets a mark: the ratio begins anew from there, the totals stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, delete, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from rbm_bots.rules.question import ErrorRatio
from rbm_bots.store.base import table
from rbm_bots.store.tables import AttemptRow, GuardRow, OutboxRow

__all__ = [
    "Attempt",
    "Counted",
    "GuardState",
    "Late",
    "Scope",
    "add",
    "forgive",
    "held_campaigns",
    "last_sends",
    "late",
    "mark_held",
    "prune",
    "ratios",
    "show",
]

Scope = Literal["campaign", "application"]
_WINDOW: Final = 1000  # of an application that is not served any more
_guard = table(GuardRow)
_attempt = table(AttemptRow)
_outbox = table(OutboxRow)
_FIRST: Final = {"past_attempts": 0, "past_misses": 0, "held_at": 0}


def _adding(insert: sqlite.Insert | postgresql.Insert) -> ReturningInsert[Any]:
    return insert.on_conflict_do_nothing().returning(_attempt.c.message_id)


def _raising(insert: sqlite.Insert | postgresql.Insert) -> ReturningInsert[Any]:
    raised = {name: _guard.c[name] + insert.excluded[name] for name in ("attempts", "misses")}
    upsert = insert.on_conflict_do_update(index_elements=["scope", "name"], set_=raised)
    return upsert.returning(_guard)


def _last_sends() -> Select[int, int]:
    last = (
        select(_attempt.c.missed)
        .where(_attempt.c.application == bindparam("application"))
        .order_by(_attempt.c.seq.desc())
        .limit(bindparam("window"))
        .subquery()
    )
    return select(func.count(), func.count().filter(last.c.missed)).select_from(last)


# built once: these run with every load of results
_ADD: Final = {"sqlite": _adding(sqlite.insert(_attempt)), "postgresql": _adding(postgresql.insert(_attempt))}
_RAISE: Final = {"sqlite": _raising(sqlite.insert(_guard)), "postgresql": _raising(postgresql.insert(_guard))}
_LAST_SENDS: Final = _last_sends()


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A send that ended; ``missed``: its number is unknown or not served."""

    message_id: str
    campaign: str | None
    missed: bool


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was taken, and of which a receipt now says that it missed."""

    message_id: str
    campaign: str | None
    bot: str
    contact_id: str


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What a load of sends came to. ``new``: counted now; ``missed`` of them; the ratios that this changed.

    ``application`` is the total since a person let it go on, not that of its last sends.
    """

    new: int = 0
    missed: int = 0
    application: ErrorRatio = ErrorRatio()
    campaigns: dict[str, ErrorRatio] = {}


class GuardState(msgspec.Struct, frozen=True, kw_only=True):
    """One row, to be shown. ``ratio``: what is judged now. ``held_at``: since when it is held (ms; 0: it is not)."""

    scope: Scope
    name: str
    application: str
    attempts: int
    misses: int
    held_at: int
    ratio: ErrorRatio


def add(connection: Connection, application: str, attempts: Sequence[Attempt]) -> Counted:
    """Count sends that ended. One that was counted before (sent again by a person) is not counted."""
    rows = [{"message_id": one.message_id, "application": application, "missed": one.missed} for one in attempts]
    if not rows:
        return Counted()
    new = set(connection.execute(_ADD[connection.dialect.name], rows).scalars())
    return _raise(connection, application, [one for one in attempts if one.message_id in new])


def _raise(connection: Connection, application: str, new: Sequence[Attempt | Late]) -> Counted:
    """Add to the totals, in one order of rows so that no two writers wait in a circle.

    A late miss is not another attempt.
    """
    attempts: Counter[tuple[Scope, str]] = Counter()
    misses: Counter[tuple[Scope, str]] = Counter()
    for one in new:
        keys: list[tuple[Scope, str]] = [("application", application)]
        keys += [("campaign", one.campaign)] if one.campaign is not None else []
        for key in keys:
            attempts[key] += isinstance(one, Attempt)
            misses[key] += isinstance(one, Late) or one.missed
    rows = [
        {**_FIRST, "scope": scope, "name": name, "application": application, "attempts": attempts[scope, name],
         "misses": misses[scope, name]}
        for scope, name in sorted(attempts)
    ]  # fmt: skip
    if not rows:
        return Counted()
    found = {(row.scope, row.name): _ratio(row) for row in connection.execute(_RAISE[connection.dialect.name], rows)}
    return Counted(
        new=len(new),
        missed=sum(misses[key] for key in misses if key[0] == "application"),
        application=found["application", application],
        campaigns={name: ratio for (scope, name), ratio in found.items() if scope == "campaign"},
    )


def late(connection: Connection, application: str, keys: Collection[tuple[str, str]]) -> tuple[Counted, list[Late]]:
    """Receipts say that these (bot, platform id) missed: count those that were not counted as missed; which."""
    if not keys:
        return Counted(), []
    found = connection.execute(
        select(_outbox.c.message_id, _outbox.c.campaign, _outbox.c.bot, _outbox.c.contact_id, _attempt.c.missed)
        .join_from(_outbox, _attempt, _attempt.c.message_id == _outbox.c.message_id, isouter=True)
        .where(
            _outbox.c.application == application,
            _outbox.c.operation == "message",
            tuple_(_outbox.c.bot, _outbox.c.platform_id).in_(sorted(keys)),
        )
        .order_by(_outbox.c.message_id)
    ).all()
    told = [
        Late(message_id=row.message_id, campaign=row.campaign, bot=row.bot, contact_id=row.contact_id)
        for row in found
        if not row.missed
    ]
    connection.execute(
        update(_attempt).where(_attempt.c.message_id.in_([one.message_id for one in told])).values(missed=True)
    )
    return _raise(connection, application, told), told


def prune(connection: Connection, application: str, *, keep: int) -> None:
    """Forget the sends of an application that are older than its last ``keep``."""
    oldest = (
        select(_attempt.c.seq)
        .where(_attempt.c.application == application)
        .order_by(_attempt.c.seq.desc())
        .offset(keep)
        .limit(1)
        .scalar_subquery()
    )
    connection.execute(delete(_attempt).where(_attempt.c.application == application, _attempt.c.seq <= oldest))


def last_sends(connection: Connection, application: str, *, window: int) -> ErrorRatio:
    """The ratio of an application over its last ``window`` sends."""
    attempts, misses = connection.execute(_LAST_SENDS, {"application": application, "window": window}).one()
    return ErrorRatio(attempts=attempts, errors=misses)


def ratios(
    connection: Connection, application: str, campaigns: Collection[str], *, window: int
) -> dict[str | None, ErrorRatio]:
    """What is judged: each campaign's ratio, and under ``None`` the application's over its last ``window`` sends."""
    found: dict[str | None, ErrorRatio] = {None: last_sends(connection, application, window=window)}
    if campaigns:
        rows = connection.execute(
            select(_guard).where(_guard.c.scope == "campaign", _guard.c.name.in_(sorted(campaigns)))
        )
        found |= {row.name: _ratio(row) for row in rows}
    return found


def _ratio(row: Row[Any]) -> ErrorRatio:
    """What is judged of a total: what came after a person let it go on."""
    return ErrorRatio(attempts=row.attempts - row.past_attempts, errors=row.misses - row.past_misses)


def mark_held(connection: Connection, scope: Scope, name: str, *, now_ms: int) -> bool:
    """Note that the guard stopped it; false when it is noted already."""
    held = update(_guard).where(_guard.c.scope == scope, _guard.c.name == name, _guard.c.held_at == 0)
    return bool(connection.execute(held.values(held_at=now_ms)).rowcount)


def forgive(connection: Connection, scope: Scope, name: str) -> bool:
    """A person lets it go on: what was counted so far is not held against it. False: nobody knows it."""
    forgiven = update(_guard).where(_guard.c.scope == scope, _guard.c.name == name)
    known = connection.execute(
        forgiven.values(past_attempts=_guard.c.attempts, past_misses=_guard.c.misses, held_at=0)
    ).rowcount
    if scope == "application":
        connection.execute(delete(_attempt).where(_attempt.c.application == name))
    return bool(known)


def held_campaigns(connection: Connection) -> set[str]:
    """The campaigns that were stopped because of their own ratio."""
    held = select(_guard.c.name).where(_guard.c.scope == "campaign", _guard.c.held_at > 0)
    return set(connection.execute(held).scalars())


def show(connection: Connection, windows: Mapping[str, int]) -> list[GuardState]:
    """Every campaign and application that sent something. ``windows``: by application, as in :func:`ratios`."""
    rows = connection.execute(select(_guard).order_by(_guard.c.application, _guard.c.scope, _guard.c.name)).all()
    last = {
        name: last_sends(connection, name, window=windows.get(name, _WINDOW))
        for name in {row.application for row in rows}
    }
    return [
        GuardState(
            scope=row.scope,
            name=row.name,
            application=row.application,
            attempts=row.attempts,
            misses=row.misses,
            held_at=row.held_at,
            ratio=last[row.application] if row.scope == "application" else _ratio(row),
        )
        for row in rows
    ]
