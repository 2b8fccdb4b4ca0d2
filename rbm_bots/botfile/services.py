"""What a bot asks others for: free times, a human, an offer, an HTTP server. Settings, and the steps that use them.

Like all of :mod:`rbm_bots.botfile.model`: frozen, and complete. Whatever a file leaves out stands here with its
default, texts included; a step that overrides keys of its section holds the merged result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from rbm_bots.botfile.hours import ALWAYS, Hours
from rbm_bots.botfile.model import CardSpec, Chip, Handler, Mark, SendStep, Step, Target, Wait

if TYPE_CHECKING:
    from rbm_bots.botfile.conditions import Condition
    from rbm_bots.botfile.text import Data, Text

__all__ = [
    "Calendar",
    "FreeHelp",
    "Handover",
    "Help",
    "HttpAction",
    "MeteredHelp",
    "Offer",
    "PaidHelp",
    "Reminder",
    "Rendezvous",
    "ShowOffer",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendezvous(Wait):
    """``rendezvous``: fill a datetime slot from free times (bot language 6.4).

    ``find`` is an action that is called with ``args`` and gives free times, earliest first. They are shown as a card
    for each of ``days`` days with ``per_day`` chips, or as at most ten chips. ``hold``: how long the chosen instant is
    kept from others. ``reads``: the slots that ``args`` name; a change of one of them asks again.
    """

    slot: str
    find: str
    args: Mapping[str, Data] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()
    style: Literal["carousel", "chips"] = "carousel"
    days: int = 5
    per_day: int = 4
    more: Text
    hold: timedelta = timedelta(minutes=10)
    none: Target
    on_error: Mapping[str, Handler] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """``remind`` of a ``do``: ``say`` is sent so long before ``at``. ``ref`` names it for ``moves`` and ``cancels``."""

    at: Data
    before: tuple[timedelta, ...]
    ref: Data
    say: Text
    suggest: tuple[Chip, ...] = ()
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One entry of ``calendars``: opening hours cut into slots, and where its bookings are kept.

    ``source``: our own table, or an iCalendar at ``url`` (https) or in ``file`` (under the bot's folder).
    """

    name: str
    source: Literal["builtin", "ics"]
    hours: Hours
    url: str | None = None
    file: str | None = None
    slot: timedelta = timedelta(minutes=30)
    capacity: int = 1
    notice: timedelta = timedelta(hours=2)
    days: int = 30
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAction:
    """One entry of ``actions`` (bot language 14.2). Its texts read only ``takes``, ``secret``, ``bot`` and the time.

    ``gives``: the fields of the answer, empty when the file does not tell. ``gives_list``: the answer is a list.
    ``errors``: code to HTTP status. ``timeout`` is at most 30 seconds.
    """

    name: str
    method: str
    url: Text
    headers: Mapping[str, Data] = field(default_factory=dict)
    query: Mapping[str, Data] = field(default_factory=dict)
    json: Mapping[str, Data] | None = None
    takes: Mapping[str, str] = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    gives_list: bool = False
    pick: tuple[str, ...] = ()
    errors: Mapping[str, int] = field(default_factory=dict)
    timeout: timedelta = timedelta(seconds=10)
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One entry of ``offers``. ``tiers``: tier to value; ``first`` and ``last`` are the days it runs, both included.

    ``limit``: how often it is shown to one person.
    """

    name: str
    topic: str
    card: CardSpec
    tiers: Mapping[str, Decimal] = field(default_factory=dict)
    when: Condition | None = None
    first: date | None = None
    last: date | None = None
    limit: int | None = None
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOffer(SendStep):
    """``offer``: the best offers of some topics; no ``topics`` means of any."""

    topics: tuple[str, ...] = ()
    most: int = 1
    none: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What free and metered human help share (bot language, chapter 12).

    ``timeout``: for an agent to accept; then ``busy`` is said and the talk goes to ``otherwise``. ``idle``: without a
    word from either side. ``carry``: slots that the agent sees.
    """

    team: str
    hours: Hours = ALWAYS
    timeout: timedelta = timedelta(minutes=10)
    busy: Text
    otherwise: Target
    idle: timedelta
    carry: tuple[str, ...] = ()
    back: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeHelp(Help):
    """``handover``: ``say`` when it is asked for, ``closed`` outside of hours or with nobody there."""

    say: Text
    closed: Text
    rating: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredHelp(Help):
    """``paid_help``: charged by time, never above ``cap`` euros, only to people of ``operators``."""

    level: str
    cap: Decimal
    operators: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    media: tuple[str, ...] = ("chat",)
    intro: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover(Step):
    """``handover``: a human takes the conversation; the next step follows when they leave."""

    help: FreeHelp


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidHelp(Step):
    """``paid_help``: the same, metered."""

    help: MeteredHelp
