"""A store with a bot, a desk and a feeder, and a clock that stands still: what the tests of campaigns share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from rbm_bots.botfile.load import read_bot
from rbm_bots.clock import FixedClock, to_ms
from rbm_bots.delivery.campaigns.budget import Budget, NoBudget
from rbm_bots.delivery.campaigns.feeder import Feeder
from rbm_bots.delivery.campaigns.feeding import Feeding, ServedBot
from rbm_bots.delivery.campaigns.intake import Intake, Person
from rbm_bots.delivery.campaigns.reading import read_campaign_text
from rbm_bots.delivery.campaigns.spec import Campaign
from rbm_bots.delivery.campaigns.stored_desk import Hooks, StoredDesk
from rbm_bots.history import close_inside
from rbm_bots.money import CENT
from rbm_bots.store import Store, budgets, legs, open_store
from rbm_bots.store.base import table
from rbm_bots.store.budgets import Cap
from rbm_bots.store.campaigns import Imported
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import OutboxRow

__all__ = ["BOT", "NOON", "Stage", "campaign_file", "people", "staged"]

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
QUOTA = 30
BOT_FILE = """
rbm: 1
bot: {id: shop, name: La Boutique, languages: [fr]}
slots: {first_name: {type: text}}
start: hello
flows:
  hello: {hears: [bonjour], steps: [{say: Bonjour.}]}
scenes:
  winter:
    purpose: marketing
    fills: [first_name]
    steps: [{say: "Bonjour {{ first_name }}, les pneus d'hiver sont là."}]
"""
BOT = read_bot(BOT_FILE)
OUTBOX = table(OutboxRow)


def campaign_file(folder: Path, text: str, *, audience: str = "mobile;prenom\n") -> Campaign:
    """The campaign in ``text``, whose audience is the file ``people.csv``."""
    (folder / "people.csv").write_text(audience, encoding="utf-8")
    return read_campaign_text(text, file="campaign.yaml", folder=folder, bots={"shop": BOT})


def text_of(name: str, *, more: str = "", content: str = 'message: {text: "Bonjour {{ first_name }}"}') -> str:
    """A campaign file."""
    audience = "audience: {csv: people.csv, number: mobile}"
    return f"campaign: {name}\nbot: shop\n{audience}\ncolumns: {{first_name: prenom}}\n{content}\n{more}\n"


def people(count: int, *, first: int = 0) -> list[Person]:
    """People whose numbers belong to nobody."""
    return [
        Person(line=n + 2, msisdn=f"+3363998{first + n:04d}", cells=(f"P{n}",), reference=f"R{n}") for n in range(count)
    ]


class Stage:
    """One process's view of a database."""

    def __init__(self, store: Store, *, clock: FixedClock, budget: Budget, owner: str) -> None:
        self.store = store
        self.clock = clock
        served = {"shop": ServedBot(id="shop", bot=BOT, application="APP1", brand="brand")}
        write_scene = partial(close_inside, SEAL)
        hooks = Hooks(set_cap=set_cap, budget=budget, withdraw=withdraw, write_scene=write_scene)
        self.desk = StoredDesk(store=store, seal=SEAL, clock=clock, bots=lambda: served, hooks=hooks)
        self.feeding = Feeding(
            application="APP1",
            per_second=QUOTA,
            bots=lambda: served,
            seal=SEAL,
            write_scene=write_scene,
            budget=budget,
        )
        self._owners = count(1)
        self._owner = owner
        self.take_over()

    def take_over(self) -> None:
        """Another process feeds from now on; the one before has not said good-bye."""
        owner = f"{self._owner}-{next(self._owners)}"
        self.feeder = Feeder(store=self.store, application="APP1", feeding=self.feeding, clock=self.clock, owner=owner)

    async def begin(self, campaign: Campaign, who: list[Person]) -> None:
        """Begin a campaign with these people, and let it run."""
        await self.desk.begin(campaign)
        await self.desk.add(campaign.name, who)
        await self.desk.ready(campaign.name, Imported(rows=len(who), duplicates=0, invalid=0, incomplete=0))

    async def feed(self, seconds: int, *, per_second: int = 0) -> None:
        """Let time go by: a step each second, and an operator that takes ``per_second`` messages, oldest first."""
        for _ in range(seconds):
            self.clock.advance(1)
            while await self.feeder.feed_once():
                pass
            if per_second:
                await self.send(per_second)

    async def send(self, most: int) -> list[Any]:
        """The oldest messages of the queue are taken by the operator."""

        def work(connection: Connection) -> list[Any]:
            wanted = select(OUTBOX).where(OUTBOX.c.state == "queued").order_by(OUTBOX.c.lane, OUTBOX.c.seq).limit(most)
            rows = list(connection.execute(wanted).all())
            ids = [row.message_id for row in rows]
            values = {"state": "accepted", "attempted_at": to_ms(self.clock.now())}
            connection.execute(update(OUTBOX).where(OUTBOX.c.message_id.in_(ids)).values(**values))
            return rows

        return await self.store.write(work)

    async def become(self, state: str, most: int, *, of: str = "queued") -> None:
        """The oldest messages in a state go into another."""

        def work(connection: Connection) -> None:
            oldest = select(OUTBOX.c.seq).where(OUTBOX.c.state == of).order_by(OUTBOX.c.seq).limit(most)
            ids = connection.execute(oldest).scalars().all()
            connection.execute(update(OUTBOX).where(OUTBOX.c.seq.in_(ids)).values(state=state))

        await self.store.write(work)

    async def rows(self, model: type[Any]) -> list[Any]:
        """All rows of a table."""
        return list(await self.store.read(lambda connection: connection.execute(select(table(model))).all()))


def set_cap(connection: Connection, campaign: Campaign) -> None:
    """A person costs one cent at most."""
    assert campaign.budget is not None
    cap = Cap(cap_micros=campaign.budget, worst_micros=CENT, dearest_micros=CENT, messages=1, sms_micros=0)
    budgets.set_cap(connection, campaign=campaign.name, cap=cap)


def withdraw(connection: Connection, ids: Collection[str], now: datetime) -> set[str]:
    """As the sagas' room does for messages without a saga."""
    taken = legs.cancel_queued(connection, ids, reason="cancelled", now_ms=to_ms(now))
    return {row.message_id for row in taken}


@asynccontextmanager
async def staged(
    database: str, *, budget: Budget | None = None, owner: str = "one", at: datetime = NOON
) -> AsyncIterator[Stage]:
    """A stage on ``database``, whose tables are made when they are missing."""
    await upgrade(database)
    store = await open_store(database)
    try:
        yield Stage(store, clock=FixedClock(at), budget=budget or NoBudget(), owner=owner)
    finally:
        await store.close()


def intake(campaign: Campaign) -> Intake:
    """An intake for people of France."""
    return Intake(campaign, country="FR")
