"""Facts as the journal rows they would be, a database to put them in, and the accounts as a scenario tells them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from rbm_bots.accounts.billing import Billing
from rbm_bots.accounts.projector import Projector
from rbm_bots.accounts.rerate import audit
from rbm_bots.clock import FixedClock, from_ms
from rbm_bots.ledger.facts import Fact
from rbm_bots.ledger.scenario_files import Scenario
from rbm_bots.store import NewEvent, Store, ledger_charges, open_store
from rbm_bots.store.ledger_charges import KeptCharge
from rbm_bots.store.schema import upgrade

__all__ = ["Books", "all_charges", "billing_of", "new_database", "opened", "row_of", "wipe"]

_STATUS = {
    "mt_accepted": ("outbox:APP1", "sent", "accepted"),
    "mt_rejected": ("outbox:APP1", "sent", "rejected"),
    "mt_delivered": ("maap:APP1:bot", "messageStatus", "delivered"),
    "mt_displayed": ("maap:APP1:bot", "messageStatus", "displayed"),
    "mt_failed": ("maap:APP1:bot", "messageStatus", "failed"),
    "mt_revoked": ("maap:APP1:bot", "messageStatus", "revoked"),
    "mo": ("maap:APP1:bot", "message", None),
    "sms_delivered": ("sms:36123", "messageStatus", "delivered"),
    "sms_failed": ("sms:36123", "messageStatus", "failed"),
    "sms_mo": ("sms:36123", "message", None),
    "typing": ("maap:APP1:bot", "isTyping", None),
    "spam_report": ("maap:APP1:bot", "unknown", None),
    "unsubscribe_event": ("maap:APP1:bot", "optOut", None),
}


def row_of(fact: Fact, **more: Any) -> NewEvent:
    """The journal row of a fact, whose conversation nobody plays."""
    source, kind, status = _STATUS[fact.type]
    given: dict[str, Any] = {
        "source": source, "at": fact.at_ms, "source_id": f"{fact.bot}|{fact.id}", "kind": kind, "bot": fact.bot,
        "received_at": fact.at_ms, "contact_id": fact.user, "message_id": fact.msg, "status": status,
        "operator": fact.operator, "detail": fact.kind if fact.type == "mo" else None,
        "in_reply_to": fact.in_reply_to, "brand": "brand", "plays": False,
    }  # fmt: skip
    return NewEvent(**(given | more))


def billing_of(scenario: Scenario) -> Billing:
    rows = [row for series in scenario.prices._rows.values() for row in series]
    return Billing(prices=tuple(rows), switches=scenario.switches, default_operator=scenario.operator)


async def new_database(template: Path, path: Path) -> str:
    """The URL of a fresh SQLite database; the tables are made once, in ``template``."""
    if not await asyncio.to_thread(template.exists):
        await upgrade(f"sqlite:///{template}")
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.close()


async def wipe(store: Store) -> None:
    """An empty PostgreSQL again, without making its tables anew."""
    tables = (
        "journal, inbox, outbox, contact, address, vault, lease, charge, entry, run, price, period, acknowledgement,"
        " reconciliation, budget, reservation, ledger_cursor, ledger_key, ledger_fact, ledger_moved, campaign,"
        " campaign_recipient, saga"
    )
    await store.write(lambda c: c.execute(text(f"TRUNCATE {tables}")))


def all_charges(connection: Connection) -> list[KeptCharge]:
    """Every row, whatever its state."""
    asked = connection.execute(text("SELECT DISTINCT bot, contact_id FROM charge")).all()
    found = ledger_charges.of_keys(connection, [(row.bot, row.contact_id) for row in asked])
    return [charge for own in found.values() for charge in own]


class Books:
    """A ledger under test: what comes in, and what is booked."""

    def __init__(self, store: Store, billing: Billing, *, at_ms: int = 0, most: int = 128) -> None:
        self.store = store
        self.billing = billing
        self.clock = FixedClock(from_ms(at_ms))
        self.most = most
        self._before: list[tuple[str, str, int | None]] = []
        self.projector = self.started()

    def started(self) -> Projector:
        """A projector as after a restart."""
        return Projector(store=self.store, billing=self.billing, clock=self.clock, owner="test", most=self.most)

    async def take(self, facts: Sequence[Fact], *, as_of_ms: int, **more: Any) -> None:
        """Append these rows and bring the ledger up to date, at an instant."""
        self.clock.move_to(from_ms(as_of_ms))
        if facts:
            await self.store.append([row_of(one, **more) for one in facts])
        await self.projector.catch_up()

    async def take_in(self, facts: Sequence[Fact], **more: Any) -> None:
        """Append these rows and leave the ledger behind."""
        await self.store.append([row_of(one, **more) for one in facts])

    async def highest(self) -> int:
        """The number of the last row of the journal."""
        return int(await self.store.read(lambda c: c.execute(text("SELECT max(seq) FROM journal")).scalar_one()))

    async def charges(self, *states: str) -> list[KeptCharge]:
        rows = await self.store.read(all_charges)
        return sorted((one for one in rows if not states or one.state in states), key=lambda one: (one.at, one.anchor))

    async def result(self) -> dict[str, Any]:
        """What a scenario compares; ``posted`` and ``reversed`` since the last call."""
        posted, held = await self.charges("posted"), await self.charges("held")
        lines = [(one.product, one.operator, one.micros) for one in posted]
        gone, new = list(self._before), []
        for charge in posted:
            key = (charge.charge_id, charge.operator, charge.micros)
            if key in gone:
                gone.remove(key)
            else:
                new.append((charge.product, charge.operator, charge.micros))
        products = {one.charge_id: one.product for one in await self.charges()}
        self._before = [(one.charge_id, one.operator, one.micros) for one in posted]
        return {
            "lines": lines,
            "pending": len(held),
            "total": sum(one.micros for one in posted if one.micros is not None),
            "unpriced": sum(one.micros is None for one in posted),
            "periods": [one.month for one in posted],
            "posted": new,
            "reversed": [
                (products[one], operator, None if micros is None else -micros) for one, operator, micros in gone
            ],
        }

    async def check(self) -> None:
        """What holds at every commit: a fold from nothing says the same, and every step sums to zero."""
        assert await self.store.read(lambda c: list(audit(c, self.billing))) == []
        ids = [one.charge_id for one in await self.charges()]
        entries = await self.store.read(lambda c: ledger_charges.entries(c, ids))
        steps: dict[tuple[str, str], int] = {}
        for entry in entries:
            steps[entry.charge_id, entry.step] = steps.get((entry.charge_id, entry.step), 0) + entry.micros
        assert all(total == 0 for total in steps.values())
        balances = await self.store.read(ledger_charges.balances)
        posted = sum(one.micros or 0 for one in await self.charges("posted"))
        held = sum(one.micros or 0 for one in await self.charges("held"))
        assert (balances.get("brand:receivable", 0), balances.get("held:brand", 0)) == (posted, held)
        assert balances.get("adjustments", 0) == 0
