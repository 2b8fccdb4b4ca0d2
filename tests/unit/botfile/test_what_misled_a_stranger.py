"""What once misled somebody who wrote a first bot: each slip is told once, where it is, with a hint that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from rbm_bots.botfile.faults import Fault
from rbm_bots.botfile.load import inspect_bot
from rbm_bots.dialogue.limits import LIMITS
from tests.unit.botfile.examples import completed

SLOTS = "slots:\n  guests: {type: number, integer: true}\n  when: {type: date}\n"
ASKED = "  - {ask: guests, say: Combien ?, give_up: end}\n"


def found(text: str, folder: Path) -> tuple[Fault, ...]:
    (folder / "bot.yaml").write_text(text, "utf-8")
    return inspect_bot(folder).faults


SLIPS = {
    "an apostrophe ends the quotes": ("steps:\n  - say: 'Qu'en dites-vous ?'\n", "yaml", "quotes end after «Qu»"),
    "a quote is never closed": ('steps:\n  - say: "Bonjour\n', "yaml", "never closed"),
    "a brace is never closed": ("slots:\n  guests: {type: number\nsteps:\n  - say: Ah\n", "yaml", "is not closed"),
    "a step is moved to the left": ("steps:\n  - say: Un\n - say: Deux\n", "yaml", "indentation"),
    "a key is moved to the right": ("steps:\n  - say: Un\n     goto: main\n", "yaml", "indentation"),
    "a colon in a text": ("steps:\n  - say: Prix: 10\n", "yaml", 'needs quotes: say: "Prix: 10"'),
    "braces without quotes": (SLOTS + "steps:\n" + ASKED + "  - say: {{ guests }} merci\n", "type", '"{{ name }}"'),
    "a text without words": ("steps:\n  - say:\n", "missing", "behind the colon"),
    "a text of nothing": ('steps:\n  - say: ""\n  - say: Ah\n', "odd-text", "write its words"),
    "a comment cuts a text": ("steps:\n  - say: Merci #1\n", "odd-text", "in quotes"),
    "a quote that nothing opened": ('steps:\n  - say: De 7h à 10h."\n', "odd-text", 'begin the text with "'),
    "capitals in a word of the language": ("steps:\n  - goto: END\n", "no-target", "did you mean «end»?"),
    "one typing error in a question": (
        SLOTS + "steps:\n  - {ask: guest, say: Combien ?, give_up: end}\n  - {confirm: Bien ?, edit: [guests]}\n"
        "  - say: À {{ guests }} !\n",
        "no-slot", "did you mean «guests»?",
    ),
    "an everyday word for a type": ("slots:\n  bad: {type: yesno}\n", "type", "«type: boolean»"),
    "stars for a type": ("slots:\n  mark: {type: rating}\n", "type", "min: 1, max: 5"),
    "a time for the id of an option": (
        'slots:\n  at: {type: choice, options: {"12:30": Midi, late: Soir}}\n', "type", "an id stands before",
    ),
    "one phrase twice, with a hyphen": (
        "flows:\n  food:\n    hears: [petit déjeuner, petit-déjeuner]\n    steps: [{say: Ah}]\n",
        "hears-clash", "hyphens",
    ),
    "a step behind a jump": ("steps:\n  - {id: top, say: Ah}\n  - end: true\n  - say: Oh\n", "unreached", "«end»"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_one_fault_and_its_hint_helps(slip: str, tmp_path: Path) -> None:
    text, code, hint = SLIPS[slip]
    faults = found(completed(text), tmp_path)
    assert [fault.code for fault in faults] == [code]
    assert hint in faults[0].advice


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{% if guests > 3 %}Tous{% endif %}", "«{% if guests > 3 %}» is logic"),
        ("{{ 'oui' if guests > 3 else 'non' }}", "use the step «if:»"),
    ],
)
def test_logic_in_a_text_names_itself_and_the_step_for_it(text: str, hint: str, tmp_path: Path) -> None:
    (fault,) = found(completed(f'{SLOTS}steps:\n{ASKED}  - say: "{text}"\n'), tmp_path)
    assert fault.message == "only {{ name }} and filters are allowed, not «if»"
    assert hint in fault.hint


@pytest.mark.parametrize(("written", "code"), [("{{ gests }}", "no-slot"), ("{% if guests %}", "template")])
@pytest.mark.parametrize("style", ["|", ">"])
def test_a_piece_of_a_long_text_is_told_on_its_own_line(written: str, code: str, style: str, tmp_path: Path) -> None:
    body = f"  - say: {style}\n      Merci\n      pour {{{{ guests }}}}\n      et {written} !\n"
    text = completed(f"{SLOTS}steps:\n{ASKED}{body}")
    (fault,) = found(text, tmp_path)
    before = text[: text.index(written)]
    assert (fault.line, fault.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert fault.code == code


def test_a_section_pasted_a_second_time_is_one_fault_that_names_the_first(tmp_path: Path) -> None:
    text = completed("flows:\n  food:\n    hears: [menu]\n    steps: [{goto: late}]\n")
    line = text[: text.index("flows:")].count("\n") + 1
    (fault,) = found(text + "flows:\n  late: {hears: [tard], steps: [{say: Ah}]}\n", tmp_path)
    assert fault.code == "twice"
    assert f"line {line} already" in fault.message
    assert fault.hint == f"put both under the one «flows:» of line {line}"


def test_a_flow_that_both_sections_have_is_told_too(tmp_path: Path) -> None:
    text = completed("flows:\n  food: {hears: [menu], steps: [{say: Ah}]}\n")
    faults = found(text + "flows:\n  food: {hears: [tard], steps: [{say: Oh}]}\n", tmp_path)
    assert [(fault.code, fault.advice.split()[0]) for fault in faults] == [("twice", "put"), ("twice", "keep")]


def test_flows_that_lead_only_to_each_other_are_told_once(tmp_path: Path) -> None:
    ring = "flows:\n  one: {steps: [{say: Un}, {run: two}]}\n  two: {steps: [{say: Deux, goto: three}]}\n"
    faults = found(completed(ring + "  three: {steps: [{say: Trois}]}\n"), tmp_path)
    assert [fault.message for fault in faults] == ["nothing leads to «one»"]


def row(count: int, rest: str = "") -> str:
    return "steps:\n" + "".join(f"  - say: Texte {rank}\n" for rank in range(count)) + rest


TURNS = {
    "six of them": (row(LIMITS.messages - 1) + "flows:\n  b: {hears: [b], steps: [{say: Ah}]}\n", 0),
    "seven": (row(LIMITS.messages + 1), 1),
    "a question is a message": (SLOTS + row(LIMITS.messages, ASKED), 1),
    "a question ends the count": (SLOTS + row(3, ASKED + "  - say: Ah\n" * 6), 0),
    "over a jump": (row(4, "  - goto: b\n") + "flows:\n  b: {steps: [{say: 5}, {say: 6}, {say: 7}]}\n", 1),
    "in one branch": (row(4, "  - if: customer.returning\n    then: [{say: 5}, {say: 6}, {say: 7}]\n"), 1),
    "in branches that may exclude each other": (
        row(0, "  - if: customer.returning\n    then: [{say: 1}, {say: 2}, {say: 3}, {say: 4}]\n") +
        "  - if: not customer.returning\n    then: [{say: 1}, {say: 2}, {say: 3}, {say: 4}]\n", 0,
    ),
    "what may be passed over": (row(4, "  - {when: customer.returning, say: Ah}\n" * 5), 0),
}  # fmt: skip


@pytest.mark.parametrize("case", TURNS)
def test_more_messages_in_a_row_than_a_turn_allows_are_told(case: str, tmp_path: Path) -> None:
    text, times = TURNS[case]
    faults = found(completed(text), tmp_path)
    assert [fault.code for fault in faults] == ["turn-too-long"] * times
