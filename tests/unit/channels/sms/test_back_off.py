"""How long links and codes wait, and how long a message lives at least."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rbm_bots.channels.sms.back_off import BusyPauses, Comeback
from rbm_bots.channels.sms.errors import TimesRefused
from rbm_bots.channels.sms.validity import lived_until

NOW = datetime(2026, 11, 24, 9, 15, 30, tzinfo=UTC)


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class TestComeback:
    def back(self, seconds: Seconds) -> Comeback:
        return Comeback(monotonic=seconds, jitter=lambda: 1.0)

    def test_a_centre_that_takes_logins_and_hangs_up_is_asked_less_and_less(self) -> None:
        seconds = Seconds()
        comeback, waits = self.back(seconds), []
        for _ in range(8):
            comeback.opened()
            seconds.now += 0.1
            waits.append(comeback.ended(refused=False))
        assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]

    def test_a_link_that_stood_for_a_minute_comes_back_at_once_and_to_the_first_host(self) -> None:
        seconds = Seconds()
        comeback = self.back(seconds)
        for _ in range(5):
            comeback.ended(refused=False)
        comeback.opened()
        seconds.now += 60
        assert comeback.ended(refused=False) == 1.0
        assert comeback.failures == 0

    def test_refused_accounts_wait_longest(self) -> None:
        comeback = self.back(Seconds())
        assert [comeback.ended(refused=True) for _ in range(5)] == [60.0, 120.0, 240.0, 480.0, 600.0]
        assert comeback.ended(refused=False) < 60


class TestBusyPauses:
    def test_one_burst_makes_one_pause(self) -> None:
        seconds = Seconds()
        pauses = BusyPauses(seconds)
        assert [pauses.refused() for _ in range(10)] == [1.0] * 10
        seconds.now += 0.25
        assert pauses.refused() == 0.75

    def test_each_pause_is_longer_until_it_takes_again(self) -> None:
        seconds = Seconds()
        pauses, waits = BusyPauses(seconds), []
        for _ in range(8):
            waits.append(pauses.refused())
            pauses.taken()  # what left before the pause
            seconds.now += waits[-1]
        assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
        pauses.taken()
        assert pauses.refused() == 1.0


class TestValidity:
    def test_it_lives_a_minute_at_least(self) -> None:
        assert lived_until(NOW + timedelta(seconds=5), now=NOW) == NOW + timedelta(minutes=1)
        assert lived_until(NOW + timedelta(hours=1), now=NOW) == NOW + timedelta(hours=1)
        assert lived_until(None, now=NOW) is None

    def test_no_longer_than_the_centre_takes(self) -> None:
        for until in (None, NOW + timedelta(days=9)):
            assert lived_until(until, now=NOW, longest_s=3600) == NOW + timedelta(hours=1)

    def test_what_is_over_does_not_leave(self) -> None:
        with pytest.raises(TimesRefused):
            lived_until(NOW, now=NOW)
