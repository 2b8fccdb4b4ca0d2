"""One file for each slip that people make most: one fault, at its place, with what to write instead."""

from __future__ import annotations

import pytest

from rbm_bots.botfile.load import inspect_bot, read_bot
from rbm_bots.botfile.model import Show
from tests.unit.botfile.examples import completed

TWELVE = ", ".join(f"{{reply: Choix {rank}, goto: main}}" for rank in range(12))

SLIPS = {
    "a missing target": (
        "steps:\n  - say: Bonjour\n    suggest: [{reply: Réserver, goto: bookin}]\n"
        "flows:\n  booking: {hears: [rdv], steps: [{say: Pour quand ?}]}\n",
        "bookin}",
        "no-target",
        "did you mean «booking»?",
    ),
    "a label over 25": (
        "steps:\n  - say: Bonjour\n    suggest: [{reply: Prendre un rendez-vous demain, goto: main}]\n",
        "Prendre un",
        "rcs-label",
        "25 characters",
    ),
    "twelve chips": (
        f"steps:\n  - say: Bonjour\n    suggest: [{TWELVE}]\n",
        "[{reply",
        "rcs-chips",
        "keep 11",
    ),
    "an unknown slot": (
        "slots:\n  name: {type: text}\nsteps:\n"
        "  - {ask: name, say: Votre nom ?, give_up: end}\n  - say: Merci {{ nane }}\n",
        "Merci",
        "no-slot",
        "did you mean «name»?",
    ),
    "a template with logic": (
        "steps:\n  - say: \"{% if now %}Bonjour{% endif %}\"\n",
        '"{%',
        "template",
        "{{ name | filter }}",
    ),
    "a text with a colon": ("steps:\n  - say: Prix: 10\n", ": 10", "yaml", "needs quotes"),
    "a key written twice": ("steps:\n  - say: Bonjour\n    say: Bonsoir\n", "say: Bonsoir", "twice", "keep one"),
    "lost chips": (
        "steps:\n  - say: Bonjour\n    suggest: [{reply: Menu, goto: main}]\n  - say: Que voulez-vous ?\n",
        "[{reply",
        "lost-chips",
        "last message before the bot waits",
    ),
    "an unreachable flow": (
        "flows:\n  prices: {steps: [{say: Dès 29 euros.}]}\n",
        "prices:",
        "unreached",
        "hears",
    ),
    "a loop without a wait": (
        "steps:\n  - {id: again, say: Bonjour}\n  - goto: again\n",
        "again\n",
        "loop-no-wait",
        "wait on the way",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_one_fault_at_its_place_with_a_hint(slip: str, tmp_path) -> None:
    fragment, at, code, hint = SLIPS[slip]
    text = completed(fragment)
    (tmp_path / "bot.yaml").write_text(text, "utf-8")
    faults = inspect_bot(tmp_path).faults
    before = text[: text.rindex(at)]
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert [(fault.line, fault.column, fault.code) for fault in faults] == [(*place, code)]
    assert hint in faults[0].advice


def test_words_stay_the_words_that_were_written() -> None:
    bot = read_bot(
        completed("steps:\n  - say: Yes\n  - say: 12:30\n  - say: 0639980012\n  - say: no\n  - say: 1_000\n")
    )
    texts = [step.text for step in bot.flows["main"].steps if isinstance(step, Show)]
    assert [text.templates["fr"].source for text in texts if text is not None] == [
        "Yes", "12:30", "0639980012", "no", "1_000",
    ]  # fmt: skip
