"""What campaigns ask of whoever knows what they may still cost."""

from __future__ import annotations

from typing import Final, Protocol

from sqlalchemy import Connection

__all__ = ["BUDGET_SPENT", "Budget", "NoBudget"]

BUDGET_SPENT: Final = "budget"
"""Why a campaign is paused whose cap leaves no room for another person."""


class Budget(Protocol):
    """Who knows what a campaign may still cost. Each call belongs to the caller's transaction."""

    def reserve(self, connection: Connection, *, campaign: str, month: str, sends: int) -> int:
        """How many of ``sends`` may be sent now; their worst case is reserved in this transaction."""
        ...

    def fits(self, connection: Connection, *, campaign: str, month: str, sends: int) -> int:
        """How many of ``sends`` would be granted now; nothing is reserved."""
        ...

    def settle(self, connection: Connection, *, campaign: str, now_ms: int) -> None:
        """Give back what the campaign's sends can no longer cost; asked again it changes nothing."""
        ...

    def unsettled(self, connection: Connection, application: str, *, now_ms: int) -> list[str]:
        """The campaigns of an application that are over and may have something to give back."""
        ...


class NoBudget:
    """Campaigns without a cap."""

    def reserve(self, connection: Connection, *, campaign: str, month: str, sends: int) -> int:
        """All of them."""
        del connection, campaign, month
        return sends

    def fits(self, connection: Connection, *, campaign: str, month: str, sends: int) -> int:
        """All of them."""
        del connection, campaign, month
        return sends

    def settle(self, connection: Connection, *, campaign: str, now_ms: int) -> None:
        """Nothing was reserved."""

    def unsettled(self, connection: Connection, application: str, *, now_ms: int) -> list[str]:
        """None."""
        del connection, application, now_ms
        return []
