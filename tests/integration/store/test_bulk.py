"""Many rows at once on both engines: what is new is counted, what is there stays, and people keep their own contact."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import DBAPIError

from rbm_bots.addresses import Address
from rbm_bots.store import Store, contacts, gate_facts, open_store, opts
from rbm_bots.store.base import table
from rbm_bots.store.bulk import insert_many
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import AddressRow, ContactRow, OptRow, VaultRow

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
NOW = 1_768_471_200_000
CONTACT = table(ContactRow)
COLUMNS = ("contact_id", "created_at")


@pytest.fixture
def store(fresh_store: Store) -> Store:
    return fresh_store


def numbers(count: int, *, first: int = 0) -> list[str]:
    return [f"+3363998{n:04d}" for n in range(first, first + count)]


async def put(store: Store, rows: list[tuple[str, int]]) -> int:
    return await store.write(lambda c: insert_many(c, CONTACT, COLUMNS, rows))


async def made_at(store: Store) -> dict[str, int]:
    asked = select(CONTACT.c.contact_id, CONTACT.c.created_at)
    return {row.contact_id: row.created_at for row in await store.read(lambda c: c.execute(asked).all())}


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 1000])
async def test_every_row_goes_in_once(store: Store, count: int) -> None:
    rows = [(f"c{n}", n) for n in range(count)]
    assert await put(store, rows) == count
    assert await made_at(store) == dict(rows)
    assert await put(store, [*rows, ("new", 7)]) == 1


async def test_what_is_there_already_is_left_alone(store: Store) -> None:
    assert await put(store, [("c1", 1), ("c2", 2)]) == 2
    assert await put(store, [("c1", 9), ("c3", 3), ("c3", 9)]) == 1
    assert await made_at(store) == {"c1": 1, "c2": 2, "c3": 3}


async def test_another_fault_than_a_row_that_is_there_undoes_all_of_them(store: Store) -> None:
    with pytest.raises(DBAPIError):
        await put(store, [("c1", 1), ("c2", None)])  # type: ignore[list-item]  # that is the point
    assert await made_at(store) == {}


async def test_a_thousand_strangers_and_those_known_before_have_a_contact_each(store: Store) -> None:
    ensure = partial(contacts.ensure_contacts, seal=SEAL, now_ms=NOW)
    first = await store.write(partial(ensure, numbers=numbers(300)))
    both = await store.write(partial(ensure, numbers=numbers(1000)))
    assert {number: both[number] for number in first} == first
    assert len(set(both.values())) == 1000
    assert await store.write(partial(ensure, numbers=numbers(1000))) == both

    def kept(connection: Connection) -> tuple[int, int]:
        counts = (len(connection.execute(select(table(row))).all()) for row in (AddressRow, ContactRow))
        return next(counts), next(counts)

    assert await store.read(kept) == (1000, 1000)
    wanted = [(contact, "msisdn") for contact in both.values()]
    found = await store.read(lambda c: contacts.read_addresses(c, SEAL, wanted))
    assert found == {(contact, "msisdn"): Address(msisdn=number) for number, contact in both.items()}
    sealed = await store.read(lambda c: list(c.execute(select(table(VaultRow).c.sealed)).scalars()))
    assert not [one for one in sealed if b"+336" in one]


async def test_contacts_made_together_lie_together(store: Store) -> None:
    made = await store.write(lambda c: contacts.ensure_contacts(c, SEAL, numbers(200), now_ms=NOW))
    assert len({contact[:4] for contact in made.values()}) == 1
    assert [*made.values()] != sorted(made.values()), "in no order that says anything of the numbers"


async def test_two_processes_that_meet_a_stranger_agree_whose_number_it_is(postgres_database: str) -> None:
    """The slower one finds the rows taken after it has looked."""
    await upgrade(postgres_database)
    one, two = await open_store(postgres_database), await open_store(postgres_database)
    ensure = partial(contacts.ensure_contacts, seal=SEAL, now_ms=NOW)
    found = await asyncio.gather(
        one.write(partial(ensure, numbers=numbers(600))), two.write(partial(ensure, numbers=numbers(600, first=100)))
    )
    shared = numbers(500, first=100)
    assert [found[0][number] for number in shared] == [found[1][number] for number in shared]
    rows = await one.read(lambda c: set(c.execute(select(CONTACT.c.contact_id)).scalars()))
    assert rows == {*found[0].values(), *found[1].values()}
    assert len(rows) == 700
    await one.close()
    await two.close()


async def test_a_proof_is_kept_once(store: Store) -> None:
    given = [(f"c{n}", NOW + n, f"form {n}") for n in range(300)]
    keep = partial(opts.record_opt_ins, brand="shop")
    await store.write(partial(keep, given=iter(given)))
    await store.write(partial(keep, given=iter(given)))
    rows = await store.read(lambda c: c.execute(select(table(OptRow))).all())
    assert sorted((row.contact_id, row.at, row.proof) for row in rows) == sorted(given)
    assert {(row.brand, row.kind) for row in rows} == {("shop", "optin")}


async def test_words_about_marketing_are_found_through_an_index(sqlite_path: Path) -> None:
    """With millions of proofs a scan would take a second for each question of the rules."""
    await upgrade(f"sqlite:///{sqlite_path}")
    store = await open_store(f"sqlite:///{sqlite_path}")
    people = [("shop", f"c{n}") for n in range(3)]

    def asked(connection: Connection) -> list[str]:
        statements: list[tuple[str, tuple[str, ...]]] = []
        event.listen(connection, "before_cursor_execute", lambda *call: statements.append((call[2], call[3])))
        gate_facts.opt_words(connection, people)
        opts.opted_out(connection, people)
        found = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values) for text, values in list(statements)]
        return [row[3] for rows in found for row in rows]

    steps = await store.read(asked)
    await store.close()
    assert len([step for step in steps if step.startswith("SEARCH opt USING INDEX")]) == 2
    assert not [step for step in steps if step.startswith("SCAN")]
