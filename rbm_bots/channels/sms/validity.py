"""The end of a message's life as a centre can be told it. Centres count in whole minutes of the future."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from rbm_bots.channels.sms.errors import TimesRefused

__all__ = ["lived_until"]

_LEAST: Final = timedelta(minutes=1)


def lived_until(until: datetime | None, *, now: datetime, longest_s: float | None = None) -> datetime | None:
    """``until``, but at least a minute from ``now``: cut to minutes it would else be over before the centre has it.

    ``longest_s``: the longest that the centre takes; it is also named where nothing else is. Raises ``TimesRefused``
    for an end that has passed.
    """
    longest = now + timedelta(seconds=longest_s) if longest_s is not None else None
    if until is None:
        return longest
    if until <= now:
        raise TimesRefused("the end of validity has passed")
    ends = max(until, now + _LEAST)
    return min(ends, longest) if longest is not None else ends
