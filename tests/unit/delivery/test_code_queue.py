"""A short code's queue stays short, and what waits for it is put off one behind the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.delivery.asking import Found
from rbm_bots.delivery.code_queue import DEPTH_S, Joining, Room
from rbm_bots.delivery.routes import SmsCode
from rbm_bots.rules.decision import Decision, defer
from tests.unit.delivery.legs_side import CODE, OPEN, SMS, Desk

SLOW = SmsCode(code=CODE, operations_per_s=1)
FULL = int(DEPTH_S)  # parts at one a second
EVENING = OPEN.replace(hour=20, minute=30)  # half past nine in Paris: closing


def leg(message_class: str = "marketing", parts: int = 1) -> Joining:
    return Joining(code=SLOW, message_class=message_class, parts=parts)


def room(waiting: int, *, message_class: str = "marketing", now: datetime = OPEN) -> Room:
    return Room({CODE: {leg(message_class).lane: waiting}}, {}, now)


@pytest.mark.parametrize(("waiting", "put_off_s"), [(0, None), (FULL - 1, None), (FULL, 1), (FULL + 60, 61)])
def test_a_leg_joins_until_the_queue_is_full(waiting: int, put_off_s: int | None) -> None:
    free_at = room(waiting).free_at(leg(), closes_at=None)
    assert free_at == (OPEN + timedelta(seconds=put_off_s) if put_off_s is not None else None)


def test_those_who_are_put_off_come_back_at_the_rate_of_the_code() -> None:
    full, turns = room(FULL), []
    for _ in range(4):
        until = full.free_at(leg(parts=3), closes_at=None)
        assert until is not None
        full.decided(leg(parts=3), defer("quota", until=until), closes_at=None)
        turns.append((until - OPEN).total_seconds())
    assert turns == [3, 6, 9, 12]


def test_legs_of_one_batch_count_for_those_behind_them() -> None:
    nearly = room(FULL - 1)
    nearly.decided(leg(), Decision(), closes_at=None)
    assert nearly.free_at(leg(), closes_at=None) is not None


def test_a_refused_leg_takes_no_place() -> None:
    nearly = room(FULL - 1)
    nearly.decided(leg(), Decision(verdict="deny", rule="stop"), closes_at=None)
    assert nearly.free_at(leg(), closes_at=None) is None


def test_marketing_holds_nobody_else_back() -> None:
    assert room(10 * FULL).free_at(leg("code"), closes_at=None) is None
    assert room(FULL, message_class="code").free_at(leg("marketing"), closes_at=None) is not None


def test_what_would_not_be_through_by_closing_asks_again_then() -> None:
    before = EVENING - timedelta(seconds=60)
    assert room(53, now=before).free_at(leg(), closes_at=EVENING) is None
    assert room(0, now=EVENING - timedelta(seconds=1)).free_at(leg(), closes_at=EVENING) is None
    assert room(54, now=before).free_at(leg(), closes_at=EVENING) == EVENING
    assert room(5 * FULL, now=before).free_at(leg(), closes_at=EVENING) == EVENING


def test_a_turn_at_closing_time_puts_nobody_off_longer() -> None:
    turns: dict[tuple[str, int], datetime] = {}
    late = Room({CODE: {leg().lane: FULL}}, turns, EVENING - timedelta(seconds=1))
    late.decided(leg(), defer("quota", until=EVENING), closes_at=EVENING)
    assert turns == {}


@given(st.integers(0, 5 * FULL), st.lists(st.integers(1, 5), max_size=60))
def test_a_batch_never_fills_a_queue_beyond_its_depth(waiting: int, legs: list[int]) -> None:
    queue, joined = room(waiting), waiting
    for parts in legs:
        until = queue.free_at(leg(parts=parts), closes_at=None)
        decision = Decision() if until is None else defer("quota", until=until)
        queue.decided(leg(parts=parts), decision, closes_at=None)
        joined += parts if until is None else 0
    assert joined <= max(waiting, FULL + 4)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "queue.db")


@pytest.fixture
def slow(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "slow.db", codes={CODE: SLOW})


def without_rcs(desk: Desk, count: int, *, first: int = 0, message_class: Any = "marketing") -> None:
    """So many people without RCS, each with a message at the door, which they all pass."""
    for number in range(first, first + count):
        contact = desk.person(f"+3363998{number:04d}")
        desk.found[contact] = Found(capability="no")
        desk.queue(contact, message_class, name=f"m{number}")
    while any(row.state == "queued" for row in desk.rows("message")):
        desk.open()


def waiting(desk: Desk) -> int:
    return len([row for row in desk.rows("sms") if row.state == "queued"])


def carry(desk: Desk, seconds: int) -> None:
    """The code sends one part a second, and the deadlines are looked at."""
    for _ in range(seconds):
        desk.move(1)
        desk.tick()
        opened = desk.open(SMS)
        for leaving in opened.leaving[1:]:
            desk.settle(leaving.row, "queued", reason="rate")
        if opened.leaving:
            desk.settle(opened.leaving[0].row, "accepted")


def test_the_queue_in_the_tables_is_bounded_and_nobody_is_forgotten(slow: Desk) -> None:
    without_rcs(slow, FULL + 30)
    assert waiting(slow) == FULL
    put_off = [slow.kept(f"m{number}") for number in range(FULL, FULL + 30)]
    assert {(one.phase, one.rule, one.outcome) for one in put_off} == {("sms_waiting", "quota", None)}
    assert [one.due_at - slow.now_ms for one in put_off] == [1000 * turn for turn in range(1, 31)]
    without_rcs(slow, 1, first=900, message_class="code")
    assert waiting(slow) == FULL + 1, "a one-time code joins at once"
    for _ in range(20):
        carry(slow, 2)
        assert waiting(slow) <= FULL + 1
    assert all(slow.kept(f"m{number}").phase == "sms_sent" for number in range(FULL + 30))


def test_what_the_evening_cannot_carry_goes_in_the_morning(slow: Desk) -> None:
    slow.now = EVENING - timedelta(seconds=20)
    without_rcs(slow, 30)
    assert waiting(slow) == 18
    carry(slow, 21)
    rows = slow.rows("sms")
    assert {row.state for row in rows} == {"accepted"}, "no part was lost to the closing hour"
    late = [slow.kept(f"m{number}") for number in range(18, 30)]
    morning = OPEN.replace(hour=7) + timedelta(days=1)
    assert {(one.phase, one.rule, one.due_at) for one in late} == {
        ("sms_waiting", "quiet_hours", 1000 * int(morning.timestamp()))
    }
    slow.now = morning
    slow.tick()
    assert waiting(slow) == 12
