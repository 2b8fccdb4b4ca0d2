"""The sentences of the terminal: each is said somewhere, each reads as one."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rbm_bots.cli import messages

FOLDER = Path(messages.__file__).parent.parent
SENTENCES = [name for name in messages.__all__ if name.isupper()]
PHRASES = [name for name in messages.__all__ if not name.isupper()]
SAMPLES = {
    "str": "word",
    "int": 8080,
    "bool": True,
    "list[str]": ["a", "b"],
    "datetime": datetime(2026, 1, 15, tzinfo=UTC),
}


def test_there_are_sentences() -> None:
    assert len(SENTENCES) > 20
    assert len(PHRASES) > 10


def test_each_is_said_by_a_command_and_no_other_is_asked_for() -> None:
    sources = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")]
    assert len(sources) > 8
    said = {name for source in sources for name in re.findall(r"(?<!rbm_bots\.)\bmessages\.(\w+)", source)}
    assert said == set(messages.__all__)


@pytest.mark.parametrize("name", PHRASES)
def test_a_phrase_holds_what_it_is_given(name: str) -> None:
    phrase = getattr(messages, name)
    parameters = inspect.signature(phrase).parameters
    assert inspect.getdoc(phrase)
    values = {one: SAMPLES[str(parameter.annotation)] for one, parameter in parameters.items()}
    text = phrase(**values)
    assert text == text.strip()
    for value in values.values():
        if isinstance(value, int) and not isinstance(value, bool) and name != "check_result":
            assert str(value) in text


def test_a_check_counts_its_faults() -> None:
    assert messages.check_result("a", errors=0, warnings=0) == "a: fine"
    assert messages.check_result("a", errors=1, warnings=2) == "a: 1 error, 2 warnings"
    assert messages.check_result("a", errors=0, warnings=1) == "a: 1 warning"


def test_a_finding_of_the_doctor_is_one_line() -> None:
    assert messages.doctor_line("bots", good=True, detail="") == "ok    bots"
    assert messages.doctor_line("bots", good=False, detail="none") == "FAIL  bots: none"
