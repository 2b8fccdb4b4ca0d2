"""The error ratio: how many sends went to numbers that are unknown or not served, and when that stops a campaign.

Theory of operation. An operator may switch an application off that misses too often (above 15 %: S2-78), and then every
brand on it is silent. So each send that ended is counted in the commit that stores its end (S2-77), for its campaign
over all of its sends, and for its application over the last thousand. The commit that finds a ratio above the limit
pauses the campaign, or every campaign of the application, and holds back what waits in the outbox: nothing of it
reaches the rules at the door, so nothing becomes an SMS because of it. Conversations and reminders go on. Only a
person lets a campaign go on, and the ratio then begins anew.

Below a hundred sends a share says nothing. At exactly the limit everything goes on. A number that nobody looked up is
no miss; a send that the platform refuses for other reasons is not one either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from msgspec.structs import replace
from sqlalchemy import Connection

from rbm_bots.channels.maap.errors import CLASS_OF_CODE, NotOnRcs
from rbm_bots.channels.maap.settings import MaapSettings
from rbm_bots.errors import Unreachable
from rbm_bots.rules.question import ErrorRatio
from rbm_bots.store import campaigns, capability, guard
from rbm_bots.store.capability import Learned
from rbm_bots.store.guard import Attempt, Counted, Scope
from rbm_bots.store.outbox import Outcome

__all__ = ["WHY", "ErrorGuard", "GuardSettings", "Level", "Tripped", "guard_settings", "is_miss", "level"]

Level = Literal["clear", "amber", "over"]
WHY: Final = "error_ratio"
"""Why a campaign is paused, as its row says."""

_SWEEP_EVERY: Final = 100
_WHOLE: Final = 10_000  # shares are compared in ten-thousandths, without binary fractions
_AMBER: Final = 1_000
_ENDED: Final = frozenset({"accepted", "rejected", "unknown"})
_LACKS_FILES: Final = 41211  # the number is served; its phone only takes no files
_MISSES: Final = frozenset(
    {Unreachable.code, NotOnRcs.code}
    | {str(code) for code, cls in CLASS_OF_CODE.items() if issubclass(cls, NotOnRcs) and code != _LACKS_FILES}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings:
    """``limit``: the share above which campaigns pause. ``least``: below so many sends nothing is judged.

    ``window``: over how many sends of an application. ``stops``: false only warns.
    """

    limit: float = 0.15
    least: int = 100
    window: int = 1000
    stops: bool = True

    def judge(self, ratio: ErrorRatio) -> ErrorRatio:
        """What is settled here, put to a ratio."""
        return replace(ratio, limit=round(self.limit * _WHOLE), least=self.least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tripped:
    """A ratio went beyond the limit in this commit; ``paused``: the campaigns that this stopped."""

    scope: Scope
    name: str
    ratio: ErrorRatio
    paused: tuple[str, ...] = ()


def guard_settings(platform: MaapSettings) -> GuardSettings:
    """What is settled for one platform."""
    return GuardSettings(
        limit=platform.wrong_number_limit,
        least=platform.wrong_number_least,
        window=platform.wrong_number_window,
        stops=platform.wrong_number_action == "stop",
    )


def is_miss(reason: str | None) -> bool:
    """Whether a refusal or failure means that the number is unknown or not served: a platform code, or ours."""
    return reason in _MISSES


def level(ratio: ErrorRatio, settings: GuardSettings) -> Level:
    """``amber`` from 10 % on, ``over`` above the limit; ``clear`` while too few were sent to tell."""
    if settings.judge(ratio).over:
        return "over"
    amber = ratio.attempts >= settings.least and ratio.errors * _WHOLE >= _AMBER * ratio.attempts
    return "amber" if amber else "clear"


class ErrorGuard:
    """Counts for one application. Both methods run in the transaction that stores what they count."""

    def __init__(self, application: str, settings: GuardSettings) -> None:
        self.application = application
        self._settings = settings
        self._unswept = _SWEEP_EVERY  # the first load sweeps what an earlier owner left

    def count(self, connection: Connection, outcomes: Sequence[Outcome], *, now_ms: int) -> list[Tripped]:
        """Count sends that ended; whatever went beyond the limit with them."""
        _hold_returned(connection, outcomes)
        ended = [one for one in outcomes if one.row.operation == "message" and one.state in _ENDED]
        missed = [one for one in ended if one.state == "rejected" and is_miss(one.reason)]
        lost = {one.row.message_id for one in missed}
        attempts = [
            Attempt(message_id=one.row.message_id, campaign=one.row.campaign, missed=one.row.message_id in lost)
            for one in ended
        ]
        counted = guard.add(connection, self.application, attempts)
        self._prune(connection, counted)
        _disbelieve(connection, [(one.row.bot, one.row.contact_id) for one in missed], now_ms)
        return self._judge(connection, counted, now_ms)

    def count_late(self, connection: Connection, keys: Sequence[tuple[str, str]], *, now_ms: int) -> list[Tripped]:
        """Receipts of these (bot, platform id) say that the number was not served after all."""
        counted, told = guard.late(connection, self.application, keys)
        _disbelieve(connection, [(one.bot, one.contact_id) for one in told], now_ms)
        return self._judge(connection, counted, now_ms)

    def ratio(self, connection: Connection) -> ErrorRatio:
        """What the gate is told for a single send; nothing where the guard only warns."""
        if not self._settings.stops:
            return ErrorRatio()
        return self._settings.judge(guard.last_sends(connection, self.application, window=self._settings.window))

    def _prune(self, connection: Connection, counted: Counted) -> None:
        self._unswept += counted.new
        if self._unswept >= _SWEEP_EVERY:
            self._unswept = 0
            guard.prune(connection, self.application, keep=self._settings.window)

    def _judge(self, connection: Connection, counted: Counted, now_ms: int) -> list[Tripped]:
        """What went over with this load. The last sends are looked at only when that may have changed for the worse."""
        over = [
            (name, ratio) for name, ratio in sorted(counted.campaigns.items()) if level(ratio, self._settings) == "over"
        ]
        tripped = [self._trip(connection, "campaign", name, ratio, now_ms) for name, ratio in over]
        enough = self._settings.least <= counted.application.attempts < self._settings.least + counted.new
        if counted.missed or enough:
            last = guard.last_sends(connection, self.application, window=self._settings.window)
            if level(last, self._settings) == "over":
                tripped.append(self._trip(connection, "application", self.application, last, now_ms))
        return [one for one in tripped if one is not None]

    def _trip(
        self, connection: Connection, scope: Scope, name: str, ratio: ErrorRatio, now_ms: int
    ) -> Tripped | None:  # fmt: skip
        """Hold what is over; ``None`` when that changes nothing any more."""
        paused: list[str] = []
        if self._settings.stops:
            running = [name]
            if scope == "application":
                running = [one.campaign_id for one in campaigns.running(connection, name)]
            paused = [one for one in running if campaigns.pause(connection, one, WHY, now_ms=now_ms)]
        new = guard.mark_held(connection, scope, name, now_ms=now_ms)
        return Tripped(scope=scope, name=name, ratio=ratio, paused=tuple(paused)) if new or paused else None


def _hold_returned(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """A message that comes back to the queue (after a 429) while its campaign is paused waits with the others."""
    for campaign in sorted({one.row.campaign for one in outcomes if one.state == "queued" and one.row.campaign}):
        kept = campaigns.get(connection, campaign)
        if kept is not None and kept.state == "paused":
            campaigns.hold(connection, campaign)


def _disbelieve(connection: Connection, people: Sequence[tuple[str, str]], now_ms: int) -> None:
    """A send found nobody: that is a no for some hours."""
    rows = [
        Learned(contact_id=contact, bot=bot, answer="none", source="failed_send", at=now_ms) for bot, contact in people
    ]
    capability.learned(connection, rows)
