"""Values of slots go into JSON and come back exactly as they were; what does not fit a slot is told."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbm_bots.botfile.parts import Chosen
from rbm_bots.dialogue import NotStorable, restore, store
from rbm_bots.dialogue.fit import MISFIT, fit
from rbm_bots.values import File, Location, Slot
from tests.unit.dialogue.stage import bot_of

PARIS = ZoneInfo("Europe/Paris")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False) | st.floats(allow_nan=False, allow_infinity=False)
ZONES = st.sampled_from([UTC, PARIS, timezone(timedelta(hours=5, minutes=30))])
INSTANTS = st.datetimes(timezones=ZONES, allow_imaginary=False)  # no hour that a spring change skipped
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | TEXTS
    | NUMBERS
    | st.dates()
    | INSTANTS
    | st.builds(File, TEXTS, st.none() | TEXTS, st.none() | TEXTS, st.none() | st.integers(0, 10**9))
    | st.builds(Location, st.floats(-90, 90), st.floats(-180, 180), st.none() | TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.just("$"), inner, max_size=3),
    max_leaves=8,
)


def same(one, other):
    """Equal, and of equal types and zones all the way down."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    zone = getattr(one, "tzinfo", None)
    return type(one) is type(other) and one == other and (zone is None or one.utcoffset() == other.utcoffset())


@given(VALUES)
def test_every_value_comes_back(value):
    through_json = msgspec.json.decode(msgspec.json.encode(store(value)))
    assert same(value, restore(through_json))


def test_an_appointment_keeps_its_zone():
    slot = Slot(datetime(2026, 11, 24, 8, 30, tzinfo=PARIS), 60, "R", None)
    again = restore(msgspec.json.decode(msgspec.json.encode(store(slot))))
    assert again == slot
    assert again.start.tzinfo == PARIS


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # naive on purpose


@pytest.mark.parametrize("value", [object(), NAIVE, float("nan"), Decimal("Infinity"), {1, 2}, b"x"])
def test_other_kinds_are_refused_without_showing_them(value):
    with pytest.raises(NotStorable):
        store(value)


def test_nesting_has_an_end():
    value = []
    for _ in range(100):
        value = [value]
    with pytest.raises(NotStorable):
        store(value)


def test_half_characters_do_not_get_in():
    assert store({"\ud800": "a\udc00"}) == {"?": "a?"}


SLOTS = bot_of(
    "slots: {t: {type: text}, n: {type: number}, i: {type: number, integer: true}, b: {type: boolean}, "
    "d: {type: date}, "
    "at: {type: datetime}, c: {type: choice, options: {a: A, b: B}}, r: {type: record, fields: {x: number, y: date}}, "
    "l: {type: list, of: number}, f: {type: list, fields: {km: number}}, p: {type: location}, v: {type: file}, "
    "m: {type: phone}}\nstart: s\nflows: {s: {steps: [{say: x}]}}"
).slots


@pytest.mark.parametrize(
    ("slot", "value", "kept"),
    [
        ("t", "a", "a"),
        ("t", 12, "12"),
        ("t", ["a"], MISFIT),
        ("t", "", None),
        ("t", None, None),
        ("n", "12.5", Decimal("12.5")),
        ("n", 3, Decimal(3)),
        ("n", 0.1, Decimal("0.1")),
        ("n", "12,5", MISFIT),
        ("n", True, MISFIT),
        ("n", Decimal("NaN"), MISFIT),
        ("i", Decimal("2.0"), 2),
        ("i", "2.5", MISFIT),
        ("b", True, True),
        ("b", "false", False),
        ("b", "oui", MISFIT),
        ("d", "2026-11-24", date(2026, 11, 24)),
        ("d", datetime(2026, 11, 23, 23, 30, tzinfo=UTC), date(2026, 11, 24)),
        ("d", "24/11", MISFIT),
        ("at", "2026-11-24T08:30+01:00", datetime(2026, 11, 24, 8, 30, tzinfo=PARIS)),
        ("at", Slot(datetime(2026, 11, 24, 7, 30, tzinfo=UTC)), datetime(2026, 11, 24, 8, 30, tzinfo=PARIS)),
        ("at", "2026-11-24T08:30", MISFIT),
        ("at", "2026-11-24", MISFIT),
        ("c", Chosen("a", "A"), "a"),
        ("c", "z", MISFIT),
        ("r", {"x": "1.5", "y": "2026-11-24", "z": None}, {"x": Decimal("1.5"), "y": date(2026, 11, 24), "z": None}),
        ("r", {"x": "?"}, MISFIT),
        ("r", "R-1", MISFIT),
        ("r", Location(1.0, 2.0), {"lat": 1.0, "lng": 2.0, "label": None, "x": None}),
        ("l", [1, "2"], [Decimal(1), Decimal(2)]),
        ("l", [1, "?"], MISFIT),
        ("l", "1, 2", MISFIT),
        ("f", [{"km": "1.5"}], [{"km": Decimal("1.5")}]),
        ("p", {"lat": 48.85, "lng": "2.35"}, Location(48.85, 2.35)),
        ("p", "48.85,2.35", Location(48.85, 2.35)),
        ("p", {"lat": 99, "lng": 0}, MISFIT),
        ("p", "Lille", MISFIT),
        ("v", "https://f.example/a", File("https://f.example/a")),
        ("v", 3, MISFIT),
        ("m", "+33639981234", "+33639981234"),
    ],
)
def test_a_value_fits_its_slot_or_does_not(slot, value, kept):
    fitted = fit(SLOTS[slot], value, zone=PARIS)
    if isinstance(kept, dict):
        fitted = {**fitted, **{name: None for name in kept if name not in fitted}}
    assert fitted is kept or fitted == kept
