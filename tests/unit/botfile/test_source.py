"""YAML as bot files allow it: every scalar is words, and what hides meaning is refused."""

from __future__ import annotations

import contextlib

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rbm_bots.botfile.faults import Faults
from rbm_bots.botfile.load import read_bot
from rbm_bots.botfile.source import ListNode, MapNode, Scalar, read_yaml
from rbm_bots.errors import FaultsFound, UsageError


def read(text: str) -> tuple[object, list[tuple[int, int, str]]]:
    faults = Faults()
    node = read_yaml(text, "bot.yaml", faults)
    return node, [(fault.line, fault.column, fault.code) for fault in faults.sorted()]


def test_scalars_are_the_words_written_and_know_their_place() -> None:
    node, faults = read("a: no\nb: [08:30, 0612, ~, '~', \"\"]\nc:\n")
    assert faults == []
    assert isinstance(node, MapNode)
    first, items, empty = (value for _, value in node.pairs)
    assert isinstance(first, Scalar)
    assert (first.text, first.mark.line, first.mark.column) == ("no", 1, 4)
    assert isinstance(items, ListNode)
    assert [item.text for item in items.items if isinstance(item, Scalar)] == ["08:30", "0612", "~", "~", ""]
    assert [item.nothing for item in items.items if isinstance(item, Scalar)] == [False, False, True, False, False]
    assert isinstance(empty, Scalar)
    assert empty.nothing


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: b: c", (1, 5, "yaml")),
        ("a: 1\n---\nb: 2", (2, 1, "yaml")),
        ("a:\n\tb: 1", (2, 1, "yaml")),
        ("a: {\n\tb: 1}", (2, 1, "yaml")),
        ("a: 'x", (1, 6, "yaml")),
        ("a: \x07", (1, 4, "yaml")),
        ("[" * 200_000, (1, 102, "yaml")),
        ("a: &x 1", (1, 4, "yaml-alias")),
        ("a: !x 1", (1, 4, "yaml-alias")),
        ("a: !!str 1", (1, 4, "yaml-alias")),
        ("<<: {a: 1}", (1, 1, "yaml-alias")),
        ("a: 1\nb: 2\na: 3", (3, 1, "twice")),
        ("a: {{ x }}", (1, 4, "type")),
        ("? [a]\n: b", (1, 3, "yaml")),
    ],
)
def test_what_is_refused_and_where(text: str, fault: tuple[int, int, str]) -> None:
    assert read(text)[1] == [fault]


def test_an_alias_is_told_beside_its_anchor() -> None:
    assert read("a: &x 1\nb: *x")[1] == [(1, 4, "yaml-alias"), (2, 4, "yaml-alias")]


def test_a_tab_inside_a_block_of_text_is_text() -> None:
    node, faults = read("a: |\n  one\n  \ttwo\nb: 1\n")
    assert faults == []
    assert isinstance(node, MapNode)


def test_more_than_a_mebibyte_is_refused() -> None:
    assert read("a: " + "x" * 1024 * 1024)[1] == [(1, 1, "yaml")]


def test_without_libyaml_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    with pytest.raises(UsageError):
        read("a: 1")


PIECES = st.sampled_from(
    [
        "rbm: 1\n",
        "bot: {id: x, name: X}\n",
        "start: a\n",
        "flows:\n",
        "  a:\n",
        "    steps:\n",
        "      - say: B\n",
        "        ",
        "goto: a\n",
        "suggest: [{reply: C, goto: a}]\n",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ": ",
        "\n",
        "~",
        "&a",
        "*a",
        "!",
        "'",
        "{{ x }}",
        "slots:\n",
        "  s: {type: text}\n",
        "      - ask: s\n",
        "      - if: s\n",
        "        then: [{say: D}]\n",
        "handover: {}\n",
        "faq:\n",
        "always: {stop: {hears: [x]}}\n",
        "unknown: {say: []}\n",
        "scenes: {q: {}}\n",
        "offers: {o: {}}\n",
        "paid_help: {}\n",
        "actions: {h: {http: GET https://a}}\n",
        "calendars: {c: {}}\n",
        "      - carousel: []\n",
        "      - card: {}\n",
        "      - do: x\n",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join)))
@settings(deadline=None, max_examples=400)
def test_any_file_gives_a_bot_or_faults(text: str) -> None:
    with contextlib.suppress(FaultsFound):
        assert read_bot(text).flows
