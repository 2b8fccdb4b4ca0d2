"""``rbm graph``: a bot as Mermaid, Graphviz text and SVG."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from rbm_bots.botfile.drawing import picture_of
from rbm_bots.botfile.drawing.layout import arranged
from rbm_bots.botfile.load import load_bot, read_bot
from rbm_bots.cli.graph import graph

BOTS = Path(__file__).parents[2] / "cases" / "bots"
ALL = [BOTS / "garage", *sorted((BOTS / "examples").glob("*.yaml"))]


def drawn(bot: Path, form: str) -> str:
    result = CliRunner().invoke(graph, [str(bot), "--format", form], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_mermaid_shows_flows_steps_ways_handlers_and_actions() -> None:
    text = drawn(BOTS / "garage", "mermaid")
    assert text.startswith("flowchart TD\n")
    for flow in load_bot(BOTS / "garage").flows:
        assert re.search(rf'subgraph \w+ \["{flow}[ "]', text)
    book = re.search(r'(s\d+)\[\["do calendar\.book"\]\]', text)
    pick = re.search(r'(s\d+)\["rendezvous when: ', text)
    assert book is not None
    assert pick is not None
    assert f'{book[1]} -.->|"slot_taken"| {pick[1]}' in text
    assert '|"Prendre rendez-vous"|' in text
    assert re.search(r's\d+\{"if not booking"\}', text)
    assert '(["handover"])' in text
    assert text.count("subgraph ") == text.count("\n  end\n")


@pytest.mark.parametrize("bot", ALL, ids=lambda path: path.stem)
def test_each_arrow_leads_from_a_node_to_a_node(bot: Path) -> None:
    assert len(ALL) == 5
    text = drawn(bot, "mermaid")
    nodes = set(re.findall(r"^ +([so]\d+)[\[({]", text, flags=re.MULTILINE))
    arrows = re.findall(r"^  (\w+) -[-.]+>(?:\|[^|]*\|)? (\w+)$", text, flags=re.MULTILINE)
    assert len(arrows) > 3
    assert {end for arrow in arrows for end in arrow} <= nodes


@pytest.mark.parametrize("bot", ALL, ids=lambda path: path.stem)
def test_graphviz_text_is_closed_and_quoted(bot: Path) -> None:
    text = drawn(bot, "dot")
    assert text.startswith("digraph bot {\n")
    assert " -> " in text
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    assert '"' not in bare
    assert bare.count("{") == bare.count("}") == 2 + bare.count("subgraph") - 1


@pytest.mark.parametrize("bot", ALL, ids=lambda path: path.stem)
def test_the_picture_is_one_svg_with_every_step_inside(bot: Path) -> None:
    root = ET.fromstring(drawn(bot, "svg"))
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for flow in load_bot(bot).flows.values():
        assert flow.name in texts
        assert all(any(text.startswith(f"{step.name}: ") for text in texts) for step in flow.steps)
    boxes = [e.attrib for e in root.iter("{http://www.w3.org/2000/svg}rect") if "rx" in e.attrib]
    places = [tuple(int(box[key]) for key in ("x", "y", "width", "height")) for box in boxes]
    assert len(places) >= len(load_bot(bot).flows)
    for x, y, w, h in places:
        assert x >= 0
        assert x + w < width
        assert y + h < height
    for rank, (x, y, w, h) in enumerate(places):
        for u, v, s, t in places[rank + 1 :]:
            assert x + w <= u or u + s <= x or y + h <= v or v + t <= y


def test_nothing_in_the_picture_comes_from_elsewhere() -> None:
    text = drawn(BOTS / "examples" / "store.yaml", "svg")
    assert re.findall(r"https?://[^\"']*", text) == ["http://www.w3.org/2000/svg"]
    assert "<script" not in text


def test_branches_stand_inside_their_if() -> None:
    bot = read_bot(
        "rbm: 1\nbot: {id: a, name: 'A & <B>'}\nstart: main\nslots: {n: {type: number}}\nflows:\n  main:\n    steps:\n"
        "      - {ask: n, say: Combien ?, give_up: end}\n"
        "      - if: n > 1\n        then:\n"
        "          - if: n > 2\n            then: [{say: Trois}]\n          - say: Deux\n"
        "        else: [{say: Un}]\n      - say: Fini\n"
    )
    picture = picture_of(bot)
    rows = {row.words.partition(": ")[0]: row for row in picture.boxes[0].rows}
    assert [row.depth for row in picture.boxes[0].rows] == [0, 0, 1, 2, 1, 1, 0]
    assert [why for _, why in rows["n > 1"].following] == ["then", "else"]
    assert rows["Fini"].following == ()


def test_columns_grow_with_the_distance_from_the_start() -> None:
    sizes = dict.fromkeys("abcde", (100, 50))
    places = arranged(sizes, [("a", "b"), ("b", "c"), ("c", "a"), ("a", "d")], ["a"])
    assert {name: place.column for name, place in places.items()} == {"a": 0, "b": 1, "d": 1, "c": 2, "e": 0}
    assert places["a"].y == 0


def test_a_faulty_bot_is_told_instead() -> None:
    result = CliRunner().invoke(graph, [str(BOTS / "garage" / "broken.yaml")])
    assert (result.exit_code, "[no-target]" in result.output) == (1, True)
    assert CliRunner().invoke(graph, [str(BOTS)]).exit_code == 2
