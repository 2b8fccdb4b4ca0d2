"""A bot as a Mermaid flowchart, which GitHub, GitLab and many editors draw."""

from __future__ import annotations

from collections.abc import Iterator

from rbm_bots.botfile.drawing.picture import Box, Picture, Port, Row
from rbm_bots.botfile.drawing.words import shortened

__all__ = ["mermaid_of"]

_WORDS_MAX = 48
_ENTITIES = {"#": "#35;", "&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;"}
_ARROWS = {"error": "-.->", "give_up": "-.->", "none": "-.->"}


def mermaid_of(picture: Picture) -> str:
    """The flowchart: a subgraph for each flow, a node for each step, an arrow for each way."""
    rows = {row.name: f"s{rank}" for rank, row in enumerate(row for box in picture.boxes for row in box.rows)}
    first = {box.name: rows[box.rows[0].name] for box in picture.boxes if box.rows}
    lines = ["flowchart TD"]
    for box in picture.boxes:
        lines += _subgraph(box, rows)
    outside: dict[str, str] = {}
    for box in picture.boxes:
        for row in box.rows:
            lines += [f"  {rows[row.name]} -->{_said(why)} {rows[to]}" for to, why in row.following]
            lines += [_way(row, port, rows, first, outside) for port in row.ports]
    lines += [f"  {node}([{_quoted(word)}])" for word, node in outside.items()]
    return "\n".join(lines) + "\n"


def _subgraph(box: Box, rows: dict[str, str]) -> Iterator[str]:
    title = f"{box.name} ({box.note})" if box.note else box.name
    yield f"  subgraph {_subgraph_id(box)} [{_quoted(title)}]"
    for row in box.rows:
        words = shortened(f"{row.verb} {row.words}".strip(), _WORDS_MAX)
        yield f"    {rows[row.name]}{_node(row, words)}"
    yield "  end"


def _subgraph_id(box: Box) -> str:
    return f"{box.kind}_{box.name}"


def _node(row: Row, words: str) -> str:
    if row.verb == "if":
        return f"{{{_quoted(words)}}}"
    if row.verb in ("do", "run"):
        return f"[[{_quoted(words)}]]"
    return f"[{_quoted(words)}]"


def _way(row: Row, port: Port, rows: dict[str, str], first: dict[str, str], outside: dict[str, str]) -> str:
    if port.row is not None:
        to = rows[port.row]
    elif port.box is not None and port.box in first:
        to = first[port.box]
    else:
        to = outside.setdefault(port.word, f"o{len(outside)}")
    return f"  {rows[row.name]} {_ARROWS.get(port.by, '-->')}{_said(port.label)} {to}"


def _said(label: str) -> str:
    return f"|{_quoted(shortened(label, _WORDS_MAX))}|" if label else ""


def _quoted(text: str) -> str:
    """Words for a reader that takes some characters for its own: these are written as entities."""
    return '"' + "".join(_ENTITIES.get(char, char) for char in text) + '"'
