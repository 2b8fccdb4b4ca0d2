"""Campaigns: their rows, their states, and what a change of state does to messages that have not left.

``importing`` becomes ``running`` when the audience is complete; ``running`` and ``paused`` follow a person's word or a
guard's; ``done`` and ``cancelled`` are final. A pause holds what waits in the outbox (state ``held``), so that nothing
more leaves for it; a resume puts it back in its old place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from rbm_bots.store import guard
from rbm_bots.store.base import insert_new, table
from rbm_bots.store.tables import CampaignRow, OutboxRow

__all__ = [
    "OPEN",
    "Imported",
    "Kept",
    "any_open",
    "begin",
    "cancel",
    "fed",
    "finish",
    "get",
    "hold",
    "imported",
    "let_go",
    "listed",
    "obey",
    "pause",
    "queued_counts",
    "resume",
    "running",
    "taken_back",
    "waiting_messages",
    "without_fallback",
]

OPEN = ("importing", "running", "paused")
"""The states of a campaign that may still send."""

_campaign = table(CampaignRow)
_outbox = table(OutboxRow)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as it is stored; instants in milliseconds, ``spec`` sealed."""

    campaign_id: str
    application: str
    bot: str
    brand: str
    message_class: str
    state: str
    why: str
    per_second: int | None
    fallback: bool
    starts_at: int
    ends_at: int | None
    fed_until: int
    spec: bytes
    rows: int
    duplicates: int
    invalid: int
    incomplete: int
    created_at: int
    changed_at: int


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines an audience had, and how many of them could not be used."""

    rows: int
    duplicates: int
    invalid: int
    incomplete: int


def begin(connection: Connection, row: CampaignRow) -> bool:
    """Keep a campaign whose audience is about to come; false when its name is taken."""
    made = connection.execute(insert_new(connection, _campaign), row.model_dump())
    return bool(made.rowcount)


def get(connection: Connection, campaign: str, *, lock: bool = False) -> Kept | None:
    """The campaign of this name. ``lock``: nobody else changes it until the transaction ends."""
    wanted = select(_campaign).where(_campaign.c.campaign_id == campaign)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    return _kept(row) if row is not None else None


def listed(connection: Connection) -> list[Kept]:
    """Every campaign, the newest first."""
    rows = connection.execute(select(_campaign).order_by(_campaign.c.created_at.desc(), _campaign.c.campaign_id))
    return [_kept(row) for row in rows]


def running(connection: Connection, application: str, *, states: Sequence[str] = ("running",)) -> list[Kept]:
    """The campaigns of an application in one of ``states``, the oldest first, locked until the transaction ends."""
    rows = connection.execute(
        select(_campaign)
        .where(_campaign.c.application == application, _campaign.c.state.in_(states))
        .order_by(_campaign.c.created_at, _campaign.c.campaign_id)
        .with_for_update()
    )
    return [_kept(row) for row in rows]


def any_open(connection: Connection, application: str) -> bool:
    """Whether this application has a campaign that runs or is paused."""
    found = connection.execute(
        select(_campaign.c.campaign_id)
        .where(_campaign.c.application == application, _campaign.c.state.in_(("running", "paused")))
        .limit(1)
    )
    return found.first() is not None


def _kept(row: Row[Any]) -> Kept:
    values = dict(row._mapping)  # noqa: SLF001 - the public name of a row's columns
    return Kept(**values | {"spec": row.spec or b""})


def imported(connection: Connection, campaign: str, counts: Imported, *, now_ms: int) -> bool:
    """The audience is complete: the campaign runs from now on. False when it was not waiting for that."""
    values = {"state": "running", "changed_at": now_ms, **msgspec.structs.asdict(counts)}
    return _move(connection, campaign, ("importing",), values)


def pause(connection: Connection, campaign: str, why: str, *, now_ms: int = 0) -> bool:
    """Nothing more of it leaves until a resume; ``why`` is shown. False when it does not run."""
    if not _move(connection, campaign, ("running",), {"state": "paused", "why": why, "changed_at": now_ms}):
        return False
    hold(connection, campaign)
    return True


def resume(connection: Connection, campaign: str, *, now_ms: int) -> bool:
    """Go on where it stopped, its error ratio counted anew. False when it is not paused."""
    if not _move(connection, campaign, ("paused",), {"state": "running", "why": "", "changed_at": now_ms}):
        return False
    guard.forgive(connection, "campaign", campaign)
    _in_outbox(connection, campaign, "held", "queued")
    return True


def finish(connection: Connection, campaign: str, *, state: str, now_ms: int, why: str = "") -> bool:
    """It ends: ``done`` or ``cancelled``. False when it had ended before."""
    return _move(connection, campaign, OPEN, {"state": state, "why": why, "changed_at": now_ms})


def cancel(connection: Connection, campaign: str, *, now_ms: int) -> bool:
    """End it by hand: what waits in the outbox is held, so that nothing leaves until it is taken back.

    True as well when that was broken off before and messages are still there. False when there is nothing to do.
    """
    if finish(connection, campaign, state="cancelled", why="by hand", now_ms=now_ms):
        hold(connection, campaign)
        return True
    kept = get(connection, campaign)
    return kept is not None and kept.state == "cancelled" and bool(waiting_messages(connection, campaign))


def hold(connection: Connection, campaign: str) -> int:
    """Keep back what waits in the outbox for this campaign; how many messages."""
    return _in_outbox(connection, campaign, "queued", "held")


def _in_outbox(connection: Connection, campaign: str, current: str, wanted: str) -> int:
    waits = _of_campaign(campaign, (current,))
    return connection.execute(update(_outbox).where(*waits).values(state=wanted)).rowcount


def _of_campaign(campaign: str, states: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    """Its messages whose turn has not come; an SMS that follows one that has left belongs to what has begun."""
    return _outbox.c.campaign == campaign, _outbox.c.operation == "message", _outbox.c.state.in_(states)


def _move(connection: Connection, campaign: str, current: Sequence[str], values: dict[str, object]) -> bool:
    moved = connection.execute(
        update(_campaign).where(_campaign.c.campaign_id == campaign, _campaign.c.state.in_(current)).values(**values)
    )
    return bool(moved.rowcount)


def waiting_messages(connection: Connection, campaign: str) -> list[str]:
    """The ids of its messages in the outbox that have not left, held or not."""
    found = connection.execute(select(_outbox.c.message_id).where(*_of_campaign(campaign, ("queued", "held"))))
    return list(found.scalars())


def let_go(connection: Connection, ids: Collection[str]) -> None:
    """Put these messages back into the queue if they are held; take them back in the same transaction."""
    held = (_outbox.c.message_id.in_(sorted(ids)), _outbox.c.state == "held")
    connection.execute(update(_outbox).where(*held).values(state="queued"))


def taken_back(connection: Connection, campaign: str) -> int:
    """How many of its messages were in the outbox when it was cancelled, and did not leave."""
    waited = _of_campaign(campaign, ("refused",))
    return connection.execute(select(func.count()).where(*waited, _outbox.c.reason == "cancelled")).scalar_one()


def queued_counts(connection: Connection, campaigns: Sequence[str]) -> dict[str, int]:
    """How many messages of each of these campaigns wait in the outbox for RCS."""
    rows = connection.execute(
        select(_outbox.c.campaign, func.count().label("messages"))
        .where(_outbox.c.campaign.in_(campaigns), _outbox.c.operation == "message", _outbox.c.state == "queued")
        .group_by(_outbox.c.campaign)
    )
    return {row.campaign: row.messages for row in rows}


def obey(connection: Connection, names: Collection[str], withdraw: Callable[[list[str]], object]) -> None:
    """Messages of scenes were just queued: hold those of paused campaigns, and ``withdraw`` those of cancelled ones.

    Locks the campaigns, so that a pause at the same moment sees these messages, or is seen here.
    """
    rows = connection.execute(
        select(_campaign.c.campaign_id, _campaign.c.state)
        .where(_campaign.c.campaign_id.in_(sorted(names)), _campaign.c.state.in_(("running", "paused", "cancelled")))
        .order_by(_campaign.c.campaign_id)
        .with_for_update(read=True)
    )
    for row in rows.all():
        if row.state == "paused":
            hold(connection, row.campaign_id)
        elif row.state == "cancelled":
            waiting = waiting_messages(connection, row.campaign_id)
            let_go(connection, waiting)
            withdraw(waiting)


def without_fallback(connection: Connection, names: Collection[str]) -> set[str]:
    """Which of these campaigns want no SMS in the place of what does not arrive."""
    found = connection.execute(
        select(_campaign.c.campaign_id).where(_campaign.c.campaign_id.in_(sorted(names)), ~_campaign.c.fallback)
    )
    return set(found.scalars())


def fed(connection: Connection, campaign: str, *, until_ms: int) -> None:
    """The throttle of this campaign is used up to ``until_ms``."""
    connection.execute(update(_campaign).where(_campaign.c.campaign_id == campaign).values(fed_until=until_ms))
