"""Sagas in tables against the pure saga: whatever happens in whichever order, both say the same, and no leg is lost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rbm_bots.delivery.fallback import Event, FallbackChanges, Saga, Tick, advance, outcome, settings_for
from rbm_bots.delivery.fallback.happenings import (
    GateAnswered,
    OptChanged,
    RcsSubmitted,
    RcsTold,
    RevokeAnswered,
    SmsTold,
)
from tests.unit.delivery.legs_side import OPEN, RCS, SMS, Desk

GATE: Final = GateAnswered(decision="allow", leg="rcs")
SMS_GATE: Final = GateAnswered(decision="allow", leg="sms")
UNDER_WAY: Final = {"new", "rcs_waiting", "rcs_sent", "revoking", "sms_waiting"}

steps = st.lists(
    st.tuples(
        st.sampled_from(["door", "sms_door", "time", "restart"])
        | st.sampled_from(["accepted", "unknown", "unreachable", "rejected", "queued"])
        | st.sampled_from(["sent", "delivered", "displayed", "failed", "revoked"])
        | st.sampled_from(["sms_accepted", "sms_unknown", "sms_rejected", "sms_delivered", "sms_failed"])
        | st.sampled_from(["revoke_accepted", "revoke_delivered", "revoke_revoked", "revoke_refused", "stop", "start"]),
        st.sampled_from([0, 1, 10, 31, 61, 901]),
    ),
    max_size=22,
)


class Both:
    """The desk, and the value that the pure saga makes of the same facts."""

    def __init__(self, desk: Desk, message_class: Any, changes: FallbackChanges) -> None:
        self.desk = desk
        self.contact = desk.person()
        desk.queue(self.contact, message_class, expires_at=desk.now_ms + 86_400_000)
        self.saga = Saga.begin(
            message_class=message_class,
            channel="maap",
            capability="yes",
            settings=settings_for(message_class, changes),
            starts_at=OPEN,
            expires_at=OPEN + timedelta(days=1),
        )

    def tell(self, event: Event) -> None:
        stop = self.saga.purged
        for gate in (GATE, SMS_GATE) if not stop else ():
            self.saga, _ = advance(self.saga, gate, now=self.desk.now)
        self.saga, _ = advance(self.saga, event, now=self.desk.now)

    def step(self, name: Any, seconds: int) -> None:
        self.desk.move(seconds)
        rcs = next(iter(self.desk.rows("message")))
        parts = self.desk.rows("sms")
        if name == "restart":
            self.desk.restart()
        elif name == "time":
            self.look()
        elif name == "door":
            self.door(rcs.state)
        elif name == "sms_door":
            self.sms_door()
        elif name in ("stop", "start"):
            self.desk.say(self.contact, name)
            self.tell(OptChanged(do=name))
        elif name.startswith("revoke_"):
            self.revoke(name.removeprefix("revoke_"))
        elif name.startswith("sms_"):
            self.part(parts, name.removeprefix("sms_"))
        elif name in ("accepted", "unknown", "unreachable", "rejected", "queued"):
            self.result(rcs, name)
        elif rcs.platform_id is not None:
            self.desk.receipt(rcs.platform_id, name)
            if name != "sent":
                self.arrived(RcsTold(status=name))

    def look(self) -> None:
        [rcs] = self.desk.rows("message")
        due = self.saga.due is not None and self.saga.due <= self.desk.now
        if self.saga.phase in ("new", "rcs_waiting"):
            return  # its turn is the door's
        self.desk.tick()
        if due:
            unsent = self.saga.phase == "rcs_sent" and rcs.state == "queued"
            self.tell(RcsTold(status="failed") if unsent else Tick())

    def door(self, state: str) -> None:
        self.desk.open(RCS)
        if state == "queued" and self.saga.phase == "new":
            self.tell(Tick())
        [rcs] = self.desk.rows("message")
        if state == "queued" and self.saga.phase == "rcs_sent" and rcs.state == "refused":
            self.tell(RcsTold(status="failed"))
        for row in self.desk.rows("revoke"):
            if row.state == "refused" and self.saga.revoke == "sent":
                self.tell(RevokeAnswered(result="refused"))

    def sms_door(self) -> None:
        waiting = [row for row in self.desk.rows("sms") if row.state == "queued"]
        self.desk.open(SMS)
        after = {row.message_id: row.state for row in self.desk.rows("sms")}
        for row in waiting:
            if after[row.message_id] == "refused":
                self.tell(SmsTold(status="failed", part=row.part, attempt=row.attempt))

    def result(self, rcs: Any, name: Any) -> None:
        if rcs.state != "attempting":
            return
        told = "unreachable" if name == "unreachable" else None
        state = "rejected" if told else name
        self.desk.settle(rcs, state, platform_id="p" if name == "accepted" else None, told=told)
        if name in ("accepted", "unknown", "unreachable"):
            self.tell(RcsSubmitted(result=name))
        elif name == "rejected":
            self.tell(RcsTold(status="failed"))

    def revoke(self, name: Any) -> None:
        rows = [row for row in self.desk.rows("revoke") if row.state == "attempting"]
        for row in rows:
            told = name if name in ("delivered", "revoked") else None
            self.desk.settle(row, "accepted" if name == "accepted" else "rejected", told=told)
            self.arrived(RevokeAnswered(result=name))

    def part(self, parts: list[Any], name: Any) -> None:
        for row in parts[-1:]:
            attempt = row.attempt
            if name in ("delivered", "failed"):
                self.desk.report(row.message_id, name)
            elif row.state == "attempting":
                self.desk.settle(row, name)
            else:
                continue
            status = "failed" if name == "rejected" else name
            self.tell(SmsTold(status=status, part=1, attempt=attempt))

    def arrived(self, event: Event) -> None:
        """A word of the platform; an SMS that waits for its first call is taken back when the message is there."""
        had = self.saga.delivered
        self.tell(event)
        if self.saga.delivered and not had and self.saga.tries:
            attempt = len(self.saga.tries)
            rows = [row for row in self.desk.rows("sms") if row.attempt == attempt]
            if all(row.state == "refused" and row.reason == "delivered" for row in rows):
                self.tell(SmsTold(status="failed", part=1, attempt=attempt))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="legs_any_") as name:
        Desk(Path(name) / "empty.db").close()
        yield Path(name)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    timeline=steps,
    message_class=st.sampled_from(["code", "service", "marketing", "conversation"]),
    word=st.sampled_from([None, "hold", "drop", "send", "send_with_prefix"]),
)
def test_tables_and_values_agree(folder: Path, timeline: list[tuple[str, int]], message_class: Any, word: Any) -> None:
    changes = FallbackChanges(on_uncertain=word)
    path = Path(shutil.copy(folder / "empty.db", folder / "one.db"))
    desk = Desk(path, fallback_always=changes)
    try:
        both = Both(desk, message_class, changes)
        both.step("door", 0)
        for name, seconds in timeline:
            both.step(name, seconds)
            agree(both)
        for _ in range(6):
            both.step("time", 2000)
            agree(both)
        assert desk.kept().outcome is not None, "a message was forgotten"
    finally:
        desk.close()


def agree(both: Both) -> None:
    kept, stored, pure = both.desk.kept(), both.desk.saga(), both.saga
    assert (stored.phase, stored.due, stored.delivered, stored.uncertain) == (
        pure.phase,
        pure.due,
        pure.delivered,
        pure.uncertain,
    )
    assert [(one.submit, one.parts) for one in stored.tries] == [(one.submit, one.parts) for one in pure.tries]
    assert outcome(stored) == outcome(pure)
    assert kept.version >= stored.version
    assert len(both.desk.rows("sms")) == sum(len(one.parts) for one in stored.tries)
    assert (kept.outcome is None) == (pure.phase in UNDER_WAY or pure.due is not None)
