"""What a plan is told of people and of the past; on both engines."""

from __future__ import annotations

from functools import partial
from itertools import count

from sqlalchemy import Connection, insert

from rbm_bots.clock import to_ms
from rbm_bots.delivery.campaigns.prospects import History, Prospects, history_of, prospects
from rbm_bots.ledger.prices import Price
from rbm_bots.store import capability, contacts, ledger_prices, operators, opts
from rbm_bots.store.base import table
from rbm_bots.store.capability import Learned
from rbm_bots.store.tables import ChargeRow, OptRow
from tests.integration.delivery.campaigns.stage import NOON, SEAL, Stage

NOW = to_ms(NOON)
COUNT = count(1)
NUMBERS = [f"+3363998{n:04d}" for n in range(6)]
PRICE = Price(operator="ORANGE", product="MU", from_ms=0, micros=60_000, entered_ms=1, source="contract")


def known(connection: Connection) -> None:
    """Four of six people are known: three have RCS, one of them said STOP; two operators stand in the book."""
    found = contacts.ensure_contacts(connection, SEAL, NUMBERS[:4], now_ms=NOW)
    who = [found[number] for number in NUMBERS[:4]]
    rcs = [Learned(contact_id=one, bot="shop", answer="rcs", source="bulk", at=NOW) for one in who[:3]]
    capability.learned(connection, rcs)
    capability.want(connection, "shop", who)
    capability.note_operators(connection, {who[0]: "orange", who[1]: "sfr"}, now_ms=NOW)
    opts.record(connection, [OptRow(brand="brand", contact_id=who[2], kind="stop", at=NOW, proof="test")])


def operator_file(connection: Connection) -> None:
    edition = operators.begin(connection)
    rows = [(NUMBERS[3][1:], "orange"), (NUMBERS[4][1:], "free"), (NUMBERS[5][1:], "sfr")]
    operators.add(connection, SEAL, edition, rows)
    operators.complete(connection, edition, stamp="s", lengths=[11], now_ms=NOW)


def charge(connection: Connection, campaign: str, product: str, state: str = "posted") -> None:
    row = ChargeRow(
        charge_id=f"{campaign}|{product}|{state}|{next(COUNT)}", product=product, bot="shop", contact_id="c",
        brand="brand", campaign=campaign, operator="ORANGE", anchor="a", at=NOW, until=NOW, month="2026-11",
        booked_in="2026-11", state=state, micros=1, written_at=NOW, changed_at=NOW,
    )  # fmt: skip
    connection.execute(insert(table(ChargeRow)), row.model_dump())


async def test_people_are_told_apart_by_operator(stage: Stage) -> None:
    await stage.store.write(known)
    ask = partial(prospects, seal=SEAL, numbers=NUMBERS, brand="brand", served=("orange", "sfr"), now_ms=NOW)
    assert await stage.store.read(ask) == Prospects(
        standings={"rcs": 2, "opted_out": 1, "unknown": 3},
        operators={"rcs": {"orange": 1, "sfr": 1}, "unknown": {"": 3}},
    )
    await stage.store.write(operator_file)
    assert await stage.store.read(ask) == Prospects(
        standings={"rcs": 2, "opted_out": 1, "unknown": 2, "other_operator": 1},
        operators={"rcs": {"orange": 1, "sfr": 1}, "unknown": {"orange": 1, "sfr": 1}},
    ), "the file knows strangers and those whom nobody looked up"


async def test_the_past_teaches_how_many_answer(stage: Stage) -> None:
    def booked(connection: Connection) -> None:
        for campaign, product in (("one", "MU"), ("one", "MU"), ("one", "CONVERSATION"), ("two", "MU")):
            charge(connection, campaign, product)
        for product, state in (("CONVERSATION", "posted"), ("MU", "held")):
            charge(connection, "three", product, state)
        ledger_prices.add(connection, PRICE, who="test")

    assert await stage.store.read(partial(history_of, bot="shop")) == History()
    await stage.store.write(booked)
    history = await stage.desk.history("shop")
    assert (history.answered, history.rated) == (1, 4), "a campaign that is not rated to its end does not count"
    assert [(one.operator, one.product, one.micros) for one in history.prices] == [("ORANGE", "MU", 60_000)]
