"""Which rows the owner of an application sends next: by lane and in order, one of each person.

Theory of operation. One message at a time for each person keeps a bot's messages in order. So of the first rows of the
queue some are left out: their person's call is under way, or an older row of theirs goes first. Where that leaves too
few, the queue is asked again without these people. So somebody to whom a hundred messages wait holds nobody else up.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from rbm_bots.store import leases, outbox
from rbm_bots.store.outbox import Queued

__all__ = ["Picked", "pick"]

_LOOK_AHEAD: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The rows, and until when the application is paused (ms; 0: it is not), both of one instant."""

    rows: tuple[Queued, ...]
    paused_until: int


def pick(
    connection: Connection, application: str, *, busy: Collection[tuple[str, str]], now_ms: int, enough: int
) -> Picked:
    """At least ``enough`` rows if so many people wait. ``busy``: the (bot, contact) whose call is under way."""
    taken = set(busy)
    chosen: list[Queued] = []
    most, without = _LOOK_AHEAD + len(taken), frozenset[tuple[str, str]]()
    while len(chosen) < enough:
        found = outbox.take(connection, application, now_ms=now_ms, most=most, without=without)
        for row in found:
            person = row.bot, row.contact_id
            if person not in taken:
                taken.add(person)
                chosen.append(row)
        if len(found) < most:
            break
        most, without = _LOOK_AHEAD, frozenset(taken)
    paused_until = leases.paused_until(connection, f"application:{application}")
    return Picked(rows=tuple(chosen), paused_until=paused_until)
