"""A timer that raises is logged and takes nothing else with it, in running time and on the way of a move."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from rbm_bots.clock import FixedClock
from rbm_bots.emulator import build_emulator
from rbm_bots.emulator.time import EmulatorClock

AT = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
PRIVATE = "+33639980001 said Bonjour"


def fail() -> None:
    raise LookupError(PRIVATE)


async def test_the_loop_goes_on_after_a_fault() -> None:
    clock = EmulatorClock(FixedClock(AT))
    happened = asyncio.Event()
    with capture_logs() as logs:
        loop = asyncio.create_task(clock.run())
        clock.call_later(0, fail)
        clock.call_later(0, happened.set)
        await asyncio.wait_for(happened.wait(), 5)
        assert not loop.done()
        loop.cancel()
    assert [(line["event"], line["error"]) for line in logs] == [("emulator.timer_failed", "LookupError")]
    assert logs[0]["place"].startswith("test_emulator_timers.py:")
    assert PRIVATE not in str(logs)


async def test_a_move_goes_on_after_a_fault() -> None:
    clock = EmulatorClock(FixedClock(AT))
    seen: list[float] = []
    clock.call_later(10, fail)
    clock.call_later(20, lambda: seen.append((clock.now() - AT).total_seconds()))
    with capture_logs() as logs:
        await clock.advance(60)
    assert (seen, len(logs), (clock.now() - AT).total_seconds()) == ([20], 1, 60)


async def test_an_emulator_with_a_faulty_timer_stops_in_peace() -> None:
    emulator = build_emulator(clock=FixedClock(AT))
    with capture_logs() as logs:
        await emulator.start()
        emulator.clock.call_later(0, fail)
        await emulator.clock.advance(1)
        await emulator.stop()
    assert len(logs) == 1


async def test_what_must_end_the_program_still_does() -> None:
    clock = EmulatorClock(FixedClock(AT))

    def leave() -> None:
        raise KeyboardInterrupt

    clock.call_later(1, leave)
    with pytest.raises(KeyboardInterrupt):
        await clock.advance(2)
