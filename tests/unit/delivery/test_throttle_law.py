"""What «too fast» makes of the rate of a short code, and what a busy centre does not."""

from __future__ import annotations

from rbm_bots.delivery.pacer import Pacer
from rbm_bots.delivery.throttle_law import FULL, SHORT_CODE, Throttling
from tests.unit.delivery.test_pacer import counted


def code() -> Pacer:
    return Pacer(per_second=10, per_minute=600, window="second", law=SHORT_CODE)


def test_half_for_ten_seconds_and_back_in_steps() -> None:
    pacer = code()
    pacer.throttled(0.0, 1.0)
    assert [counted(pacer, 2.0 + 10 * step) for step in range(7)] == [5, 6, 7, 8, 9, 10, 10]


def test_however_often_it_is_told_half_remains() -> None:
    pacer = code()
    for at in range(20):
        pacer.throttled(at * 60.0, (at + 1) * 60.0)
    assert counted(pacer, 1201.0) == 5


def test_a_burst_of_refusals_is_one() -> None:
    pacer = code()
    for _ in range(10):
        pacer.throttled(0.0, 1.0)
    assert pacer.throttling == Throttling(at=1.0, ceiling=FULL // 2)


def test_a_new_owner_goes_on_with_what_is_left() -> None:
    pacer = code()
    pacer.remember([], Throttling(at=-20.0, ceiling=FULL // 2))
    assert counted(pacer, 0.5) == 7


def test_a_busy_centre_only_pauses() -> None:
    pacer = code()
    for at in range(20):
        pacer.pause(at + 1.0)
    assert pacer.throttling == Throttling()
    assert counted(pacer, 21.0) == 10
