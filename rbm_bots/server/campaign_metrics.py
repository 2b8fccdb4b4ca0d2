"""Campaigns as Prometheus sees them: counted when somebody scrapes, by fixed words, without any person.

Shown are campaigns that are open, and those that ended within a day, so that the last figures are still seen; then
their labels go. What stands in the store is the same for every process, so one of them is enough to scrape for the
gauges; ``rbm_campaign_fed_total`` is counted by the process that feeds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import Connection

from rbm_bots.delivery.campaigns.budget import BUDGET_SPENT
from rbm_bots.delivery.campaigns.desk import Status
from rbm_bots.delivery.campaigns.outcomes import OUTCOMES
from rbm_bots.delivery.campaigns.standing import status_of
from rbm_bots.delivery.guard import WHY
from rbm_bots.money import EURO
from rbm_bots.store import campaigns

__all__ = ["CampaignMetrics", "measured"]

_SHOWN_MS: Final = 86_400_000
_PEOPLE: Final = ("waiting", "queued", "held_out", "skipped", "refused")
_NEVER_A_MESSAGE: Final = frozenset({"waiting", "held_out"})
_WHY: Final = {"by hand": "by_hand", BUDGET_SPENT: "budget", WHY: "error_ratio", "": ""}


class CampaignMetrics:
    """The part of the registry that is about campaigns."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._state = Gauge(
            "rbm_campaign_state",
            "1 for the state of a campaign; why: by_hand, budget, error_ratio, other, or empty",
            ["campaign", "state", "why"],
            registry=registry,
        )
        self._people = Gauge(
            "rbm_campaign_people",
            "People of a campaign: who waits, had their turn (queued), gets nothing, was skipped or refused",
            ["campaign", "state"],
            registry=registry,
        )
        self._messages = Gauge(
            "rbm_campaign_messages",
            "Messages of a campaign by outcome, in the words of its report",
            ["campaign", "outcome"],
            registry=registry,
        )
        self._budget = Gauge(
            "rbm_campaign_budget_euros",
            "Budget of a campaign this month: cap, reserved, posted; before VAT",
            ["campaign", "what"],
            registry=registry,
        )
        self.fed = Counter(
            "rbm_campaign_fed", "People whose message or scene this process has queued", ["campaign"], registry=registry
        )

    def show(self, statuses: Iterable[Status]) -> None:
        """These campaigns and no others."""
        for gauge in (self._state, self._people, self._messages, self._budget):
            gauge.clear()
        for status in statuses:
            self._show(status)

    def _show(self, status: Status) -> None:
        name = status.campaign
        self._state.labels(name, status.state, _WHY.get(status.why, "other")).set(1)
        for state in _PEOPLE:
            self._people.labels(name, state).set(status.people.get(state, 0))
        for outcome in OUTCOMES.keys() - _NEVER_A_MESSAGE:
            self._messages.labels(name, outcome).set(status.messages.get(outcome, 0))
        if status.budget is not None:
            for what in ("cap", "reserved", "posted"):
                self._budget.labels(name, what).set(getattr(status.budget, f"{what}_micros") / EURO)


def measured(connection: Connection, *, now_ms: int) -> list[Status]:
    """The campaigns that are shown now."""
    return [
        status_of(connection, kept, now_ms=now_ms)
        for kept in campaigns.listed(connection)
        if kept.state in campaigns.OPEN or kept.changed_at >= now_ms - _SHOWN_MS
    ]
