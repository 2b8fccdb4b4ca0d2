"""The operations of :mod:`.desk` on the store itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from msgspec.structs import replace
from sqlalchemy import Connection

from rbm_bots.clock import Clock, to_ms
from rbm_bots.delivery.campaigns.budget import BUDGET_SPENT, Budget
from rbm_bots.delivery.campaigns.desk import CampaignRefused, Line, Status, Trial
from rbm_bots.delivery.campaigns.feeding import ServedBot
from rbm_bots.delivery.campaigns.intake import Person
from rbm_bots.delivery.campaigns.kept import Cells, close_campaign, close_cells, open_campaign
from rbm_bots.delivery.campaigns.prospects import History, Prospects, history_of, prospects
from rbm_bots.delivery.campaigns.report import report_lines
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.delivery.campaigns.split import variant_of
from rbm_bots.delivery.campaigns.standing import status_of
from rbm_bots.delivery.campaigns.trial import queue_test
from rbm_bots.events import SceneStarted
from rbm_bots.ledger.months import month_of
from rbm_bots.store import Store, campaign_recipients, campaigns, capability, contacts, guard, opts
from rbm_bots.store.campaign_recipients import Added
from rbm_bots.store.campaigns import Imported, Kept
from rbm_bots.store.seal import Seal
from rbm_bots.store.tables import CampaignRow

__all__ = ["Hooks", "StoredDesk"]

_WITHDRAW: Final = 500
_OTHER_NAME: Final = "give the new one another name"
_RAISE: Final = "«rbm campaign resume {name} --budget EUROS» raises it; next month it begins anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What other rooms do for campaigns.

    ``set_cap`` keeps the cap of a budget, or raises when a price is missing; ``budget`` counts it. ``withdraw`` takes
    messages back from the outbox and ends their sagas; it returns which had not left. ``write_scene`` seals the event
    of a journal row.
    """

    set_cap: Callable[[Connection, Campaign], None]
    budget: Budget
    withdraw: Callable[[Connection, Collection[str], datetime], Collection[str]]
    write_scene: Callable[[SceneStarted], bytes]


class StoredDesk:
    """The operations on the store itself. ``operators``: those that our routes reach."""

    def __init__(
        self,
        *,
        store: Store,
        seal: Seal,
        clock: Clock,
        bots: Callable[[], Mapping[str, ServedBot]],
        hooks: Hooks,
        operators: Collection[str] = (),
    ) -> None:
        self._operators = operators
        self._store = store
        self._seal = seal
        self._clock = clock
        self._bots = bots
        self._hooks = hooks

    async def begin(self, campaign: Campaign) -> None:
        """See :class:`CampaignDesk`."""
        served = self._served(campaign.bot)
        row = CampaignRow(
            campaign_id=campaign.name,
            application=served.application,
            bot=campaign.bot,
            brand=served.brand,
            message_class=campaign.message_class,
            per_second=campaign.per_second,
            fallback=campaign.fallback,
            starts_at=to_ms(campaign.schedule.starts) if campaign.schedule.starts is not None else 0,
            ends_at=to_ms(campaign.schedule.ends) if campaign.schedule.ends is not None else None,
            spec=close_campaign(self._seal, campaign),
            created_at=self._now_ms(),
            changed_at=self._now_ms(),
        )

        def work(connection: Connection) -> Kept | None:
            if campaigns.begin(connection, row):
                if campaign.budget is not None:
                    self._hooks.set_cap(connection, campaign)
                return None
            return campaigns.get(connection, campaign.name)

        there = await self._store.write(work)
        if there is None:
            return
        if there.state != "importing":
            raise CampaignRefused(f"there is a campaign {campaign.name} already: {there.state}", hint=_OTHER_NAME)
        if open_campaign(self._seal, there.spec) != campaign:
            raise CampaignRefused(f"{campaign.name} was begun with another file", hint=_OTHER_NAME)

    async def add(self, name: str, people: Sequence[Person]) -> int:
        """See :class:`CampaignDesk`."""

        def work(connection: Connection) -> int:
            kept = self._kept(connection, name, lock=True)
            if kept.state != "importing":
                raise CampaignRefused(f"{name} has all its people: {kept.state}")
            return self._add(connection, kept, people)

        return await self._store.write(work)

    def _add(self, connection: Connection, kept: Kept, people: Sequence[Person]) -> int:
        spec, now_ms = open_campaign(self._seal, kept.spec), self._now_ms()
        found = contacts.ensure_contacts(connection, self._seal, [one.msisdn for one in people], now_ms=now_ms)
        added = []
        for person in people:
            contact = found[person.msisdn]
            variant = variant_of(spec, contact)
            added.append(
                Added(
                    contact_id=contact,
                    line=person.line,
                    variant=variant.name if variant is not None else "",
                    state="waiting" if variant is not None else "held_out",
                    fields=close_cells(self._seal, Cells(values=person.cells, reference=person.reference)),
                )
            )
        given = ((found[one.msisdn], one.consent_at, one.proof) for one in people if one.consent_at is not None)
        proofs = ((contact, at, f"campaign:{kept.campaign_id}|{proof}") for contact, at, proof in given)
        opts.record_opt_ins(connection, kept.brand, proofs)
        capability.want(connection, kept.bot, list(found.values()))
        return campaign_recipients.add(connection, kept.campaign_id, added)

    async def ready(self, name: str, counts: Imported) -> None:
        """See :class:`CampaignDesk`."""
        await self._change(
            name, partial(campaigns.imported, counts=counts, now_ms=self._now_ms()), "has all its people"
        )

    async def pause(self, name: str, why: str) -> None:
        """See :class:`CampaignDesk`."""
        await self._change(name, partial(campaigns.pause, why=why, now_ms=self._now_ms()), "cannot be paused")

    async def resume(self, name: str, *, budget: int | None = None) -> None:
        """See :class:`CampaignDesk`."""
        now_ms = self._now_ms()

        def change(connection: Connection, name: str) -> bool:
            spent = self._kept(connection, name, lock=True).why == BUDGET_SPENT
            if not _resume(connection, name, now_ms=now_ms):
                return False
            if budget is not None:
                self._set_cap(connection, name, budget)
            if (spent or budget is not None) and not self._has_room(connection, name, now_ms):
                raise CampaignRefused(f"the budget of {name} is spent", hint=_RAISE.format(name=name))
            return True

        await self._change(name, change, "cannot be resumed")
        await self._store.notify("outbox")

    def _set_cap(self, connection: Connection, name: str, budget: int) -> None:
        """Another cap, its worst case by the prices of today."""
        spec = open_campaign(self._seal, self._kept(connection, name).spec)
        self._hooks.set_cap(connection, replace(spec, budget=budget))

    def _has_room(self, connection: Connection, name: str, now_ms: int) -> bool:
        month = month_of(now_ms)
        return self._hooks.budget.fits(connection, campaign=name, month=month, sends=1) > 0

    async def _change(self, name: str, change: Callable[[Connection, str], bool], refusal: str) -> None:
        def work(connection: Connection) -> None:
            kept = self._kept(connection, name)
            if not change(connection, name):
                raise CampaignRefused(f"{name} {refusal}: it is {_shown(kept)}")

        await self._store.write(work)

    async def cancel(self, name: str) -> int:
        """See :class:`CampaignDesk`."""
        now = self._clock.now()
        await self._change(name, partial(campaigns.cancel, now_ms=to_ms(now)), "cannot be cancelled")
        ids = await self._store.read(partial(campaigns.waiting_messages, campaign=name))
        taken = 0
        for at in range(0, len(ids), _WITHDRAW):
            some = ids[at : at + _WITHDRAW]
            taken += len(await self._store.write(partial(_withdraw, hooks=self._hooks, ids=some, now=now)))
        await self._store.write(partial(self._hooks.budget.settle, campaign=name, now_ms=to_ms(now)))
        return taken

    async def status(self, name: str) -> Status:
        """See :class:`CampaignDesk`."""
        now_ms = self._now_ms()
        return await self._store.read(
            lambda connection: status_of(connection, self._kept(connection, name), now_ms=now_ms)
        )

    async def names(self) -> list[tuple[str, str]]:
        """See :class:`CampaignDesk`."""
        found = await self._store.read(campaigns.listed)
        return [(one.campaign_id, one.state) for one in found]

    async def report(self, name: str, *, after: str, columns: Sequence[str], most: int) -> list[Line]:
        """See :class:`CampaignDesk`."""

        def work(connection: Connection) -> list[Line]:
            kept = self._kept(connection, name)
            return report_lines(connection, self._seal, kept, after=after, columns=columns, most=most)

        return await self._store.read(work)

    async def prospects(self, bot: str, numbers: Sequence[str]) -> Prospects:
        """See :class:`CampaignDesk`."""
        brand, now_ms = self._served(bot).brand, self._now_ms()
        return await self._store.read(
            lambda connection: prospects(
                connection, self._seal, numbers, brand=brand, served=self._operators, now_ms=now_ms
            )
        )

    async def history(self, bot: str) -> History:
        """See :class:`CampaignDesk`."""
        self._served(bot)
        return await self._store.read(partial(history_of, bot=bot))

    async def send_test(self, test: Trial) -> str:
        """See :class:`CampaignDesk`."""
        served = self._served(test.campaign.bot)
        queue = partial(
            queue_test,
            seal=self._seal,
            test=test,
            served=served,
            write_scene=self._hooks.write_scene,
            now=self._clock.now(),
        )
        contact = await self._store.write(queue)
        await self._store.notify("outbox")
        await self._store.notify("inbox")
        return contact

    def _served(self, bot: str) -> ServedBot:
        served = self._bots().get(bot)
        if served is None:
            raise CampaignRefused(f"no bot is called {bot} here", hint="the server's rbm.toml names its bots")
        return served

    def _kept(self, connection: Connection, name: str, *, lock: bool = False) -> Kept:
        kept = campaigns.get(connection, name, lock=lock)
        if kept is None:
            raise CampaignRefused(f"there is no campaign {name}", hint="«rbm campaign status» lists them")
        return kept

    def _now_ms(self) -> int:
        return to_ms(self._clock.now())


def _resume(connection: Connection, name: str, *, now_ms: int) -> bool:
    """Go on; a person who resumes a campaign that the guard has paused has seen its misses."""
    if not campaigns.resume(connection, name, now_ms=now_ms):
        return False
    guard.forgive(connection, "campaign", name)
    return True


def _withdraw(connection: Connection, *, hooks: Hooks, ids: Collection[str], now: datetime) -> Collection[str]:
    """Take these messages back; held as they are, they could not be."""
    campaigns.let_go(connection, ids)
    return hooks.withdraw(connection, ids, now)


def _shown(kept: Kept) -> str:
    return f"{kept.state} ({kept.why})" if kept.why else kept.state
