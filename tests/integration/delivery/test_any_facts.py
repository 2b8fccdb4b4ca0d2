"""Sagas in both databases under any order, repeat, loss and power cut: no double is hidden, and nobody is forgotten.

The book of what people have is kept beside the program, from the facts alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete

from rbm_bots.delivery.asking import Found
from rbm_bots.store import Store, open_store
from rbm_bots.store.base import table
from rbm_bots.store.schema import upgrade
from rbm_bots.store.tables import OutboxRow, SagaRow
from tests.unit.delivery.legs_side import RCS, SMS, Desk

T = TypeVar("T")
EXAMPLES: Final = 12
CLASSES: Final = ("code", "service", "marketing")
TEXTS: Final = ("Bonjour.", "a" * 200)
FACTS: Final = (
    *("door", "sms_door", "time", "power_cut", "restart", "stop", "start"),
    *("accepted", "unknown", "unreachable", "rejected", "queued"),
    *("delivered", "failed", "revoked", "displayed"),
    *("revoke_accepted", "revoke_delivered", "revoke_revoked", "revoke_refused", "revoke_unknown"),
    *("sms_accepted", "sms_unknown", "sms_rejected", "sms_delivered", "sms_failed"),
)
STORY: Final = (
    ("door",),
    ("accepted", "accepted", "accepted", "unknown", "unreachable", "queued"),
    ("nothing", "nothing", "delivered", "stop", "restart"),
    ("deadline",),
    ("door", "power_cut"),
    ("revoked", "revoked", "failed", "revoke_revoked", "revoke_refused", "revoke_accepted", "revoke_delivered"),
    ("time", "nothing"),
    ("nothing", "nothing", "delivered", "stop"),
    ("nothing", "start"),
    ("sms_door",),
    ("sms_accepted", "sms_unknown", "sms_rejected", "nothing"),
    ("sms_delivered", "sms_delivered", "sms_failed", "nothing"),
    ("delivered", "displayed", "nothing"),
    ("time", "nothing"),
    ("sms_door",),
    ("sms_delivered", "nothing"),
)
"""How it goes for one person, in order; what happens beside it is drawn as well, and what is not drawn is lost."""

stories = st.tuples(*map(st.sampled_from, STORY))
noise = st.lists(st.tuples(st.integers(0, 2 * len(STORY)), st.sampled_from(FACTS), st.integers(0, 1)), max_size=8)


@st.composite
def timelines(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Two people's stories side by side, with repeats, losses and other facts in between: (fact, whose)."""
    together = [(fact, at) for pair in zip(draw(stories), draw(stories), strict=True) for at, fact in enumerate(pair)]
    for place, fact, at in draw(noise):
        together.insert(place, (fact, at))
    return together


people = st.lists(
    st.tuples(st.sampled_from(CLASSES), st.sampled_from(TEXTS), st.sampled_from(["yes", "yes", "no"])),
    min_size=2,
    max_size=2,
)
numbers = count(1)


class PowerCut(Exception):
    """The process dies before its commit."""


class StoreDesk(Desk):
    """The desk on a store of either engine."""

    def __init__(self, store: Store, runner: asyncio.Runner) -> None:
        self._store = store
        self._runner = runner
        self.dies = False
        self.set_up()

    def write(self, work: Callable[[Connection], T]) -> T:
        dies, self.dies = self.dies, False

        def commit(connection: Connection) -> T:
            done = work(connection)
            if dies:
                raise PowerCut
            return done

        return self._runner.run(self._store.write(commit))


class World:
    """Two people with a message each, and what really reached them."""

    def __init__(self, desk: StoreDesk, drawn: list[tuple[str, str, str]]) -> None:
        self.desk = desk
        desk.write(lambda c: [c.execute(delete(table(model))) for model in (OutboxRow, SagaRow)])
        desk.measured.clear()
        self.names = ("m0", "m1")
        self.whose: dict[str, str] = {}
        self.kind = {name: one[0] for name, one in zip(self.names, drawn, strict=True)}
        self.by_rcs: set[str] = set()
        self.by_sms: dict[tuple[str, int], set[int]] = {}
        self.called: set[tuple[str, int]] = set()
        self.stopped: set[str] = set()
        for name, (kind, text, capability) in zip(self.names, drawn, strict=True):
            contact = desk.person(f"+3363998{next(numbers):04d}")
            desk.found[contact] = Found(capability=capability)  # type: ignore[arg-type]  # drawn from its words
            desk.queue(contact, kind, name=name, text=text, expires_at=desk.now_ms + 86_400_000)
            self.whose[name] = contact

    def rows(self, name: str, operation: str, *states: str) -> list[Any]:
        found = [row for row in self.desk.rows(operation) if name in (row.message_id, row.logical_id)]
        return [row for row in found if not states or row.state in states]

    def happens(self, fact: str, at: int) -> None:
        name = self.names[at]
        self.desk.move(7201 if fact == "deadline" else 61 if fact == "time" else 1)
        match fact:
            case "nothing":
                pass
            case "power_cut":
                self.desk.dies = True
                with suppress(PowerCut):
                    self.open(SMS if at else RCS)
                self.desk.dies = True
                with suppress(PowerCut):
                    self.desk.tick()
                self.desk.dies = False
                self.desk.restart()
            case "restart":
                self.desk.restart()
            case "time" | "deadline":
                self.desk.tick()
            case "door" | "sms_door":
                self.open(RCS if fact == "door" else SMS)
            case "stop" | "start":
                self.desk.say(self.whose[name], fact)
                if fact == "stop" and self.kind[name] == "marketing":
                    self.stopped.add(name)
            case _ if fact.startswith("revoke_"):
                self.revoke(name, fact.removeprefix("revoke_"))
            case _ if fact.startswith("sms_"):
                self.part(name, fact.removeprefix("sms_"))
            case _:
                self.rcs(name, fact)

    def open(self, application: str) -> None:
        for leaving in self.desk.open(application).leaving:
            row = leaving.row
            name = row.logical_id or row.message_id
            assert row.operation == "revoke" or name not in self.stopped, "STOP had purged it"
            if row.operation == "sms":
                begun = (name, row.attempt) in self.called
                assert begun or name not in self.by_rcs, "the person had it already"
                self.called.add((name, row.attempt))

    def rcs(self, name: str, fact: str) -> None:
        [row] = self.rows(name, "message")
        if fact in ("accepted", "unknown", "unreachable", "rejected", "queued"):
            if row.state == "attempting":
                told = "unreachable" if fact == "unreachable" else None
                platform_id = f"p-{name}" if fact == "accepted" else None
                self.desk.settle(row, "rejected" if told else fact, platform_id=platform_id, told=told)
        elif row.platform_id is not None:
            self.desk.receipt(row.platform_id, fact)
            self.desk.receipt(row.platform_id, fact)  # platforms repeat themselves
            if fact in ("delivered", "displayed"):
                self.by_rcs.add(name)

    def revoke(self, name: str, fact: str) -> None:
        for row in self.rows(name, "revoke", "attempting"):
            told = fact if fact in ("delivered", "revoked") else None
            state = fact if fact in ("accepted", "unknown") else "rejected"
            self.desk.settle(row, state, told=told)
            if fact == "delivered":
                self.by_rcs.add(name)

    def part(self, name: str, fact: str) -> None:
        for row in self.rows(name, "sms"):
            if (name, row.attempt) not in self.called or row.attempted_at is None:
                continue  # nobody reports on what was never called
            if fact in ("delivered", "failed"):
                self.desk.report(row.message_id, fact)  # type: ignore[arg-type]  # one of its words
                if fact == "delivered":
                    self.by_sms.setdefault((name, row.attempt), set()).add(row.part)
            elif row.state == "attempting":
                self.desk.settle(row, fact)

    def silence(self) -> None:
        """Nothing is heard any more; calls under way have no result, and the clocks run on for two days."""
        for _ in range(8):
            for application in (RCS, SMS):
                self.open(application)
            for row in [row for row in self.desk.rows() if row.state == "attempting"]:
                self.desk.settle(row, "unknown")
            self.desk.tick()
            self.desk.move(6 * 3600 if _ else 7201)

    def check(self) -> None:
        doubles = 0
        for name in self.names:
            kept, saga = self.desk.kept(name), self.desk.saga(name)
            assert kept.outcome is not None, "nobody is forgotten"
            assert (kept.due_at, saga.due) == (None, None)
            tries = [self.by_sms.get((name, one), set()) for one in range(1, len(saga.tries) + 1)]
            whole = [len(got) == len(one.parts) for got, one in zip(tries, saga.tries, strict=True)]
            twice = (name in self.by_rcs and any(tries)) or sum(whole) == 2
            doubles += twice
            if twice:
                assert kept.outcome == "DOUBLE"
            elif name in self.by_rcs or any(whole):
                assert kept.outcome in {"DONE_RCS", "DONE_SMS", "DOUBLE"}
            else:
                assert kept.outcome not in {"DONE_RCS", "DONE_SMS", "DOUBLE"}
            assert len(self.rows(name, "revoke")) <= 1
            assert len(saga.tries) <= 2
            assert not self.rows(name, "message", "queued", "attempting")
            assert not self.rows(name, "sms", "queued", "attempting")
        assert self.desk.measured.count("double") >= doubles


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, sqlite_path: Path) -> str:
    return f"sqlite:///{sqlite_path}" if request.param == "sqlite" else request.getfixturevalue("postgres_database")


@pytest.fixture
def desk(database: str) -> Iterator[StoreDesk]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with asyncio.Runner() as runner:
        runner.run(upgrade(database))
        store = runner.run(open_store(database))
        yield StoreDesk(store, runner)
        runner.run(store.close())


def test_no_double_is_hidden_and_nobody_is_forgotten(desk: StoreDesk) -> None:
    played = count(1)

    @given(people, timelines())
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def any_facts(drawn: list[tuple[str, str, str]], timeline: list[tuple[str, int]]) -> None:
        next(played)
        desk.set_up()
        world = World(desk, drawn)
        for fact, at in timeline:
            world.happens(fact, at)
        world.silence()
        world.check()

    any_facts()
    assert next(played) > EXAMPLES // 2, "some timelines were played"
