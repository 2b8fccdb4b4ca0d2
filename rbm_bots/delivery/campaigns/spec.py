"""A campaign as its file says it: frozen values that are stored with it, so that a later edit changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

__all__ = [
    "Audience",
    "Campaign",
    "Column",
    "Consent",
    "CsvSource",
    "Link",
    "MessageClass",
    "ParquetSource",
    "Schedule",
    "SingleMessage",
    "Source",
    "SqlSource",
    "Variant",
]

MessageClass = Literal["code", "service", "marketing"]
_Spans = tuple[tuple[int, int], ...]


class CsvSource(msgspec.Struct, frozen=True, kw_only=True, tag="csv"):
    """A text file with a header line. ``separator``: empty to take it from that line."""

    path: str
    encoding: str = "utf-8"
    separator: str = ""


class ParquetSource(msgspec.Struct, frozen=True, kw_only=True, tag="parquet"):
    """A Parquet file."""

    path: str


class SqlSource(msgspec.Struct, frozen=True, kw_only=True, tag="sql"):
    """The rows of a query. ``url``: a database, or ``$NAME`` for a variable of the environment that holds it."""

    url: str
    query: str


Source = CsvSource | ParquetSource | SqlSource


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """The columns that prove the opt-in: when it was given (an instant or a date), and where that can be shown."""

    at: str
    proof: str


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Who is meant. ``number`` is the column with E.164 numbers, ``reference`` the brand's own key of a person."""

    source: Source
    number: str
    reference: str = ""
    consent: Consent | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """Where a name of the message or a slot of the scene comes from. ``otherwise`` stands in for an empty cell."""

    source: str
    otherwise: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A suggestion under a single message: a page, a call, or (with neither) words to answer with."""

    label: str
    url: str = ""
    dial: str = ""


class SingleMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One text with suggestions; both texts may hold ``{{ name }}``. ``sms``: what an SMS says in its place."""

    text: str
    sms: str = ""
    links: tuple[Link, ...] = ()


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """What one group gets: a scene of the bot, or a message. ``share``: in ten-thousandths of those who get anything.

    ``needs``: the names that may not be empty for it.
    """

    name: str
    share: int
    scene: str = ""
    message: SingleMessage | None = None
    needs: tuple[str, ...] = ()


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When it may leave. ``hours``: weekday (0 is Monday) to minutes after midnight in ``zone``; empty: any time.

    ``spread``: it may go on on another day; without it, it has to end before the first closing.
    """

    zone: str
    starts: datetime | None = None
    ends: datetime | None = None
    hours: dict[int, _Spans] = {}
    spread: bool = True


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign. Shares are ten-thousandths, money is millionths of a euro.

    ``budget``: the cap a month; ``ceiling``: the price of a recipient where the contract names none. ``per_second``:
    its throttle. ``fallback``: an SMS may follow. ``untested``: whether people of whom nobody knows if they have RCS
    wait for the next check. ``testers``: the numbers that a test may be sent to, by name.
    """

    name: str
    bot: str
    message_class: MessageClass
    audience: Audience
    columns: dict[str, Column] = {}
    variants: tuple[Variant, ...]
    holdout: int = 0
    schedule: Schedule
    per_second: int | None = None
    fallback: bool = True
    untested: Literal["go", "wait"] = "go"
    budget: int | None = None
    ceiling: int | None = None
    testers: dict[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of ``columns`` in their order, as a recipient's fields are kept."""
        return tuple(self.columns)
