"""The pacer against operators that count arrivals in strict sliding windows, in simulated time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rbm_bots.delivery.pacer import Pacer, QuotaWindow
from rbm_bots.delivery.throttle_law import FULL, Throttling


class Operator:
    """Counts arrivals; refuses the call that would be one too many in any window. Refused calls do not count."""

    def __init__(self, windows: list[tuple[int, float]]) -> None:
        self._windows = [(count, span, deque[float]()) for count, span in windows]
        self.refused = 0
        self.taken = 0

    def arrives(self, at: float) -> None:
        for count, span, arrivals in self._windows:
            while arrivals and arrivals[0] <= at - span:
                arrivals.popleft()
            if len(arrivals) >= count:
                self.refused += 1
                return
        for _, _, arrivals in self._windows:
            arrivals.append(at)
        self.taken += 1


def drive(
    pacer: Pacer,
    operator: Operator,
    *,
    seconds: float,
    one_way: float | Callable[[float], float],
    jitter: float,
    seed: int,
) -> None:
    """Send as fast as the pacer lets us; delays have an exponential tail of ``jitter`` seconds."""
    chance = random.Random(seed)
    least = one_way if callable(one_way) else lambda _now: one_way
    now, order = 0.0, 0
    due: list[tuple[float, int, str, object]] = []
    while now < seconds:
        earliest = pacer.earliest()
        if earliest is not None and (not due or max(earliest, now) <= due[0][0]):
            now = max(earliest, now)
            for _ in range(max(1, pacer.room(now))):
                sent = pacer.leave(now)
                arrival = now + least(now) + chance.expovariate(1 / jitter)
                order += 1
                heapq.heappush(due, (arrival, order, "arrives", sent))
            continue
        at, _, what, sent = heapq.heappop(due)
        now = max(now, at)
        if what == "arrives":
            operator.arrives(at)
            order += 1
            back = at + least(at) + chance.expovariate(1 / jitter)
            heapq.heappush(due, (back, order, "answered", sent))
        else:
            pacer.answered(sent, at)  # type: ignore[arg-type]  # the heap holds what leave() gave


BOTH = [(30, 1.0), (1800, 60.0)]


@pytest.mark.parametrize(
    ("window", "windows", "jitter", "used"),
    [
        ("both", BOTH, 0.002, 0.98),
        ("both", BOTH, 0.010, 0.94),
        ("second", BOTH[:1], 0.010, 0.94),
        ("minute", BOTH[1:], 0.050, 0.99),
    ],
)
def test_the_quota_is_used_and_never_overrun(
    window: QuotaWindow, windows: list[tuple[int, float]], jitter: float, used: float
) -> None:
    operator = Operator(windows)
    drive(Pacer(window=window), operator, seconds=600, one_way=0.02, jitter=jitter, seed=7)
    assert operator.refused == 0
    assert operator.taken / (600 * 30) >= used


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    one_way=st.floats(0.0005, 0.2),
    jitter=st.floats(0.0005, 0.1),
    limit=st.integers(1, 60),
)
def test_whatever_the_delays_nothing_is_refused(seed: int, one_way: float, jitter: float, limit: int) -> None:
    operator = Operator([(limit, 1.0), (limit * 60, 60.0)])
    drive(
        Pacer(per_second=limit, per_minute=limit * 60), operator, seconds=90, one_way=one_way, jitter=jitter, seed=seed
    )
    assert operator.refused == 0
    assert operator.taken > 0


@pytest.mark.parametrize("slow", [0.004, 0.005])
@pytest.mark.parametrize("seed", range(5))
def test_a_machine_that_was_busy_and_becomes_fast_is_not_refused(slow: float, seed: int) -> None:
    operator = Operator(BOTH)
    drive(Pacer(), operator, seconds=30, one_way=lambda now: slow if now < 12 else 0.001, jitter=0.0001, seed=seed)
    assert operator.refused == 0


def test_the_thirty_first_waits_for_the_first_answer() -> None:
    pacer = Pacer()
    sent = [pacer.leave(0.0) for _ in range(30)]
    assert pacer.earliest() is None
    assert pacer.room(5.0) == 0
    pacer.answered(sent[0], 0.2)
    assert pacer.earliest() == pytest.approx(1.2)
    assert pacer.room(1.1) == 0
    assert pacer.room(1.21) == 1


def test_a_steady_travelling_time_is_given_back_to_the_quota() -> None:
    pacer = Pacer()
    for _ in range(60):
        pacer.answered(pacer.leave(0.0), 0.2)
    assert pacer.earliest() == pytest.approx(0.2 + 1.0 - 0.9 * 0.2 + 0.003)


def test_a_lost_answer_counts_from_its_time_out() -> None:
    pacer = Pacer(per_second=1, per_minute=60)
    pacer.lost(pacer.leave(0.0), 20.0)
    assert pacer.earliest() == pytest.approx(21.0)


def test_after_a_pause_calls_leave_evenly() -> None:
    pacer = Pacer(per_second=10, per_minute=600)
    pacer.pause(60.0)
    assert pacer.room(59.9) == 0
    left = []
    now = 60.0
    for _ in range(10):
        earliest = pacer.earliest()
        assert earliest is not None
        now = max(now, earliest)
        assert pacer.room(now) == 1
        left.append(now)
        pacer.answered(pacer.leave(now), now)
    gaps = [round(after - before, 6) for before, after in itertools.pairwise(left)]
    assert set(gaps) == {0.1}


def test_a_pause_can_be_lifted_by_hand() -> None:
    pacer = Pacer()
    pacer.pause(60.0)
    pacer.resume()
    assert pacer.room(1.0) == 1


def test_a_new_owner_remembers_what_the_old_one_sent() -> None:
    pacer = Pacer(per_second=3, per_minute=180)
    pacer.remember([10.0, 10.1, 10.2])
    assert pacer.room(10.3) == 0
    assert pacer.earliest() == pytest.approx(11.0)


def counted(pacer: Pacer, now: float) -> int:
    """How many calls leave within one second, each answered at once."""
    left = 0
    until = now + 1.0
    while True:
        earliest = pacer.earliest()
        assert earliest is not None
        now = max(now, earliest)
        if now >= until:
            return left
        pacer.answered(pacer.leave(now), now)
        left += 1


class TestCeiling:
    def test_the_first_429_only_pauses(self) -> None:
        pacer = Pacer()
        pacer.throttled(0.0, 60.0)
        assert pacer.room(59.9) == 0
        assert pacer.throttling == Throttling(at=0.0, ceiling=FULL)
        assert counted(pacer, 61.0) == 30

    def test_a_second_within_ten_minutes_takes_a_third_and_a_tenth_comes_back_each_minute(self) -> None:
        pacer = Pacer()
        pacer.throttled(0.0, 60.0)
        pacer.throttled(600.0, 660.0)
        assert [counted(pacer, 660.0 + 60 * minute + 1) for minute in range(5)] == [20, 23, 26, 29, 30]

    def test_after_ten_minutes_a_429_is_a_first_one(self) -> None:
        pacer = Pacer()
        pacer.throttled(0.0, 60.0)
        pacer.throttled(601.0, 661.0)
        assert counted(pacer, 662.0) == 30

    def test_answers_to_calls_that_left_before_the_pause_say_nothing_new(self) -> None:
        pacer = Pacer()
        for at in (0.0, 0.1, 5.0, 59.0):
            pacer.throttled(at, at + 60.0)
        assert pacer.throttling == Throttling(at=0.0, ceiling=FULL)
        assert pacer.room(118.9) == 0

    def test_the_minute_gets_smaller_too(self) -> None:
        pacer = Pacer(window="minute")
        pacer.throttled(0.0, 60.0)
        pacer.throttled(60.0, 120.0)
        now, left = 120.0, 0
        while now < 180.0:
            earliest = pacer.earliest()
            assert earliest is not None
            now = max(now, earliest)
            pacer.answered(pacer.leave(now), now)
            left += now < 180.0
        assert left == 1200

    def test_however_often_it_is_told_one_call_may_leave(self) -> None:
        pacer = Pacer(per_second=2, per_minute=120)
        for time in range(40):
            pacer.throttled(time * 60.0, (time + 1) * 60.0)
        assert pacer.throttling.ceiling >= 1
        assert pacer.room(40 * 60.0) == 1

    def test_a_new_owner_goes_on_under_the_ceiling(self) -> None:
        pacer = Pacer()
        pacer.remember([], Throttling(at=0.0, ceiling=500))
        assert counted(pacer, 1.0) == 15
        assert counted(pacer, 130.0) == 18

    def test_a_pause_lifted_by_hand_leaves_the_ceiling_and_the_next_429_counts(self) -> None:
        pacer = Pacer()
        pacer.throttled(0.0, 60.0)
        pacer.resume()
        pacer.throttled(1.0, 61.0)
        assert pacer.throttling == Throttling(at=1.0, ceiling=667)
