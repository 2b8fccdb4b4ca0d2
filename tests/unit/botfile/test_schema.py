"""The editor's schema: takes what the loader takes, and tells one slip once."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rbm_bots.botfile.language import CHIPS, SHAPES, SLOTS, VERBS
from rbm_bots.botfile.load import inspect_bot
from rbm_bots.botfile.schema import bot_schema, part_schema
from tests.project_files import ROOT
from tests.unit.botfile.examples import copy_cases

SCHEMA = jsonschema.Draft7Validator(bot_schema())
CASES = ROOT / "tests/cases"
GOOD = sorted(
    {
        path
        for pattern in (
            "tests/cases/lint/*.good.yaml",
            "tests/cases/bots/*/bot.yaml",
            "tests/cases/bots/examples/*.yaml",
        )
        for path in [*ROOT.glob(pattern), *ROOT.glob("bots/*/bot.yaml")]
    }
)
KEYS = {key for shape in [*SHAPES.values(), *VERBS.values(), *SLOTS.values(), *CHIPS.values()] for key in shape.keys}


class Editor(yaml.CSafeLoader):
    """YAML 1.2 as editors read it: true, false, null and numbers, nothing else."""


Editor.yaml_implicit_resolvers = {}
Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), "tf")
Editor.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(~|null|)$"), ["~", "n", ""])
Editor.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
Editor.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789"))


Editor.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value, 10))


def read(text: str) -> Any:
    return keyed(yaml.load(text, Loader=Editor))


def keyed(node: Any) -> Any:
    """Keys are words in JSON, ``true`` and ``1`` too."""
    if isinstance(node, dict):
        return {str(key).lower() if isinstance(key, bool) else str(key): keyed(value) for key, value in node.items()}
    return [keyed(item) for item in node] if isinstance(node, list) else node


def errors(document: Any) -> list[str]:
    return [error.message for error in SCHEMA.iter_errors(document)]


@pytest.mark.parametrize("schema", [bot_schema(), part_schema()], ids=["bot", "part"])
def test_it_is_a_draft_07_schema_without_one_of(schema: dict[str, Any]) -> None:
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "oneOf" not in str(schema)
    assert "anyOf" not in str(schema)


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.name)
def test_a_good_bot_is_good_in_an_editor(file: Path, tmp_path: Path) -> None:
    assert len(GOOD) > 55
    copied = copy_cases(file.parent, tmp_path / "bot") / file.name
    assert errors(read(copied.read_text("utf-8"))) == []


def paths(node: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key of every map."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*way, key)
            yield from paths(value, (*way, key))
    elif isinstance(node, list):
        for rank, value in enumerate(node):
            yield from paths(value, (*way, rank))


def misspelt(document: Any, way: tuple[str | int, ...]) -> Any:
    changed = copy.deepcopy(document)
    parent = changed
    for part in way[:-1]:
        parent = parent[part]
    items = [(f"{key}zz" if key == way[-1] else key, value) for key, value in parent.items()]
    parent.clear()
    parent.update(items)
    return changed


def test_one_misspelt_key_is_one_error_at_most() -> None:
    told = 0
    for file in [ROOT / "tests/cases/bots/garage/bot.yaml", *(CASES / "bots/examples").glob("*.yaml")]:
        document = read(file.read_text("utf-8"))
        for way in paths(document):
            if way[-1] in KEYS and isinstance(way[-1], str):
                found = errors(misspelt(document, way))
                assert len(found) <= 1, (file.name, way, found)
                told += len(found)
    assert told > 400


@pytest.mark.parametrize(
    "line",
    [
        "- sya: Bonjour",
        "- {ask: name, sya: Bonjour}",
        "- {ask: name, say: Bonjour, reprompts: [Non]}",
        "- {say: Bonjour, suggest: [{reply: Oui, gotoo: main}]}",
        "- {say: Bonjour, suggest: [{replay: Oui, goto: main}]}",
        "- {say: Bonjour, suggest: [{open: 'http://x', label: Oui}]}",
        "- {card: {titel: Bonjour}}",
        "- {say: Bonjour, suggest: {reply: Oui, goto: main}}",
        "- {ask: name, say: Bonjour, timeout: 10}",
        "- {ask: name, say: Bonjour, again: oui}",
        "- {id: alone}",
        "- {say: [Bonjour]}",
        "- {say: Bonjour, suggest: [{reply: Un libellé bien trop long pour RCS, goto: main}]}",
        "- {if: name, then: [{sayy: Oui}]}",
        "- {carousel: [{title: Seul}]}",
        "- {do: a, on_error: {any: {gotoo: end}}}",
        "- {rendezvous: w, say: Q, find: f, none: end, offer: {style: caroussel}}",
        "- Bonjour",
    ],
)
def test_one_slip_in_a_step_is_one_error(line: str) -> None:
    text = f"rbm: 1\nbot: {{id: a, name: A}}\nstart: main\nflows:\n  main:\n    steps:\n      {line}\n"
    assert len(errors(read(text))) == 1


def test_words_that_editors_take_for_numbers_are_texts() -> None:
    steps = "[{say: 0639980012}, {say: true}, {say: 12}]"
    text = f"rbm: 1\nbot: {{id: a, name: A}}\nstart: main\nflows: {{main: {{steps: {steps}}}}}"
    assert errors(read(text)) == []


def test_a_key_that_the_loader_refuses_the_schema_refuses_too(tmp_path: Path) -> None:
    bad = CASES / "lint" / "extra.bad.yaml"
    assert len(errors(read(bad.read_text("utf-8")))) == 1
    assert [fault.code for fault in inspect_bot(bad).faults] == ["extra"]
