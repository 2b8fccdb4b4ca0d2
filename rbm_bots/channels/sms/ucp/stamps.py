"""Times on the wire: day first, no zone. They are the SMSC's local time, Europe/Paris unless set otherwise.

One hour in October exists twice. What we send avoids it: a validity ends before it, a deferred delivery starts after
it. What comes in keeps its raw digits, which are the key of a message, and is marked as uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["Stamp", "defer_digits", "is_stamp", "read_stamp", "stamp_digits", "validity_digits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time that came in. ``at`` is UTC, ``None`` when the digits name no time; ``uncertain``: they name two."""

    digits: str
    at: datetime | None
    uncertain: bool = False


def is_stamp(digits: str) -> bool:
    """Whether ``DDMMYYhhmm`` or ``DDMMYYhhmmss`` is a time of the calendar."""
    return _local(digits) is not None


def read_stamp(digits: str, zone: ZoneInfo) -> Stamp:
    """The instant that the SMSC's local digits name."""
    local = _local(digits)
    if local is None:
        return Stamp(digits=digits, at=None)
    first, second = local.replace(tzinfo=zone), local.replace(tzinfo=zone, fold=1)
    return Stamp(digits=digits, at=first.astimezone(UTC), uncertain=first.utcoffset() != second.utcoffset())


def stamp_digits(at: datetime, zone: ZoneInfo) -> str:
    """``DDMMYYhhmmss`` of an instant."""
    return at.astimezone(zone).strftime("%d%m%y%H%M%S")


def validity_digits(at: datetime, zone: ZoneInfo) -> str:
    """``DDMMYYhhmm`` of the end of a validity, seconds cut; before the hour that exists twice, never inside it."""
    return _clear(at.astimezone(zone), zone, -1)


def defer_digits(at: datetime, zone: ZoneInfo) -> str:
    """``DDMMYYhhmm`` before which nothing is delivered, a begun minute filled; after the doubled hour, never in it."""
    local = at.astimezone(zone)
    whole = local.replace(second=0, microsecond=0)
    return _clear(at.astimezone(zone) if whole == local else (at + timedelta(minutes=1)).astimezone(zone), zone, 1)


def _clear(local: datetime, zone: ZoneInfo, step: int) -> str:
    """The digits of the nearest minute in direction ``step`` that names one instant."""
    while read_stamp(local.strftime("%d%m%y%H%M"), zone).uncertain:
        local = (local.astimezone(UTC) + timedelta(minutes=step)).astimezone(zone)
    return local.strftime("%d%m%y%H%M")


def _local(digits: str) -> datetime | None:
    if len(digits) not in (10, 12) or not (digits.isascii() and digits.isdigit()):
        return None
    day, month, year, hour, minute, second = (int((digits + "00")[at : at + 2]) for at in range(0, 12, 2))
    try:
        return datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller sets the zone
    except ValueError:
        return None
