"""Ids that survive a crash, values with a zone, files that ship with the package."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.ids import call_id, message_id, new_contact_id, new_contact_ids
from rbm_bots.paths import bots_dir, templates_dir
from rbm_bots.values import File, Location, Slot


@given(st.text(max_size=20), st.integers(0, 99))
def test_an_id_follows_from_its_cause(cause: str, ordinal: int) -> None:
    one = message_id(cause, ordinal)
    assert one == message_id(cause, ordinal)
    assert str(UUID(one)) == one
    assert len({one, message_id(cause, ordinal + 1), message_id(cause + "x", ordinal), call_id(cause, ordinal)}) == 4


def test_an_id_stays_the_same_over_versions() -> None:
    assert message_id("7", 0) == "d09372c9-864e-567d-8992-d007d1e19e62"
    assert call_id("7", 0) == "e59d94fb-4719-5561-b906-959f5b55d28a"


def test_contact_ids_are_random_and_80_bits_long() -> None:
    made = {new_contact_id() for _ in range(100)}
    assert len(made) == 100
    assert {len(bytes.fromhex(one)) for one in made} == {10}


def test_contact_ids_made_together_differ_after_their_first_16_bits() -> None:
    loads = [new_contact_ids(50) for _ in range(100)]
    assert len({one for made in loads for one in made}) == 5000
    assert {len(bytes.fromhex(one)) for made in loads for one in made} == {10}
    assert {len({one[:4] for one in made}) for made in loads} == {1}
    assert len({made[0][:4] for made in loads}) > 90, "each load begins elsewhere"
    assert new_contact_ids(0) == []


def test_an_appointment_wants_a_zone() -> None:
    assert Slot(datetime(2026, 11, 24, 8, 30, tzinfo=UTC), minutes=30).minutes == 30
    with pytest.raises(ValueError, match="wants a zone"):
        Slot(datetime(2026, 11, 24, 8, 30))  # noqa: DTZ001 - that is the point


def test_values_are_frozen() -> None:
    for value, name in ((File("https://a.example/x"), "url"), (Location(48.85, 2.35), "lat")):
        with pytest.raises(AttributeError):
            setattr(value, name, "x")


def test_what_ships_is_found() -> None:
    assert (templates_dir() / "pages" / "phone.html").is_file()
    assert (bots_dir() / "garage" / "bot.yaml").is_file()
