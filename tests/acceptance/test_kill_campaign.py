"""``kill -9`` at random instants of a campaign with fallback: the import, the sends, the revokes, the SMS.

Each person ends in one way, which is what came to their phone; who got two messages, or may have, is listed.
"""

from __future__ import annotations

import asyncio
import csv
import io
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError
from sqlalchemy import select

from rbm_bots.clock import SystemClock
from rbm_bots.emulator.smsc import Smsc, SmscSettings
from rbm_bots.store import open_store
from rbm_bots.store.base import table
from rbm_bots.store.tables import OutboxRow
from tests.acceptance.driver.commands import break_off, command
from tests.acceptance.driver.deployment import BOT, TOKEN, Deployment, deploy, free_ports, webhook
from tests.acceptance.driver.operator import Operator, operating, until
from tests.acceptance.driver.process import Process
from tests.acceptance.driver.recipients import Person, Reached, everybody, know, misbehave, reached, refuse_revoke, turn

PEOPLE = 48
QUOTA = 20
PATIENCE_S = 300
"""The end of a wait for what has to come; no wait measures speed."""
LOOK_S = 0.25
BATCH = 1000
CALLS = 72
"""At least so many calls to the operator and the centre are made when nobody kills."""
SOAK = [pytest.param(seed, 5, True, marks=pytest.mark.soak) for seed in range(1, 6)]
"""(seed, kills of the server, whether the import is killed too)"""

CAMPAIGN = f"""
campaign: recall
bot: {BOT}
class: service
audience: {{csv: people.csv, number: mobile, reference: id}}
columns: {{drink: boisson}}
message: {{text: "Votre {{{{ drink }}}} est là.", sms: "Votre {{{{ drink }}}} est là."}}
"""
SETTINGS = """
sms = "36123"

[sms.codes.36123]
operations_per_s = 20
[sms.codes.36123.transport]
kind = "ucp"
hosts = ["127.0.0.1:{port}"]
account = "36123"
password = "secret"
result_timeout_s = 2.0

[fallback.service]
deadline = 1.0
revoke_wait = 1.0
sms_grace = 0.2
"""
LISTED = {"double", "maybe_double", "unknown"}
ENDS = {"delivered", "displayed", "delivered_sms"} | LISTED


@dataclass(slots=True, kw_only=True)
class House:
    """A deployment, its operator and its centre."""

    deployment: Deployment
    server: Process
    operator: Operator
    centre: Smsc
    people: list[Person]
    looked_at: float = 0.0

    async def asked(self, path: str) -> Any:
        """What the running server says; ``None`` of a campaign that it does not know."""
        url = f"http://127.0.0.1:{self.deployment.admin_port}/admin{path}"
        async with self.operator.http.get(url, headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
            return await answer.json() if answer.status == 200 else None

    def calls(self) -> int:
        """How far the campaign is: calls to the operator, and SMS at the centre."""
        lines = self.operator.emulator.platform.record.lines()
        return sum(line["direction"] == "in" for line in lines) + len(self.centre.taken)

    async def after(self, instant: int) -> None:
        """Return after so many calls, or when there will be no more: what a kill leaves in doubt may never come."""

        async def is_there() -> bool:
            return self.calls() >= instant or await self.at_rest()

        await until(is_there, within_s=PATIENCE_S)

    async def at_rest(self) -> bool:
        """Whether the campaign is over, nothing is on its way, and everything was heard; seldom looked at."""
        now = asyncio.get_running_loop().time()
        if now < self.looked_at + LOOK_S:
            return False
        self.looked_at = now
        try:
            status, state = await self.asked("/campaigns/recall"), await self.server.state(self.operator.http)
        except ClientError:
            return False  # it was just killed
        calls = {name for states in state["outbox"].values() for name in states}
        awaited = state["outbox"].get("sms:36123", {}).get("accepted", 0)
        over = status["state"] == "done" and not status["people"].get("waiting") and set(status["messages"]) <= ENDS
        quiet = not calls & {"queued", "attempting"} and not awaited and not state["inbox"]
        return over and quiet and self.told()

    def told(self) -> bool:
        """Whether the server has taken every receipt."""
        told = self.operator.told()
        return all(
            ("messageStatus", message.msg_id, message.status) in told
            for one in self.people
            for message in self.operator.received(one.number)
            if message.status != "sent"
        )


@asynccontextmanager
async def housed(database: str, folder: Path) -> AsyncIterator[House]:
    """Everything but a running server; whatever runs at the end is killed."""
    ports, people = free_ports(2), everybody(PEOPLE)
    centre = Smsc(settings=SmscSettings(), clock=SystemClock())
    await centre.start()
    async with operating(webhook=webhook(ports[0]), quota_per_s=QUOTA) as operator:
        deployment = await deploy(
            folder, database=database, operator=operator.base, ports=(ports[0], ports[1]), quota_per_s=QUOTA
        )
        with deployment.config.open("a", encoding="utf-8") as config:
            config.write(SETTINGS.format(port=centre.port))
        await know(deployment, people)
        await misbehave(operator, people)
        server = Process(deployment)
        try:
            yield House(deployment=deployment, server=server, operator=operator, centre=centre, people=people)
        finally:
            await server.close()
            await centre.stop()


def write_files(house: House, folder: Path) -> Path:
    """The campaign's file and its audience: the first batch is half of the people, filled up with repeats of one."""
    file, half = folder / "recall.yaml", PEOPLE // 2
    file.write_text(CAMPAIGN, encoding="utf-8")
    rows = [f"{one.place};{one.number};thé {one.place}" for one in house.people]
    rows[half:half] = rows[:1] * (BATCH - half)
    (folder / "people.csv").write_text("\n".join(["id;mobile;boisson", *rows]), encoding="utf-8")
    return file


async def break_the_import_off(house: House, file: Path) -> None:
    """``rbm campaign run`` is killed when half of the people are in."""

    async def half_is_in() -> bool:
        found = await house.asked("/campaigns/recall")
        return bool(found and found["state"] == "importing" and sum(found["people"].values()) == PEOPLE // 2)

    await break_off(house.deployment, file, when=half_is_in)
    assert (house.calls(), await half_is_in()) == (0, True), "nobody gets anything before all are in"


async def kill_on_the_way(house: House, chance: random.Random, kills: int) -> None:
    """Kill and start again: once in each stretch of the calls, so among the sends, the revokes and the SMS."""
    stretch = CALLS // kills
    for at in range(kills):
        await house.after(at * stretch + chance.randrange(1, stretch))
        await house.server.kill()
        await house.server.start()


async def come_back(house: House, chance: random.Random) -> None:
    """Phones are turned on at any instant."""
    back = [(chance.randrange(CALLS), one.place) for one in house.people if one.kind == "returns"]
    for instant, place in sorted(back):
        await house.after(instant)
        await turn(house.operator, house.people[place], "online")


async def in_doubt(deployment: Deployment) -> set[str]:
    """The contacts of whom nobody knows whether a message or an SMS reached them; no server may be running."""
    out = table(OutboxRow)
    doubtful = select(out.c.contact_id).where(out.c.state == "unknown", out.c.operation != "revoke")
    store = await open_store(deployment.database)
    try:
        return set(await store.read(lambda connection: connection.execute(doubtful).scalars().all()))
    finally:
        await store.close()


def check(lines: list[dict[str, str]], people: list[Person], got: dict[str, Reached], doubtful: set[str]) -> None:
    """One line a person, and what it says is what their phone shows."""
    assert sorted(int(line["reference"]) for line in lines) == [one.place for one in people]
    assert len({line["contact"] for line in lines}) == len(people)
    for line in lines:
        person, outcome = people[int(line["reference"])], line["outcome"]
        assert line["mobile"] == person.number
        here, doubt = got[person.number], line["contact"] in doubtful
        text = f"Votre thé {person.place} est là."
        assert (set(here.rcs) <= {text}, set(here.sms) <= {text, f"Rappel : {text}"}) == (True, True)
        by = len(here.rcs), len(here.sms)
        assert says_what_came(outcome, rcs=by[0], sms=by[1], doubt=doubt), (person.kind, outcome, by, doubt)
        assert outcome in LISTED or (here.count == 1 and not doubt), (person.kind, outcome, by, doubt)


def says_what_came(outcome: str, *, rcs: int, sms: int, doubt: bool) -> bool:
    """Whether an outcome agrees with what came; what is in doubt may have come or not."""
    match outcome:
        case "delivered" | "displayed":
            return (rcs, sms) == (1, 0)
        case "delivered_sms":
            return (rcs, sms) == (0, 1)
        case "double":
            return rcs + sms == 2 or (doubt and rcs + sms >= 1)
        case "maybe_double":
            return doubt and sms >= 1
        case "unknown":
            return doubt
        case _:
            return False


class KillContract:
    """Each engine's test class gives the fixture ``database``, and what happens in the quick run."""

    async def ends(self, house: House, folder: Path, seed: int, kills: int, *, importing: bool) -> None:
        """Run a whole campaign, and check what came of everybody."""
        chance, file = random.Random(seed), write_files(house, folder)
        await house.server.start()
        if importing:
            await break_the_import_off(house, file)
        assert f"{PEOPLE} people" in await command(house.deployment, "run", str(file))
        refusing = asyncio.create_task(refuse_revoke(house.operator, house.people))
        await asyncio.gather(kill_on_the_way(house, chance, kills), come_back(house, random.Random(seed)))
        await until(house.at_rest, within_s=PATIENCE_S)
        for one in house.people:
            await turn(house.operator, one, "online")
        await until(house.at_rest, within_s=PATIENCE_S)
        refusing.cancel()  # of a message that never left there is nothing to refuse
        await asyncio.gather(refusing, return_exceptions=True)
        status = await house.asked("/campaigns/recall")
        said = await command(house.deployment, "report", "recall", "--with", "mobile")
        assert await house.server.terminate() == 0
        lines = list(csv.DictReader(io.StringIO(said)))
        got = reached(house.people, house.operator, house.centre)
        check(lines, house.people, got, await in_doubt(house.deployment))
        assert status["messages"] == Counter(line["outcome"] for line in lines)
        assert {"delivered", "delivered_sms"} <= set(status["messages"])
        assert house.operator.answers_to_sends() <= {202, None}, "the quota is kept; of one call the answer is lost"
        [silent] = [one for one in house.people if one.kind == "no_result"]
        assert [line["outcome"] for line in lines if line["mobile"] == silent.number] == ["unknown"]


class TestSqlite(KillContract):
    @pytest.fixture
    def database(self, sqlite_path: Path) -> str:
        return f"sqlite:///{sqlite_path}"

    @pytest.mark.parametrize(("seed", "kills", "importing"), [(0, 2, False), *SOAK])
    async def test_each_person_ends_in_one_way_and_who_got_two_is_listed(
        self, database: str, tmp_path: Path, seed: int, kills: int, importing: bool
    ) -> None:
        async with housed(database, tmp_path) as house:
            await self.ends(house, tmp_path, seed, kills, importing=importing)


class TestPostgres(KillContract):
    @pytest.fixture
    def database(self, postgres_database: str) -> str:
        return postgres_database

    @pytest.mark.parametrize(("seed", "kills", "importing"), [(0, 1, True), *SOAK])
    async def test_each_person_ends_in_one_way_and_who_got_two_is_listed(
        self, database: str, tmp_path: Path, seed: int, kills: int, importing: bool
    ) -> None:
        async with housed(database, tmp_path) as house:
            await self.ends(house, tmp_path, seed, kills, importing=importing)
