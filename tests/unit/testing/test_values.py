"""Values as tests write them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.load import read_bot
from rbm_bots.botfile.source import read_yaml
from rbm_bots.testing.values import plain_value, same, show, slot_value
from rbm_bots.values import File, Location, Slot

PARIS = ZoneInfo("Europe/Paris")
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)
BOT = read_bot(
    """
rbm: 1
bot: {id: x, name: X}
slots:
  t: {type: text}
  n: {type: number}
  c: {type: choice, options: {a: A, b: B}}
  b: {type: boolean}
  d: {type: date}
  w: {type: datetime}
  f: {type: file}
  l: {type: location}
  r: {type: record, fields: {ref: text, at: datetime}}
  o: {type: list, of: text}
start: a
flows: {a: {steps: [{say: A}]}}
"""
)


def node(text):
    return read_yaml(text, "x", Faults())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("12.50", Decimal("12.50")),
        ("0612", "0612"),
        ("1e3", "1e3"),
        ('"12"', "12"),
        ("true", True),
        ("no", "no"),
        ("~", None),
        ("2026-11-24", date(2026, 11, 24)),
        ("2026-13-24", "2026-13-24"),
        ("2026-11-24T09:00+01:00", NINE),
        ("2026-11-24T09:00", "2026-11-24T09:00"),
        ("{a: [1, b]}", {"a": [1, "b"]}),
    ],
)
def test_what_an_action_returns_is_what_it_looks_like(text, value):
    assert plain_value(node(text)) == value


@pytest.mark.parametrize(
    ("slot", "text", "held", "equal"),
    [
        ("t", "12", "12", True),
        ("n", "12.50", Decimal("12.5"), True),
        ("n", "12", 12, True),
        ("n", "13", 12, False),
        ("c", "a", "a", True),
        ("c", "a", "b", False),
        ("b", "true", True, True),
        ("b", "false", None, False),
        ("d", "2026-11-24", date(2026, 11, 24), True),
        ("w", "2026-11-24T09:00+01:00", NINE, True),
        ("w", "2026-11-24T09:00+01:00", Slot(NINE, ref="r"), True),
        ("w", "2026-11-24T10:00+01:00", NINE, False),
        ("f", "x.pdf", File("https://a.example/7", "x.pdf"), True),
        ("f", "y.pdf", File("https://a.example/7", "x.pdf"), False),
        ("l", '"48.85,2.35"', Location(48.85, 2.35, "Ici"), True),
        ("l", '"48.85,2.36"', Location(48.85, 2.35), False),
        ("r", "{ref: R-1, at: 2026-11-24T09:00+01:00}", {"ref": "R-1", "at": NINE}, True),
        ("r", "{ref: R-1}", {"ref": "R-1", "at": None}, True),
        ("r", "{ref: R-1}", {"ref": "R-1", "at": NINE}, False),
        ("o", "[a, b]", ["a", "b"], True),
        ("o", "[a]", ["a", "b"], False),
        ("t", "~", None, True),
        ("t", "~", "x", False),
    ],
)
def test_a_slot_holds_what_is_written(slot, text, held, equal):
    spec = BOT.slots[slot]
    assert same(spec, slot_value(spec, node(text), zone=PARIS), held) is equal


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "~"),
        (True, "true"),
        (NINE, "2026-11-24T09:00+01:00"),
        (date(2026, 11, 24), "2026-11-24"),
        (Slot(NINE), "2026-11-24T09:00+01:00"),
        (Location(48.5, 2.25), '"48.5,2.25"'),
        (File("https://a.example/x.pdf"), "https://a.example/x.pdf"),
        ({"a": [1, None]}, "{a: [1, ~]}"),
        (Decimal("12.50"), "12.50"),
    ],
)
def test_a_value_is_shown_as_it_would_be_written(value, shown):
    assert show(value, zone=PARIS) == shown
