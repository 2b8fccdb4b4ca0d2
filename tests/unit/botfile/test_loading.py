"""Loading: the garage bot and its broken file, the language's examples, and the program that flows become."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from rbm_bots.botfile.faults import BotFileFaulty, format_fault
from rbm_bots.botfile.load import check_bot, inspect_bot, load_bot, read_bot
from rbm_bots.botfile.model import Ask, Confirm, Do, Goto, If, Show, ShowCarousel
from rbm_bots.botfile.services import Rendezvous
from rbm_bots.botfile.slots import BooleanSlot, ChoiceSlot, DateSlot, ListSlot, NumberSlot
from rbm_bots.errors import UsageError

BOTS = Path(__file__).parents[2] / "cases" / "bots"
HEAD = "rbm: 1\nbot: {id: demo, name: Demo}\nstart: main\n"


def test_the_garage_bot_has_no_fault() -> None:
    bot, faults = check_bot(BOTS / "garage")
    assert faults == ()
    assert bot is not None
    assert (bot.id, bot.start, bot.has_handover, bot.languages) == ("garage-martin", "welcome", True, ("fr",))
    assert set(bot.flows) == {"welcome", "packages", "booking", "change", "no_slot", "trouble", "cancel"}
    assert bot.flows["booking"].hears == ("rdv", "rendez vous", "reserver")
    steps = bot.flows["booking"].steps
    assert [step.name.partition("/")[2] for step in steps] == ["service", "plate", "pick", "confirm1", "do1", "say1"]
    assert [type(step) for step in steps] == [Ask, Ask, Rendezvous, Confirm, Do, Show]
    assert isinstance(steps[4], Do)
    slot_taken = steps[4].on_error["slot_taken"].goto
    assert slot_taken is not None
    assert (slot_taken.kind, slot_taken.index, slot_taken.empties) == ("step", 2, "when")
    assert bot.actions is not None
    assert set(bot.actions.actions) >= {"calendar.book", "catalogue.deals"}
    assert isinstance(bot.flows["packages"].steps[1], ShowCarousel)


def test_the_broken_file_gives_exactly_its_faults() -> None:
    wanted = yaml.load((BOTS / "garage" / "broken.faults.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    bot, faults = check_bot(BOTS / "garage" / "broken.yaml")
    assert bot is None
    found = [
        {"at": f"{fault.line}:{fault.column}", "level": fault.severity, "code": fault.code, "message": fault.message}
        | ({"hint": fault.hint} if fault.hint else {})
        for fault in faults
    ]
    assert found == wanted["faults"]
    assert sum(fault.severity == "error" for fault in faults) == wanted["errors"]
    assert len(faults) == wanted["errors"] + wanted["warnings"]


EXAMPLES = sorted((BOTS / "examples").glob("*.yaml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_has_no_error(file: Path) -> None:
    assert len(EXAMPLES) == 4
    bot, faults = check_bot(file)
    assert [fault for fault in faults if fault.severity == "error"] == []
    assert bot is not None


def test_the_examples_warn_only_of_what_is_there() -> None:
    codes = {(file.stem, fault.code) for file in EXAMPLES for fault in check_bot(file)[1]}
    assert codes == set()


def test_branches_lie_flat_and_lead_on() -> None:
    bot = read_bot(
        HEAD
        + """
slots: {ok: {type: boolean}, n: {type: number, integer: true}}
flows:
  main:
    steps:
      - {ask: ok, say: Oui ?, give_up: end}
      - if: ok
        then:
          - {id: inner, say: Un, goto: last}
          - {set: {n: 3}}
        else:
          - if: n
            then: [{say: Deux}]
      - {id: last, say: Trois}
"""
    )
    steps = bot.flows["main"].steps
    assert [step.verb for step in steps] == ["ask", "if", "say", "set", "if", "say", "say"]
    assert [step.next for step in steps] == [1, 6, 3, 6, 6, 6, None]
    branch, nested = steps[1], steps[4]
    assert isinstance(branch, If)
    assert isinstance(nested, If)
    assert (branch.then_at, branch.else_at, nested.then_at, nested.else_at) == (2, 4, 5, None)
    assert bot.step("main/inner") is steps[2]
    assert bot.step("main/say3") is None
    assert bot.step("nothing/x") is None


def test_defaults_are_filled_in() -> None:
    bot = read_bot(HEAD + "flows: {main: {steps: [{confirm: Sûr ?}, {goto: main}]}}")
    confirm, jump = bot.flows["main"].steps
    assert isinstance(confirm, Confirm)
    assert isinstance(jump, Goto)
    assert confirm.give_up.kind == "start"
    assert confirm.on_refuse.goto is not None
    assert confirm.on_refuse.goto.kind == "end"
    assert confirm.accept.key == "rbm.yes"
    assert len(bot.unknown_say) == 2
    assert bot.unknown_then.kind == "start"
    assert bot.sentences["rbm.expired"].templates["fr"].source


def test_a_handover_becomes_the_default_end() -> None:
    bot = read_bot(HEAD + "flows: {main: {steps: [{confirm: Sûr ?, on_refuse: {goto: next}}]}}\nhandover: {team: a}\n")
    step = bot.flows["main"].steps[0]
    assert isinstance(step, Confirm)
    assert (step.give_up.kind, bot.unknown_then.kind, bot.has_handover) == ("handover", "handover", True)
    assert step.on_refuse.goto is not None
    assert step.on_refuse.goto.kind == "next"


def test_slots_of_every_type_load() -> None:
    bot = read_bot(
        HEAD
        + """
slots:
  a: {type: text, min: 2, max: 9, pattern: "[a-z]+", label: Le mot, rejects: {bad: Non}, private: true}
  b: {type: number, min: 1, max: 5, integer: true, unit: km}
  c: {type: choice, options: {x: {label: Un, also: [ein], when: b > 1}, y: Deux, no: Non}}
  d: {type: boolean, options: {true: Ouais}}
  e: {type: date, min: today, max: +30d, prefer: past}
  f: {type: datetime, min: 2026-01-01, max: -18y}
  g: {type: phone, mobile: true}
  h: {type: email}
  i: {type: file, accept: [video], max_mb: 20}
  j: {type: location, keep: session}
  k: {type: record, fields: {ref: text}}
  l: {type: list, of: choice, options: {x: Un, y: Deux}, max: 3}
  m: {type: list, fields: {name: text}}
flows: {main: {steps: [{say: "{{ k.ref }}{{ m | count }}"}, {set: {b: 3, c: x, d: true, e: 2026-11-24, k: ~}}]}}
"""
    )
    slots = bot.slots
    assert {name: slot.type for name, slot in slots.items()} == dict(
        zip(
            "abcdefghijklm",
            [
                "text",
                "number",
                "choice",
                "boolean",
                "date",
                "datetime",
                "phone",
                "email",
                "file",
                "location",
                "record",
                "list",
                "list",
            ],
            strict=True,
        )
    )
    number, choice, boolean, day, several = slots["b"], slots["c"], slots["d"], slots["e"], slots["l"]
    assert isinstance(number, NumberSlot)
    assert isinstance(choice, ChoiceSlot)
    assert isinstance(boolean, BooleanSlot)
    assert isinstance(day, DateSlot)
    assert isinstance(several, ListSlot)
    assert [option.id for option in choice.options] == ["x", "y", "no"]
    assert choice.options[0].also == ("ein",)
    assert choice.options[0].when is not None
    assert [option.label.templates["fr"].source for option in boolean.options] == ["Ouais", "Non"]
    assert isinstance(several.item, ChoiceSlot)
    assert day.max is not None


def test_a_literal_becomes_its_slots_type() -> None:
    from datetime import date

    from rbm_bots.botfile.model import SetSlots

    bot = read_bot(
        HEAD
        + "slots: {n: {type: number, integer: true}, d: {type: date}, b: {type: boolean}, t: {type: text}}\n"
        + "flows: {main: {steps: [{set: {n: 3, d: 2026-11-24, b: false, t: 012, }}]}}"
    )
    step = bot.flows["main"].steps[0]
    assert isinstance(step, SetSlots)
    values = {name: data.literal for name, data in step.values.items() if data is not None}
    assert values == {"n": 3, "d": date(2026, 11, 24), "b": False, "t": "012"}


def test_every_fault_is_told_at_once_and_carried() -> None:
    with pytest.raises(BotFileFaulty) as caught:
        read_bot("rbm: 2\nbot: {id: Demo}\nstart: nowhere\nflows: {main: {steps: []}}")
    assert [fault.code for fault in caught.value.faults if fault.severity == "error"] == [
        "type", "missing", "type", "no-target", "type",
    ]  # fmt: skip
    assert "rbm check" in str(caught.value)


def test_a_warning_can_be_silenced_and_an_error_cannot() -> None:
    body = "flows:\n  main: {steps: [{say: Un}]}\n  other: {steps: [{say: Deux}]}  # rbm: ignore[unreached]\n"
    assert read_bot(HEAD + body).flows.keys() == {"main", "other"}
    with pytest.raises(BotFileFaulty):
        read_bot(HEAD + "flows: {main: {steps: [{sya: Un}]}}  # rbm: ignore[no-verb]")


def test_parts_translations_and_version_of_a_folder(tmp_path: Path) -> None:
    main = "rbm: 1\nbot: {id: demo, name: Demo, languages: [fr, en]}\nstart: main\n"
    (tmp_path / "bot.yaml").write_text(main + "flows:\n  main: {hears: [menu], steps: [{say: Bonjour, goto: other}]}\n")
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "more.yaml").write_text("flows:\n  other: {steps: [{say: Voici}]}\n")
    (tmp_path / "i18n").mkdir()
    of = hashlib.sha256(b"Bonjour").hexdigest()[:4]
    (tmp_path / "i18n" / "en.yaml").write_text(
        f"main.say1.say: {{text: Hello, of: {of}}}\nother.say1.say: {{text: Here, of: 0000}}\n"
        "main.hears: {list: [start menu]}\nrbm.expired: {text: Too late.}\nmain.gone: {text: Gone}\n"
    )
    checked = inspect_bot(tmp_path)
    assert {(fault.code, Path(fault.file).name, fault.line) for fault in checked.faults} == {
        ("i18n-stale", "en.yaml", 2),
        ("i18n-stale", "en.yaml", 5),
    }
    bot = checked.bot
    assert bot is not None
    step = bot.flows["main"].steps[0]
    assert isinstance(step, Show)
    assert step.text is not None
    assert {language: template.source for language, template in step.text.templates.items()} == {
        "fr": "Bonjour",
        "en": "Hello",
    }
    assert bot.flows["main"].hears == ("menu", "start menu")
    assert bot.sentences["rbm.expired"].pick("en").source == "Too late."
    before = bot.version
    (tmp_path / "flows" / "more.yaml").write_text("flows:\n  other: {steps: [{say: Autre}]}\n")
    (tmp_path / "i18n" / "en.yaml").unlink()
    again = inspect_bot(tmp_path)
    assert {fault.code for fault in again.faults} == {"i18n-missing"}
    assert again.bot is not None
    assert again.bot.version != before


def test_the_version_of_a_lone_file_is_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "demo.yaml"
    file.write_text(HEAD + "flows: {main: {steps: [{say: Un}]}}")
    assert load_bot(file).version == hashlib.sha256(file.read_bytes()).hexdigest()[:8]


def test_one_name_in_two_parts_is_ambiguous(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(HEAD + "flows: {main: {steps: [{say: Un}]}}")
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "a.yaml").write_text("flows: {main: {steps: [{say: Deux}]}}\nalways: {}\n")
    found = {(fault.code, fault.column) for fault in check_bot(tmp_path)[1]}
    assert found == {("ambiguous", 9), ("extra", 1)}


def test_large_media_are_told(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    for name, size in (("big.png", 2), ("huge.pdf", 101)):
        with (tmp_path / "media" / name).open("wb") as file:
            file.truncate(size * 1024 * 1024)
    body = "flows: {main: {steps: [{card: {image: media/big.png}}, {file: media/huge.pdf}]}}"
    (tmp_path / "bot.yaml").write_text(HEAD + body)
    found = [(fault.code, fault.severity) for fault in check_bot(tmp_path)[1]]
    assert found == [("media-size", "warning"), ("media-size", "error")]


def test_a_heavy_carousel_is_told(tmp_path: Path) -> None:
    address = "https://shop.example/" + "x" * 2000
    chips = ", ".join(f'{{open: "{address}{rank}", label: Voir {rank}}}' for rank in range(4))
    names = [
        f'{{title: Carte {rank}, text: {"€" * 2000}, image: "{address}", suggest: [{chips}]}}' for rank in range(10)
    ]
    cards = "".join(f"\n          - {name}" for name in names)
    heavy = cards.replace("image:", f"alt: {'€' * 200}, topic: {'x' * 9000}, image:")
    for body, codes in ((cards, set()), (heavy, {"rcs-size", "no-topic"})):
        (tmp_path / "bot.yaml").write_text(HEAD + "flows:\n  main:\n    steps:\n      - carousel:" + body)
        assert {fault.code for fault in check_bot(tmp_path)[1]} == codes


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_no_bot_is_a_usage_error(tmp_path: Path, name: str) -> None:
    if name == "empty":
        (tmp_path / name).mkdir()
    with pytest.raises(UsageError):
        load_bot(tmp_path / name)


def test_a_fault_is_printed_with_the_authors_line_and_a_caret() -> None:
    checked = inspect_bot(BOTS / "garage" / "broken.yaml")
    printed = format_fault(checked.faults[0], checked.sources).split("\n")
    assert printed[0].endswith("broken.yaml:11:14: error: «{{ servce }}» is never filled [no-slot]")
    assert printed[1][4:] == "      - say: Bonjour {{ servce }} !"
    assert printed[2][4:] == " " * 13 + "^"
    assert printed[3] == "    hint: did you mean «service»?"
