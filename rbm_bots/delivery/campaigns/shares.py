"""How much of the outbox each campaign may fill now: one quota, shared fairly (S2-71). Pure.

Theory of operation. The outbox is kept some minutes ahead of the quota, no further: a pause or a change of plan then
concerns few messages, and a crash none. Each campaign gets a part of the quota by its weight, which is its own throttle
or the whole quota. Its messages wait in one line with those of the others, so what is put in at these parts leaves at
these parts.

A campaign with a throttle is fed at exactly that rate, counted from ``fed_until``, and only seconds ahead, because what
waits in the outbox leaves as fast as the quota allows. Without one it is fed a quarter faster than its part until its
part of the depth is full; more haste would crowd the others out meanwhile. Before a closing time only what can still
leave is put in.

Where an SMS may follow, the short code may be the slower side. Everything that waits may turn into an SMS as its turn
comes, so no more is put in than the code can carry within the same minutes: a queue that is full stops the feeding, and
who has not had their turn still waits in the campaign, where a pause, a cancel or the closing hour finds them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rbm_bots.delivery.code_queue import DEPTH_S

__all__ = ["Share", "SmsSide", "Wish", "interleaved", "share_out"]

_THROTTLED_DEPTH_S: Final = 5.0
_CATCH_UP_S: Final = 5.0
_FIRST_S: Final = 1.0
_HASTE: Final = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSide:
    """The short code behind a campaign: its rate, and its parts in one message.

    ``waiting``: the parts that wait at the code, or will within minutes, whoever's they are. ``sharers``: how many
    campaigns are fed towards it.
    """

    per_second: int
    parts: int
    waiting: int
    sharers: int = 1

    def room(self, seconds: float) -> int:
        """How many messages more it can carry in the next ``seconds``, should they all become SMS."""
        free = math.floor(self.per_second * seconds) - self.waiting
        return max(0, free // (self.parts * self.sharers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A campaign that may send now. ``queued``: its messages in the outbox. Instants in milliseconds.

    ``sms``: ``None`` where no SMS may follow.
    """

    campaign: str
    throttle: int | None
    queued: int
    fed_until: int
    closes_at: int | None
    sms: SmsSide | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many messages it may add, and up to when its rate is then used."""

    campaign: str
    messages: int
    fed_until: int


def share_out(wishes: Sequence[Wish], *, per_second: int, now_ms: int, most: int) -> list[Share]:
    """The share of each, ``most`` messages together at most. ``per_second``: the quota of the application."""
    weights = {wish.campaign: min(wish.throttle or per_second, per_second) for wish in wishes}
    total = max(sum(weights.values()), per_second)
    shares = [_share(wish, per_second * weights[wish.campaign] / total, now_ms) for wish in wishes]
    asked = sum(share.messages for share in shares)
    if asked <= most:
        return shares
    return [_cut(share, wish, most / asked, now_ms) for share, wish in zip(shares, wishes, strict=True)]


def _share(wish: Wish, rate: float, now_ms: int) -> Share:
    speed = wish.throttle if wish.throttle is not None else rate * _HASTE
    oldest = now_ms - int((_CATCH_UP_S if wish.fed_until else _FIRST_S) * 1000)
    since = max(wish.fed_until, oldest)
    allowed = math.floor(speed * (now_ms - since) / 1000)
    depth = _THROTTLED_DEPTH_S if wish.throttle is not None else DEPTH_S
    ahead = math.ceil(rate * depth)
    open_s = DEPTH_S
    if wish.closes_at is not None:
        open_s = min(open_s, (wish.closes_at - now_ms) / 1000)
        ahead = min(ahead, math.floor(rate * open_s))
    if wish.sms is not None:
        ahead = min(ahead, wish.sms.room(open_s))
    room = max(0, ahead - wish.queued)
    if room < allowed:
        return Share(campaign=wish.campaign, messages=room, fed_until=now_ms)
    return Share(campaign=wish.campaign, messages=allowed, fed_until=since + math.ceil(allowed * 1000 / speed))


def _cut(share: Share, wish: Wish, part: float, now_ms: int) -> Share:
    """A smaller share; the time for the rest of it is not used up."""
    messages = math.floor(share.messages * part)
    if not share.messages or messages == share.messages:
        return share
    since = min(max(wish.fed_until, now_ms - int(_CATCH_UP_S * 1000)), share.fed_until)
    used = (share.fed_until - since) * messages // share.messages
    return Share(campaign=share.campaign, messages=messages, fed_until=since + used)


def interleaved(counts: Sequence[int]) -> list[tuple[int, int]]:
    """(line, place) of each item of several lines, so that every stretch holds each line's part of it."""
    placed = [
        ((place + 0.5) / count, line, place) for line, count in enumerate(counts) if count for place in range(count)
    ]
    return [(line, place) for _, line, place in sorted(placed)]
