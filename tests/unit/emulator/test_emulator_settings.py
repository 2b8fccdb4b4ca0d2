"""Settings as a person writes them, and the emulator's own time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from rbm_bots.clock import FixedClock
from rbm_bots.emulator import EmulatorSettings, build_emulator, with_settings
from rbm_bots.emulator.time import EmulatorClock
from rbm_bots.errors import SettingsError

AT = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)


def test_settings_are_read_as_json_or_as_the_text_itself() -> None:
    pairs = [
        ("quota_per_s", "20"),
        ("not_rcs_at_send", "404"),
        ("bulk_statuses", "200"),
        ("emit_sent", "false"),
        ("webhook_retry_delays_s", "[1, 2]"),
        ("webhook_token", "s"),
        ("test_allow_list", '{"b": ["+33639980001"]}'),
        ("traffic_types", "any"),
        ("contact_as_string", "wrapped"),
    ]
    changed = with_settings(EmulatorSettings(), pairs)
    assert (changed.quota_per_s, changed.not_rcs_at_send, changed.bulk_statuses) == (20, "404", "200")
    assert (changed.emit_sent, changed.webhook_retry_delays_s, changed.webhook_token) == (False, (1, 2), "s")
    assert (changed.test_allow_list, changed.traffic_types) == ({"b": ("+33639980001",)}, "any")
    assert changed.wraps_contact


@pytest.mark.parametrize(
    ("name", "value"), [("quota_per_s", "many"), ("quota_per_s", "0"), ("profile", "v9"), ("x", "1")]
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"«{name}»"):
        with_settings(EmulatorSettings(), [(name, value)])


@pytest.mark.parametrize(
    "settings", [{"bot_key": "no key"}, {"bulk_timezone": "Europe/Atlantis"}, {"bulk_timezone": "+x"}]
)
async def test_a_setting_that_cannot_work_is_refused_at_once(settings: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        build_emulator(EmulatorSettings(**settings))  # type: ignore[arg-type]  # wrong on purpose


async def test_a_timer_set_by_a_timer_happens_on_the_way() -> None:
    clock = EmulatorClock(FixedClock(AT))
    seen: list[tuple[str, float]] = []

    def note(name: str) -> None:
        seen.append((name, (clock.now() - AT).total_seconds()))

    def first() -> None:
        note("first")
        clock.call_later(5, lambda: note("second"))

    clock.call_later(10, first)
    clock.call_later(12, lambda: note("between"))
    clock.call_later(30, lambda: note("later"))
    clock.call_later(11, lambda: note("never")).cancel()
    await clock.advance(20)
    assert seen == [("first", 10), ("between", 12), ("second", 15)]
    assert clock.now() == AT + timedelta(seconds=20)


async def test_time_stands_while_frozen_and_runs_on_from_there() -> None:
    source = FixedClock(AT)
    clock = EmulatorClock(source)
    await clock.move_to(AT + timedelta(days=1))
    source.advance(5)
    assert clock.now() == AT + timedelta(days=1, seconds=5)
    clock.freeze(True)
    source.advance(60)
    assert clock.now() == AT + timedelta(days=1, seconds=5)
    clock.freeze(False)
    source.advance(1)
    assert clock.now() == AT + timedelta(days=1, seconds=6)


async def test_sleeping_is_emulated_too() -> None:
    clock = EmulatorClock(FixedClock(AT))
    sleeper = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    await clock.advance(59)
    assert not sleeper.done()
    await clock.advance(1)
    await sleeper
