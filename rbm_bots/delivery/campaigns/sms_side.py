"""What the short code behind each campaign can still take, read once a step of the feeder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from rbm_bots.botfile.model import Bot
from rbm_bots.delivery.campaigns.content import sms_parts
from rbm_bots.delivery.campaigns.shares import SmsSide
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.delivery.code_queue import DEPTH_S
from rbm_bots.delivery.routes import application_of
from rbm_bots.store import code_queue

__all__ = ["Fallback", "SmsSides"]

_DEPTH_MS: Final = int(DEPTH_S * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """A campaign whose messages may become SMS of ``code``, which carries so many parts a second."""

    spec: Campaign
    bot: Bot
    code: str
    per_second: int


class SmsSides:
    """Keeps the number of parts of a campaign's messages, which takes some counting."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], int] = {}

    def read(self, connection: Connection, wanted: Sequence[Fallback | None], *, now_ms: int) -> list[SmsSide | None]:
        """The side of each, in order; ``None`` where no SMS may follow."""
        sharers = Counter(one.code for one in wanted if one is not None)
        queued: dict[str, int] = {}
        soon: dict[str, int] = {}
        for code in sharers:
            waiting = code_queue.waiting_parts(connection, application_of(code), now_ms=now_ms)
            queued[code] = sum(waiting.values())
            soon[code] = code_queue.joining(connection, code, until_ms=now_ms + _DEPTH_MS)
        return [
            None
            if one is None
            else SmsSide(
                per_second=one.per_second,
                parts=self._parts_of(one),
                waiting=queued[one.code] + soon[one.code] * self._parts_of(one),
                sharers=sharers[one.code],
            )
            for one in wanted
        ]

    def _parts_of(self, one: Fallback) -> int:
        """About how many parts the longest of its variants has."""
        key = one.spec.name, one.bot.version
        if key not in self._parts:
            self._parts[key] = max(1, *(sms_parts(variant, one.bot) for variant in one.spec.variants))
        return self._parts[key]
