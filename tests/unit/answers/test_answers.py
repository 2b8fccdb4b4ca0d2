"""What people write, slot by slot: the table in tests/cases/answers.yaml."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from rbm_bots.botfile.load import read_bot
from rbm_bots.dialogue.answers import NOT_UNDERSTOOD, DayOnly, Hearing, understand
from rbm_bots.dialogue.answers.choice import Choosable, read_choice
from rbm_bots.events import Said, SentFile, SentLocation
from rbm_bots.values import File, Location

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=PARIS)
TABLE = yaml.load((Path(__file__).parents[2] / "cases" / "answers.yaml").read_text("utf-8"), yaml.BaseLoader)
CASES = [(group, said, kept) for group in TABLE for said, kept in group["answers"].items()]


def slot_of(written):
    """The loaded slot, as the bot file's reader makes it."""
    text = yaml.dump(
        {
            "rbm": "1",
            "bot": {"id": "one", "name": "One"},
            "slots": {"it": written},
            "start": "a",
            "flows": {"a": {"steps": [{"ask": "it", "say": "?", "give_up": "end"}, {"say": "{{ it }}"}]}},
        },
        allow_unicode=True,
        sort_keys=False,
    )
    return read_bot(text).slots["it"]


def hear(slot, event, *, language="fr", day=None):
    options = tuple(
        Choosable(key=option.id, words=(option.label.pick("fr").source, option.id, *option.also))
        for option in getattr(getattr(slot, "item", None) or slot, "options", ())
    )
    hearing = Hearing(now=NOW, zone=PARIS, language=language, options=options, day=day)
    return understand(slot, event, hearing)


def written(value):
    """A value as the table writes it."""
    match value:
        case DayOnly():
            return f"day: {value.day}"
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat(timespec="minutes")
        case Location():
            return f"{value.lat:g},{value.lng:g}"
        case list():
            return [written(item) for item in value]
        case int() | Decimal():
            return Decimal(value)
    return "~" if value is NOT_UNDERSTOOD else str(value)


def expected(value, slot):
    if isinstance(value, list):
        return [expected(item, slot) for item in value]
    if value != "~" and (slot["type"] == "number" or slot.get("of") == "number"):
        return Decimal(value)
    return value


def test_the_table_is_there():
    assert len(CASES) >= 300


@pytest.mark.parametrize(("group", "said", "kept"), CASES, ids=[f"{g['slot']['type']}-{s[:30]}" for g, s, _ in CASES])
def test_an_answer_is_kept_as_the_table_says(group, said, kept):
    day = date.fromisoformat(group["day"]) if "day" in group else None
    value = hear(slot_of(group["slot"]), Said(text=said), language=group.get("language", "fr"), day=day)
    assert written(value) == expected(kept, group["slot"])


def test_a_whole_number_is_an_int():
    assert type(hear(slot_of({"type": "number", "integer": "true"}), Said(text="2.0"))) is int


def test_a_shared_position_fills_a_location_only():
    event = SentLocation(latitude=48.85, longitude=2.35, label="Atelier")
    assert hear(slot_of({"type": "location"}), event) == Location(48.85, 2.35, "Atelier")
    assert hear(slot_of({"type": "text"}), event) is NOT_UNDERSTOOD
    assert hear(slot_of({"type": "location"}), SentLocation()) is NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("accept", "event", "kept"),
    [
        ("[image, pdf]", SentFile(url="https://f.example/a", mime_type="image/jpeg", size=10), True),
        ("[image, pdf]", SentFile(url="https://f.example/a.pdf", name="a.pdf"), True),
        ("[image, pdf]", SentFile(url="https://f.example/a", mime_type="video/mp4"), False),
        ("[image, pdf]", SentFile(url="https://f.example/a", mime_type="image/jpeg", size=11 * 1024 * 1024), False),
        ("[image, pdf]", SentFile(mime_type="image/jpeg"), False),
        ("[audio]", SentFile(content="audio", url="https://f.example/a"), True),
        ("[image]", SentFile(url="https://f.example/a"), False),
    ],
)
def test_a_file_is_taken_by_kind_and_size(accept, event, kept):
    slot = slot_of({"type": "file", "accept": yaml.safe_load(accept)})
    assert isinstance(hear(slot, event), File) is kept


def test_the_spring_change_is_no_answer_even_without_a_day():
    slot = slot_of({"type": "datetime"})
    eve = Hearing(now=datetime(2027, 3, 27, 23, 0, tzinfo=PARIS), zone=PARIS)
    assert understand(slot, Said(text="2h30"), eve) is NOT_UNDERSTOOD
    assert understand(slot, Said(text="3h30"), eve) == datetime(2027, 3, 28, 3, 30, tzinfo=PARIS)


@pytest.mark.parametrize(
    "said", ["Nos forfaits annuels tout compris", "Nos forfaits annuels tout", "nos forfaits annuels tou…"]
)
def test_a_label_counts_whole_and_as_phones_cut_it(said):
    options = [Choosable(key="a", words=("Nos forfaits annuels tout compris",)), Choosable(key="b", words=("Rien",))]
    assert read_choice(said, options) == "a"


def test_two_options_that_read_alike_are_none():
    options = [Choosable(key="a", words=("Révision",)), Choosable(key="b", words=("revision",))]
    assert read_choice("révision", options) is None
