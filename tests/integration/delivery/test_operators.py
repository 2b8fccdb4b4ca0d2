"""Who serves a number: the file in the database, the address over HTTP, and the book that remembers both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import Connection, select

from rbm_bots.clock import FixedClock, to_ms
from rbm_bots.delivery.capability.lookup import FileLookUp, HttpLookUp, LookUps
from rbm_bots.delivery.capability.operator_file import load_operator_file
from rbm_bots.delivery.capability.resolving import Resolver
from rbm_bots.errors import SettingsError
from rbm_bots.outside import outside_session
from rbm_bots.server.capability import OperatorFile
from rbm_bots.store import Store, capability, contacts, open_store
from rbm_bots.store.base import table
from rbm_bots.store.schema import upgrade
from rbm_bots.store.seal import Keys, Seal
from rbm_bots.store.tables import OperatorNumberRow

SEAL = Seal(Keys(seal=b"s" * 32, index=b"i" * 32))
CLOCK = FixedClock(datetime(2026, 1, 15, 10, tzinfo=UTC))
ONE, TWO, THREE = "+33639980001", "+33639980002", "+33199000003"


@pytest.fixture
def store(fresh_store: Store) -> Store:
    return fresh_store


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


class TestFile:
    async def test_the_longest_digits_win_and_nothing_stands_in_clear(self, store: Store, tmp_path: Path) -> None:
        path = written(tmp_path / "a.csv", "operator;digits\nOrange;3363998\nSFR;+33639980002\nfree;33639980002\n")
        load = partial(load_operator_file, path, store=store, seal=SEAL, clock=CLOCK)
        assert await load() == 2
        assert await load() is None
        found = await FileLookUp(store=store, seal=SEAL).look_up([ONE, TWO, THREE])
        assert found == {ONE: "orange", TWO: "sfr", THREE: None}
        rows = await store.read(lambda connection: connection.execute(select(table(OperatorNumberRow))).all())
        assert not any("3363998" in row.hmac_index for row in rows)

    async def test_a_new_file_takes_the_place_of_the_old_one(self, store: Store, tmp_path: Path) -> None:
        path = written(
            tmp_path / "a.csv", "digits,operator\n" + "".join(f"3363998{n:04d},orange\n" for n in range(2500))
        )
        assert await load_operator_file(path, store=store, seal=SEAL, clock=CLOCK) == 2500
        written(path, "digits,operator\n33639989001,bouygues\n")
        assert await load_operator_file(path, store=store, seal=SEAL, clock=CLOCK) == 1
        found = await FileLookUp(store=store, seal=SEAL).look_up([ONE, "+33639989001"])
        assert found == {ONE: None, "+33639989001": "bouygues"}

    async def test_a_wrong_file_leaves_the_old_one_and_names_the_line(self, store: Store, tmp_path: Path) -> None:
        path = written(tmp_path / "a.csv", "digits,operator\n33639980001,orange\n")
        await load_operator_file(path, store=store, seal=SEAL, clock=CLOCK)
        good = "".join(f"3363998{n:04d},sfr\n" for n in range(2000, 3500))
        written(path, f"digits,operator\n{good}0639980002,sfr\n")
        with pytest.raises(SettingsError, match=r"a\.csv:1502") as wrong:
            await load_operator_file(path, store=store, seal=SEAL, clock=CLOCK)
        assert "0639980002" not in str(wrong.value)
        loop = OperatorFile(path, store=store, seal=SEAL, clock=CLOCK, owner="one")
        await loop.look()
        look_up = FileLookUp(store=store, seal=SEAL)
        assert await look_up.look_up([ONE, "+33639982007"]) == {ONE: "orange", "+33639982007": None}
        written(path, "digits,operator\n33639980001,free\n")
        await loop.look()
        assert await look_up.look_up([ONE]) == {ONE: "free"}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "digits,operator\n336,\n", "digits,operator\n336\n", "\udcff"])
async def test_a_file_that_is_none_is_refused(sqlite_path: Path, tmp_path: Path, text: str) -> None:
    url = f"sqlite:///{sqlite_path}"
    await upgrade(url)
    store = await open_store(url)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=r"a\.csv"):
        await load_operator_file(path, store=store, seal=SEAL, clock=CLOCK)
    await store.close()


class Service:
    """An address that knows one number."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.answer: web.Response | None = None

    async def take(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer secret"
        self.asked.append((await request.json())["numbers"])
        return self.answer or web.json_response({"operators": {ONE: "Orange ", TWO: "", "+33639989999": "sfr"}})


@pytest.fixture
async def service() -> AsyncIterator[tuple[Service, HttpLookUp]]:
    from pydantic import SecretStr

    serving = Service()
    app = web.Application()
    app.router.add_post("/operators", serving.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/operators"
    async with outside_session(allow_private=True) as session:
        yield serving, HttpLookUp(session, url, token=SecretStr("secret"), timeout_s=2.0)
    await runner.cleanup()


class TestHttp:
    async def test_only_what_was_asked_for_is_taken(self, service: tuple[Service, HttpLookUp]) -> None:
        serving, look_up = service
        assert await look_up.look_up([ONE, TWO]) == {ONE: "orange", TWO: None}
        assert serving.asked == [[ONE, TWO]]

    async def test_many_numbers_are_asked_for_in_parts(self, service: tuple[Service, HttpLookUp]) -> None:
        serving, look_up = service
        await look_up.look_up([f"+3363998{n:04d}" for n in range(1100)])
        assert [len(some) for some in serving.asked] == [500, 500, 100]

    @pytest.mark.parametrize(
        "answer",
        [
            web.Response(status=500),
            web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"}),
            web.Response(text="no JSON"),
            web.Response(text='{"operators": []}'),
            web.Response(text='{"operators": {}}' + " " * 300_000),
        ],
        ids=["fails", "elsewhere", "words", "list", "long"],
    )
    async def test_a_bad_answer_leaves_numbers_unknown(
        self, service: tuple[Service, HttpLookUp], answer: web.Response
    ) -> None:
        serving, look_up = service
        serving.answer = answer
        assert await look_up.look_up([ONE]) == {}
        assert len(serving.asked) == 1


class Counting:
    """A look-up that counts what it is asked for, and is silent while it is ``down``."""

    def __init__(self, **known: str) -> None:
        self.known = {f"+{number.removeprefix('n')}": operator for number, operator in known.items()}
        self.asked: list[str] = []
        self.down = False

    async def look_up(self, numbers: list[str]) -> dict[str, str | None]:
        self.asked += numbers
        return {} if self.down else {number: self.known.get(number) for number in numbers}


async def three_people(store: Store) -> list[str]:
    def make(connection: Connection) -> list[str]:
        made = [
            contacts.ensure_contact(connection, SEAL, kind="msisdn", address=number, now_ms=0)
            for number in (ONE, TWO, THREE)
        ]
        capability.want(connection, "garage", made)
        return made

    return await store.write(make)


async def test_a_look_up_that_is_down_changes_nothing_and_is_asked_again(store: Store) -> None:
    people = await three_people(store)
    first, second = Counting(n33639980001="orange"), Counting(n33639980002="sfr")
    clock = FixedClock(CLOCK.now())
    resolver = Resolver(store=store, seal=SEAL, clock=clock, look_ups=LookUps(first, second), days=30)

    async def operators() -> list[str | None]:
        known = await store.read(partial(capability.known, contact_ids=people, now_ms=to_ms(clock.now())))
        return [one.operator for one in known.values()]

    second.down = True
    assert await resolver.resolve(people) == 3
    assert await operators() == ["orange", None, None]
    second.down = False
    assert await resolver.resolve(people) == 2
    assert await operators() == ["orange", "sfr", None]
    clock.move_to(clock.now() + timedelta(days=31))
    first.down = second.down = True
    assert await resolver.resolve(people) == 3
    assert await operators() == ["orange", "sfr", None], "what was known is not forgotten"
    assert await resolver.resolve(people) == 3


async def test_the_book_remembers_and_the_second_way_gets_what_the_first_did_not_know(store: Store) -> None:
    people = await three_people(store)
    first, second = Counting(n33639980001="orange"), Counting(n33639980002="sfr")
    clock = FixedClock(CLOCK.now())
    resolver = Resolver(store=store, seal=SEAL, clock=clock, look_ups=LookUps(first, second), days=30)
    assert await resolver.resolve(people) == 3
    assert second.asked == sorted([TWO, THREE])
    assert await resolver.resolve(people) == 0
    known = await store.read(partial(capability.known, contact_ids=people, now_ms=to_ms(clock.now())))
    assert [one.operator for one in known.values()] == ["orange", "sfr", None]
    clock.move_to(clock.now() + timedelta(days=31))
    assert await resolver.resolve(people) == 3
