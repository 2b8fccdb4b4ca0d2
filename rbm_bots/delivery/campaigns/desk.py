"""What a person may do with campaigns: begin one, hand over its people, look, pause, resume, end, take its report home.

The same operations stand behind the commands (which use them directly where the database takes several processes) and
behind the admin API of a running server.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from rbm_bots.delivery.campaigns.intake import Person
from rbm_bots.delivery.campaigns.prospects import History, Prospects
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.errors import UsageError
from rbm_bots.store.budgets import BudgetStatus
from rbm_bots.store.campaigns import Imported

__all__ = ["Asked", "CampaignDesk", "CampaignRefused", "GoOn", "Line", "Status", "Trial"]


class CampaignRefused(UsageError):
    """The campaign does not allow it."""

    code = "campaign"


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How far a campaign is. ``people``: by the state of the recipient; ``messages``: by their outcome.

    ``budget``: how it stands in this month, or in that of its end, for a campaign with a cap.
    """

    campaign: str
    bot: str
    application: str
    message_class: str
    state: str
    why: str
    rows: int
    duplicates: int
    invalid: int
    incomplete: int
    people: dict[str, int]
    messages: dict[str, int]
    per_second: int | None
    starts_at: int
    ends_at: int | None
    created_at: int
    changed_at: int
    budget: BudgetStatus | None = None

    @property
    def total(self) -> int:
        """How many people it has."""
        return sum(self.people.values())

    @property
    def had_their_turn(self) -> int:
        """How many of them are not waiting any more, and not in the outbox."""
        return self.total - self.people.get("waiting", 0) - self.messages.get("queued", 0)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of a report. ``columns``: the brand's own, as far as they were asked for. ``at``: milliseconds.

    ``emptied``: the cells are gone by age, and with them the reference and all columns but that of the number.
    """

    contact: str
    line: int
    reference: str
    variant: str
    outcome: str
    channel: str
    reason: str
    at: int | None
    columns: tuple[str, ...] = ()
    emptied: bool = False


class GoOn(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign shall go on. ``budget``: its cap a month from now on, in millionths of a euro."""

    budget: int | None = None


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a campaign to one of its testers. ``cells``: by the campaign's names."""

    campaign: Campaign
    msisdn: str
    variant: str
    cells: tuple[str, ...]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A bot, and numbers whose people's standing with it is wanted."""

    bot: str
    numbers: list[str] = []


class CampaignDesk(Protocol):
    """The operations, whoever carries them out. Each raises :class:`CampaignRefused` for what cannot be done."""

    async def begin(self, campaign: Campaign) -> None:
        """Keep a new campaign; one that was begun with the same file and has not got all its people goes on."""
        ...

    async def add(self, name: str, people: Sequence[Person]) -> int:
        """Hand over people; who is there already is left alone. How many were new."""
        ...

    async def ready(self, name: str, counts: Imported) -> None:
        """All people are there: the campaign runs."""
        ...

    async def pause(self, name: str, why: str) -> None:
        """Nothing more leaves."""
        ...

    async def resume(self, name: str, *, budget: int | None = None) -> None:
        """Go on; with another cap a month (millionths of a euro) where one is given."""
        ...

    async def cancel(self, name: str) -> int:
        """End it; how many messages were taken back from the outbox."""
        ...

    async def status(self, name: str) -> Status:
        """How far it is."""
        ...

    async def names(self) -> list[tuple[str, str]]:
        """Every campaign and its state, the newest first."""
        ...

    async def report(self, name: str, *, after: str, columns: Sequence[str], most: int) -> list[Line]:
        """Recipients behind the contact ``after``. ``columns``: names of its columns, or the number's column."""
        ...

    async def prospects(self, bot: str, numbers: Sequence[str]) -> Prospects:
        """Where the people with these numbers stand with this bot; nobody is made of a stranger."""
        ...

    async def history(self, bot: str) -> History:
        """What a plan for this bot may learn from the past."""
        ...

    async def send_test(self, test: Trial) -> str:
        """Send to a tester now; the contact."""
        ...
